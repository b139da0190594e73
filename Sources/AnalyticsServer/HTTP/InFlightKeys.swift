import AnalyticsStore
import Synchronization

/// The idempotency keys of the requests that are being worked on.
final class InFlightKeys: Sendable {
    /// What two requests have in common that must not run at the same time, whatever their bodies.
    private struct Key: Hashable, Sendable {
        let workspaceID: Int64
        let userID: Int64
        let operation: String
        let text: String

        init(_ key: IdempotencyKey) {
            workspaceID = key.workspaceID
            userID = key.userID
            operation = key.operation
            text = key.text
        }
    }

    private let keys = Mutex<Set<Key>>([])

    /// Runs a closure unless another one runs under the same key.
    ///
    /// - Returns: What the closure returns, or nil where it was not run.
    func whileAlone<Value>(_ key: IdempotencyKey, _ body: () async throws -> Value) async throws -> Value? {
        let key = Key(key)
        guard keys.withLock({ $0.insert(key).inserted }) else { return nil }
        defer { _ = keys.withLock { $0.remove(key) } }
        return try await body()
    }
}
