import AnalyticsCore
import Synchronization

/// The transaction that stores a group of requests.
final class GroupWrite: PendingWrite {
    /// What becomes of each request, and what was found out meanwhile.
    struct Settlement: Sendable {
        let outcomes: [Result<Outcome<StoredBatch>, any Error>]
        let categoryIDs: CategoryIDs
        let ruleBooks: [Int64: RuleBook]
    }

    private let group: [IngestQueue.Entry]
    private let isCareful: Bool
    private let known: CategoryIDs
    private let ruleBooks: [Int64: RuleBook]
    private let quotas: Quotas
    private let now: Instant
    private let settle: @Sendable (Result<Settlement, any Error>) -> Void
    /// What the last run came to.
    private let result = Mutex<Settlement?>(nil)

    init(
        _ group: [IngestQueue.Entry], isCareful: Bool, known: CategoryIDs, ruleBooks: [Int64: RuleBook], quotas: Quotas,
        now: Instant, settle: @escaping @Sendable (Result<Settlement, any Error>) -> Void
    ) {
        self.group = group
        self.isCareful = isCareful
        self.known = known
        self.ruleBooks = ruleBooks
        self.quotas = quotas
        self.now = now
        self.settle = settle
    }

    func run(in connection: any Connection) throws {
        var transaction = IngestTransaction(
            connection: connection, isCareful: isCareful, known: known, ruleBooks: ruleBooks, quotas: quotas, now: now)
        // What is decided without storing anything: refusals and repetitions.
        var decided: [Int: Result<Outcome<StoredBatch>, any Error>] = [:]
        for (index, entry) in group.enumerated() {
            guard let key = entry.request?.key else { continue }
            do {
                if let kept = try connection.answer(keptFor: key, now: now) {
                    decided[index] = .success(.repeated(kept))
                }
            } catch let mismatch as IdempotencyMismatch {
                decided[index] = .failure(mismatch)
            }
        }
        let fresh = group.enumerated().filter { decided[$0.offset] == nil }
        try transaction.prepare(for: fresh.map { ($0.element.points, $0.element.workspaceID) })
        for (index, entry) in fresh {
            do {
                try transaction.add(entry.points, workspaceID: entry.workspaceID, by: entry.author)
            } catch let refusal as IngestRefusal {
                decided[index] = .failure(refusal.reason)
            }
        }
        var stored = try transaction.write().makeIterator()
        let outcomes = try group.enumerated().map {
            index, entry -> Result<Outcome<StoredBatch>, any Error> in
            if let outcome = decided[index] { return outcome }
            guard let points = stored.next() else {
                throw StoreError(.programming, "a request was neither refused nor stored")
            }
            if let request = entry.request {
                try connection.keep(request.answer(points), for: request.key, now: now)
            }
            return .success(.done(points))
        }
        let found = Settlement(
            outcomes: outcomes, categoryIDs: transaction.categoryIDs, ruleBooks: transaction.ruleBooks)
        result.withLock { $0 = found }
    }

    func end(with error: (any Error)?) {
        if let error { return settle(.failure(error)) }
        guard let result = result.withLock({ $0 }) else {
            return settle(.failure(StoreError(.programming, "a transaction was committed that was not run")))
        }
        settle(.success(result))
    }
}
