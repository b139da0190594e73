import Synchronization

/// How many databases tests have open at the same time.
///
/// The tests of a run all start at once. Each has a handful of files or connections open, and a process that has too many
/// cannot start others.
final class DatabasePermits: Sendable {
    static let shared = DatabasePermits(24)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Whether this task has one already, which does for all its databases.
    @TaskLocal private static var isHeld = false

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Runs a closure once there is a permit for it.
    func with<Value>(_ body: () async throws -> Value) async throws -> Value {
        if Self.isHeld { return try await body() }
        await take()
        defer { give() }
        return try await Self.$isHeld.withValue(true) { try await body() }
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
