import Synchronization

/// How often each workspace's data has changed since the program started.
///
/// A commit raises the number before anyone is told of it. Who reads the number, then the data, and keeps both, knows
/// later by the number alone whether the data is still so.
public final class DataVersions: Sendable {
    private let versions = Mutex<[Int64: UInt64]>([:])

    /// No change yet.
    public init() {}

    /// The number of changes so far.
    public func current(workspaceID: Int64) -> UInt64 {
        versions.withLock { $0[workspaceID] ?? 0 }
    }

    /// Notes that the data of workspaces changed.
    public func raise(workspaceIDs: some Sequence<Int64>) {
        versions.withLock { versions in
            for id in workspaceIDs { versions[id, default: 0] += 1 }
        }
    }
}
