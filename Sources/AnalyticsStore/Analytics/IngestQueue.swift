public import AnalyticsCore
import Synchronization

/// Stores data points with group commit: requests that arrive while a transaction is being synced share the next one.
///
/// Each request is answered after the commit that stores it, never before, and one that cannot be stored is refused
/// without its neighbours noticing. At most one transaction runs at a time.
public final class IngestQueue: Sendable {
    fileprivate struct Entry: Sendable {
        let points: PointBatch
        let workspaceID: Int64
        let author: @Sendable () -> Author
        let request: KeyedRequest<StoredBatch>?
        let continuation: CheckedContinuation<Outcome<StoredBatch>, any Error>
    }

    private struct State {
        /// What is tried once more, before all that waits.
        var again: [Attempt] = []
        var waiting: [Entry] = []
        var waitingPoints = 0
        var isWriting = false
        /// The ids of categories that were stored or found, which may be out of date by now.
        var categoryIDs = CategoryIDs()
        /// The rules of workspaces that points came for, each known by its revision.
        var ruleBooks: [Int64: RuleBook] = [:]
    }

    /// A group that is to be stored in one transaction.
    private struct Attempt {
        let entries: [Entry]
        /// Whether each request is looked at.
        var isCareful = false
    }

    private let database: any Database
    private let now: @Sendable () -> Instant
    private let mostWaitingPoints: Int
    private let state = Mutex(State())

    /// How many points one transaction stores at most, so that nobody waits long for it.
    private static let mostPointsInTransaction = 10_000
    /// How many categories are kept in memory.
    private static let mostCategories = 50_000
    /// Of how many workspaces rules are kept in memory.
    private static let mostRuleBooks = 1_000

    /// A queue in front of a database.
    ///
    /// - Parameters:
    ///   - database: Where the points go.
    ///   - mostWaitingPoints: How many points may wait; with more, requests are refused as unavailable.
    ///   - now: The clock by which points are stamped.
    public init(
        database: any Database, mostWaitingPoints: Int = 100_000, now: @escaping @Sendable () -> Instant
    ) {
        self.database = database
        self.mostWaitingPoints = mostWaitingPoints
        self.now = now
    }

    /// Stores points, all or none.
    ///
    /// They are on disk, and every later read shows them, when this returns.
    ///
    /// - Parameters:
    ///   - points: At least one.
    ///   - workspaceID: Whose data they are.
    ///   - author: Who sent them, for the audit log, where a point takes another's place.
    ///   - request: The request's idempotency key, if it has one; it is saved with the points.
    /// - Returns: The points as stored, in the same order, or the answer of the first request with the same key.
    /// - Throws: ``ValidationError`` where they cannot be stored with what is there already, ``IdempotencyMismatch``
    ///   where the key was used for another body, ``ExternalIDHeld`` where an import has an external id that is under
    ///   way, ``StoreError`` where nothing can be stored now.
    public func ingest(
        _ points: PointBatch, workspaceID: Int64, by author: @escaping @autoclosure @Sendable () -> Author,
        once request: KeyedRequest<StoredBatch>? = nil
    ) async throws -> Outcome<StoredBatch> {
        try await withCheckedThrowingContinuation { continuation in
            enum Next { case wait, write, refuse }
            let next = state.withLock { state -> Next in
                guard state.waitingPoints + points.count <= mostWaitingPoints else { return .refuse }
                state.waiting.append(
                    Entry(
                        points: points, workspaceID: workspaceID, author: author, request: request,
                        continuation: continuation))
                state.waitingPoints += points.count
                defer { state.isWriting = true }
                return state.isWriting ? .wait : .write
            }
            switch next {
            case .wait: break
            case .write: database.run(self)
            case .refuse:
                continuation.resume(
                    throwing: StoreError(.unavailable, "\(mostWaitingPoints) data points are waiting to be stored"))
            }
        }
    }

    private func nextAttempt() -> Attempt? {
        state.withLock { state in
            guard state.again.isEmpty else { return state.again.removeFirst() }
            var points = 0
            var count = 0
            var names: Set<ReplacedPoints.Name> = []
            for entry in state.waiting {
                guard count == 0 || points + entry.points.count <= Self.mostPointsInTransaction else { break }
                // What comes later under the same external id takes the place of what is stored by then.
                if !entry.points.externalKeys.isEmpty {
                    let own = ReplacedPoints.names(of: entry.points, workspaceID: entry.workspaceID)
                    guard names.isDisjoint(with: own) else { break }
                    names.formUnion(own)
                }
                points += entry.points.count
                count += 1
            }
            guard count > 0 else {
                state.isWriting = false
                return nil
            }
            let group = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            state.waitingPoints -= points
            return Attempt(entries: group)
        }
    }

