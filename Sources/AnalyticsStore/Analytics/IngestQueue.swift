public import AnalyticsCore
import Synchronization

/// Stores data points with group commit: requests that arrive while a transaction is being synced share the next one.
///
/// Each request is answered after the commit that stores it, never before, and one that cannot be stored is refused
/// without its neighbours noticing. At most one transaction runs at a time.
public final class IngestQueue: Sendable {
    private struct Entry: Sendable {
        let points: PointBatch
        let workspaceID: Int64
        let author: @Sendable () -> Author
        let request: KeyedRequest<StoredBatch>?
        let continuation: CheckedContinuation<Outcome<StoredBatch>, any Error>
    }

    private struct State {
        var waiting: [Entry] = []
        var waitingPoints = 0
        var isWriting = false
        /// The ids of categories that were stored or found, which may be out of date by now.
        var categoryIDs = CategoryIDs()
        /// The rules of workspaces that points came for, each known by its revision.
        var ruleBooks: [Int64: RuleBook] = [:]
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
            case .write: Task { await writeAll() }
            case .refuse:
                continuation.resume(
                    throwing: StoreError(.unavailable, "\(mostWaitingPoints) data points are waiting to be stored"))
            }
        }
    }

    /// Stores what waits, group by group, until nothing does.
    private func writeAll() async {
        while let group = nextGroup() {
            await write(group)
        }
    }

    private func nextGroup() -> [Entry]? {
        state.withLock { state in
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
            return group
        }
    }

    private func write(_ group: [Entry]) async {
        do {
            let outcomes = try await storeOrLook(group)
            for (entry, outcome) in zip(group, outcomes) {
                entry.continuation.resume(with: outcome)
            }
        } catch let error as StoreError where error.isOfOneRequest && group.count > 1 {
            // Something that the look at each request did not foresee. Whose it is shows when each is stored alone.
            for entry in group { await write([entry]) }
        } catch {
            for entry in group { entry.continuation.resume(throwing: error) }
        }
    }

    /// One transaction for the whole group, the short way or, where the schema refuses that, the careful one.
    private func storeOrLook(_ group: [Entry]) async throws -> [Result<Outcome<StoredBatch>, any Error>] {
        do {
            return try await store(group, isCareful: false)
        } catch let error as StoreError where error.isOfOneRequest {
            state.withLock { $0.categoryIDs = CategoryIDs() }
            return try await store(group, isCareful: true)
        }
    }

    /// One transaction for the whole group.
    ///
    /// - Returns: What becomes of each request, once that is on disk.
    private func store(_ group: [Entry], isCareful: Bool) async throws -> [Result<Outcome<StoredBatch>, any Error>] {
        let now = now()
        let (known, knownBooks) = state.withLock { ($0.categoryIDs, $0.ruleBooks) }
        let (outcomes, categoryIDs, ruleBooks) = try await database.write { connection in
            var transaction = IngestTransaction(
                connection: connection, isCareful: isCareful, known: known, ruleBooks: knownBooks, now: now)
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
            let outcomes = try group.enumerated().map { index, entry -> Result<Outcome<StoredBatch>, any Error> in
                if let outcome = decided[index] { return outcome }
                guard let points = stored.next() else {
                    throw StoreError(.programming, "a request was neither refused nor stored")
                }
                if let request = entry.request {
                    try connection.keep(request.answer(points), for: request.key, now: now)
                }
                return .success(.done(points))
            }
            return (outcomes, transaction.categoryIDs, transaction.ruleBooks)
        }
        state.withLock { state in
            state.categoryIDs = categoryIDs.count <= Self.mostCategories ? categoryIDs : CategoryIDs()
            state.ruleBooks = ruleBooks.count <= Self.mostRuleBooks ? ruleBooks : [:]
        }
        return outcomes
    }
}

extension StoreError {
    /// Whether it may be about one request of several, so that the others can be stored without it.
    fileprivate var isOfOneRequest: Bool { code != .unavailable && code != .outcomeUnknown }
}
