import Synchronization

/// The workspaces that may store no more data points because the server's disk is nearly full.
public final class StorageGuard: Sendable {
    private let refused = Mutex<Set<Int64>>([])

    /// A guard that refuses nothing yet.
    public init() {}

    /// Replaces the workspaces that are refused.
    public func refuse(_ workspaceIDs: Set<Int64>) {
        refused.withLock { $0 = workspaceIDs }
    }

    /// Whether a workspace is refused.
    public func refuses(_ workspaceID: Int64) -> Bool {
        refused.withLock { $0.contains(workspaceID) }
    }
}