    /// Answers the requests of a group that was stored, and keeps what it found out for the next.
    private func settle(_ attempt: Attempt, _ result: GroupWrite.Result) {
        state.withLock { state in
            state.categoryIDs =
                result.categoryIDs.count <= Self.mostCategories ? result.categoryIDs : CategoryIDs()
            state.ruleBooks = result.ruleBooks.count <= Self.mostRuleBooks ? result.ruleBooks : [:]
        }
        for (entry, outcome) in zip(attempt.entries, result.outcomes) {
            entry.continuation.resume(with: outcome)
        }
    }

    /// Has a group that was not stored tried in another way, or says why it is not stored.
    private func settle(_ attempt: Attempt, _ error: any Error) {
        let again: [Attempt]
        if !attempt.isCareful, (error as? StoreError)?.isOfOneRequest == true {
            // The schema refused the short way. The careful one finds out whose fault that is.
            again = [Attempt(entries: attempt.entries, isCareful: true)]
        } else if attempt.entries.count > 1, (error as? StoreError)?.isOfOneRequest == true {
            // Something that the look at each request did not foresee. Whose it is shows when each is stored alone.
            again = attempt.entries.map { Attempt(entries: [$0]) }
        } else {
            for entry in attempt.entries { entry.continuation.resume(throwing: error) }
            return
        }
        state.withLock { state in
            state.categoryIDs = CategoryIDs()
            state.again = again + state.again
        }
    }
}

extension IngestQueue: WriteSource {
    /// The next group, of what waits by now.
    public func next() -> (any PendingWrite)? {
        guard let attempt = nextAttempt() else { return nil }
        let (known, ruleBooks) = state.withLock { ($0.categoryIDs, $0.ruleBooks) }
        return GroupWrite(
            attempt.entries, isCareful: attempt.isCareful, known: known, ruleBooks: ruleBooks, now: now()
        ) { [self] outcome in
            switch outcome {
            case .success(let result): settle(attempt, result)
            case .failure(let error): settle(attempt, error)
            }
        }
    }
}

/// The transaction that stores a group of requests.
private final class GroupWrite: PendingWrite {
    /// What becomes of each request, and what was found out meanwhile.
    struct Result: Sendable {
        let outcomes: [Swift.Result<Outcome<StoredBatch>, any Error>]
        let categoryIDs: CategoryIDs
        let ruleBooks: [Int64: RuleBook]
    }

    private let group: [IngestQueue.Entry]
    private let isCareful: Bool
    private let known: CategoryIDs
    private let ruleBooks: [Int64: RuleBook]
    private let now: Instant
    private let settle: @Sendable (Swift.Result<Result, any Error>) -> Void
    /// What the last run came to.
    private let result = Mutex<Result?>(nil)

    init(
        _ group: [IngestQueue.Entry], isCareful: Bool, known: CategoryIDs, ruleBooks: [Int64: RuleBook], now: Instant,
        settle: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        self.group = group
        self.isCareful = isCareful
        self.known = known
        self.ruleBooks = ruleBooks
        self.now = now
        self.settle = settle
    }

    func run(in connection: any Connection) throws {
        var transaction = IngestTransaction(
            connection: connection, isCareful: isCareful, known: known, ruleBooks: ruleBooks, now: now)
        // What is decided without storing anything: refusals and repetitions.
        var decided: [Int: Swift.Result<Outcome<StoredBatch>, any Error>] = [:]
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
            index, entry -> Swift.Result<Outcome<StoredBatch>, any Error> in
            if let outcome = decided[index] { return outcome }
            guard let points = stored.next() else {
                throw StoreError(.programming, "a request was neither refused nor stored")
            }
            if let request = entry.request {
                try connection.keep(request.answer(points), for: request.key, now: now)
            }
            return .success(.done(points))
        }
        let found = Result(
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

extension StoreError {
    /// Whether it may be about one request of several, so that the others can be stored without it.
    fileprivate var isOfOneRequest: Bool { code != .unavailable && code != .outcomeUnknown }
}
