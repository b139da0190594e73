public import AnalyticsCore
import Synchronization

/// Stores data points with group commit: requests that arrive while a transaction is being synced share the next one.
///
/// Each request is answered after the commit that stores it, never before, and one that cannot be stored is refused
/// without its neighbours noticing. At most one transaction runs at a time, and workspaces take turns in it.
public final class IngestQueue: Sendable {
    /// A request that waits.
    struct Entry: Sendable {
        let points: PointBatch
        let workspaceID: Int64
        let author: @Sendable () -> Author
        let request: KeyedRequest<StoredBatch>?
        let continuation: CheckedContinuation<Outcome<StoredBatch>, any Error>
    }

    private struct State {
        /// What is tried once more, before all that waits.
        var again: [Attempt] = []
        var waiting = TurnQueue<Int64, Entry>()
        var waitingPoints = 0
        /// The number of points that wait, of each workspace that has any.
        var workspacePoints: [Int64: Int] = [:]
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
    private let quotas: Quotas
    private let storage: StorageGuard
    private let state = Mutex(State())

    /// How many points one transaction stores at most, so that nobody waits long for it.
    private static let mostPointsInTransaction = 10_000
    /// How often rules are decided at most in one transaction: each request decides every rule of its workspace.
    private static let mostDecisionsInTransaction = 2_000
    /// How many categories are kept in memory.
    private static let mostCategories = 50_000
    /// Of how many workspaces rules are kept in memory.
    private static let mostRuleBooks = 1_000

    /// A queue in front of a database.
    ///
    /// - Parameters:
    ///   - database: Where the points go.
    ///   - mostWaitingPoints: How many points may wait, half of them of one workspace; with more, requests are refused as
    ///     unavailable.
    ///   - quotas: The bounds of what a workspace may store.
    ///   - storage: Refuses workspaces while the disk is nearly full.
    ///   - now: The clock by which points are stamped.
    public init(
        database: any Database, mostWaitingPoints: Int = 100_000, quotas: Quotas = .none,
        storage: StorageGuard = StorageGuard(), now: @escaping @Sendable () -> Instant
    ) {
        self.database = database
        self.quotas = quotas
        self.storage = storage
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
    ///   way, ``AnalyticsCore/QuotaExceeded`` where the workspace may not store them, ``StoreError`` where nothing can be
    ///   stored now.
    public func ingest(
        _ points: PointBatch, workspaceID: Int64, by author: @escaping @autoclosure @Sendable () -> Author,
        once request: KeyedRequest<StoredBatch>? = nil
    ) async throws -> Outcome<StoredBatch> {
        if storage.refuses(workspaceID) { throw QuotaExceeded.disk }
        return try await withCheckedThrowingContinuation { continuation in
            enum Next { case wait, write, refuse }
            let next = state.withLock { state -> Next in
                let own = state.workspacePoints[workspaceID] ?? 0
                // A single request is taken whatever its size where none of its workspace waits.
                guard state.waitingPoints + points.count <= mostWaitingPoints,
                    own == 0 || own + points.count <= mostWaitingPoints / 2
                else { return .refuse }
                state.waiting.append(
                    Entry(
                        points: points, workspaceID: workspaceID, author: author, request: request,
                        continuation: continuation), of: workspaceID)
                state.waitingPoints += points.count
                state.workspacePoints[workspaceID] = own + points.count
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
            var decisions = 0
            var names: Set<ReplacedPoints.Name> = []
            var group: [Entry] = []
            while let entry = state.waiting.first {
                let rules = state.ruleBooks[entry.workspaceID]?.count ?? 0
                guard
                    group.isEmpty
                        || points + entry.points.count <= Self.mostPointsInTransaction
                            && decisions + rules <= Self.mostDecisionsInTransaction
                else { break }
                // What comes later under the same external id takes the place of what is stored by then.
                if !entry.points.externalKeys.isEmpty {
                    let own = ReplacedPoints.names(of: entry.points, workspaceID: entry.workspaceID)
                    guard names.isDisjoint(with: own) else { break }
                    names.formUnion(own)
                }
                points += entry.points.count
                decisions += rules
                _ = state.waiting.popFirst()
                group.append(entry)
                let left = (state.workspacePoints[entry.workspaceID] ?? 0) - entry.points.count
                state.workspacePoints[entry.workspaceID] = left > 0 ? left : nil
            }
            guard !group.isEmpty else {
                state.isWriting = false
                return nil
            }
            state.waitingPoints -= points
            return Attempt(entries: group)
        }
    }

    /// Answers the requests of a group that was stored, and keeps what it found out for the next.
    private func settle(_ attempt: Attempt, _ settlement: GroupWrite.Settlement) {
        state.withLock { state in
            state.categoryIDs =
                settlement.categoryIDs.count <= Self.mostCategories ? settlement.categoryIDs : CategoryIDs()
            state.ruleBooks = settlement.ruleBooks.count <= Self.mostRuleBooks ? settlement.ruleBooks : [:]
        }
        for (entry, outcome) in zip(attempt.entries, settlement.outcomes) {
            entry.continuation.resume(with: outcome)
        }
    }

    /// Has a group that was not stored tried in another way, or says why it is not stored.
    private func settle(_ attempt: Attempt, _ error: any Error) {
        let again: [Attempt]
        let isOfOneRequest = (error as? StoreError)?.isOfOneRequest ?? false
        if isOfOneRequest, !attempt.isCareful {
            // The schema refused the short way. The careful one finds out whose fault that is.
            again = [Attempt(entries: attempt.entries, isCareful: true)]
        } else if isOfOneRequest, attempt.entries.count > 1 {
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
            attempt.entries, isCareful: attempt.isCareful, known: known, ruleBooks: ruleBooks, quotas: quotas,
            now: now()
        ) { [self] outcome in
            switch outcome {
            case .success(let settlement): settle(attempt, settlement)
            case .failure(let error): settle(attempt, error)
            }
        }
    }
}

extension StoreError {
    /// Whether it may be about one request of several, so that the others can be stored without it.
    fileprivate var isOfOneRequest: Bool { code != .unavailable && code != .outcomeUnknown }
}
