import Synchronization

/// How often each workspace's data has changed since the program started, as far as this process knows.
///
/// A commit raises the number before anyone is told of it. Who reads the number, then the data, and keeps both, knows
/// later by the number alone whether the data is still so.
public final class DataVersions: Sendable {
    private struct State {
        var versions: [Int64: UInt64] = [:]
        /// Added to every number, so that all can be raised at once.
        var base: UInt64 = 0
        var isFollowing = true
        var observers: [@Sendable (News) -> Void] = []
    }

    /// What observers are told.
    public enum News: Sendable {
        /// A transaction was committed, here or by another process.
        case committed(CommittedChanges)
        /// Anything may have been committed.
        case anything
    }

    private let state = Mutex(State())

    /// No change yet.
    public init() {}

    /// The number of changes so far, or nil while this process would not learn of changes by others.
    public func current(workspaceID: Int64) -> UInt64? {
        state.withLock { $0.isFollowing ? $0.base + ($0.versions[workspaceID] ?? 0) : nil }
    }

    /// Whether this process learns of changes by others.
    public var isFollowing: Bool { state.withLock(\.isFollowing) }

    /// Has a closure called after each commit that changed something, in the process's life from then on.
    ///
    /// Of several observers the one that was there first is called first.
    ///
    /// - Parameter observer: Must not wait: the commit's acknowledgement does.
    public func observe(_ observer: @escaping @Sendable (News) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Notes what a transaction changed that was committed.
    func learn(of changes: CommittedChanges) {
        guard !changes.isEmpty else { return }
        let observers = state.withLock { state in
            for id in changes[.data] { state.versions[id, default: 0] += 1 }
            return state.observers
        }
        for observer in observers { observer(.committed(changes)) }
    }

    /// Notes that from now on changes by other processes go unnoticed.
    func loseTrack() {
        state.withLock { $0.isFollowing = false }
    }

    /// Notes that changes by other processes are noticed from now on.
    ///
    /// Whatever was changed before may have gone unnoticed.
    func follow() {
        let observers = state.withLock { state in
            state.base += 1
            state.isFollowing = true
            return state.observers
        }
        for observer in observers { observer(.anything) }
    }
}
