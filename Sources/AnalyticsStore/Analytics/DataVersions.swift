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
        /// Who waits for changes of one number.
        var followers: [Int64: [Int: AsyncStream<Void>.Continuation]] = [:]
        var nextFollower = 0
    }

    private let state = Mutex(State())

    /// No change yet.
    public init() {}

    /// The number of changes so far, or nil while this process would not learn of changes by others.
    public func current(workspaceID: Int64) -> UInt64? {
        state.withLock { $0.isFollowing ? $0.base + ($0.versions[workspaceID] ?? 0) : nil }
    }

    /// Notes that the data of workspaces changed.
    public func raise(workspaceIDs: some Sequence<Int64>) {
        state.withLock { state in
            for id in workspaceIDs {
                state.versions[id, default: 0] += 1
                if let followers = state.followers[id] { for follower in followers.values { follower.yield() } }
            }
        }
    }

    /// Tells each time a number was raised; what happens while nobody looks counts as one.
    func changes(of workspaceID: Int64) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let follower = state.withLock { state in
            state.nextFollower += 1
            state.followers[workspaceID, default: [:]][state.nextFollower] = continuation
            return state.nextFollower
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.followers[workspaceID]?[follower] = nil
                if state.followers[workspaceID]?.isEmpty == true { state.followers[workspaceID] = nil }
            }
        }
        return stream
    }

    /// Notes that from now on changes by other processes go unnoticed.
    func loseTrack() {
        state.withLock { $0.isFollowing = false }
    }

    /// Notes that changes by other processes are noticed from now on.
    ///
    /// Whatever was changed before may have gone unnoticed.
    func follow() {
        state.withLock { state in
            state.base += 1
            state.isFollowing = true
            for followers in state.followers.values { for follower in followers.values { follower.yield() } }
        }
    }
}
