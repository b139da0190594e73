import Synchronization

/// How many databases tests have open at the same time.
///
/// The tests of a run all start at once. Each has a handful of files or connections open, and a process that has too many
/// cannot start others.
final class DatabasePermits: Sendable {
    static let shared = DatabasePermits(24)

    private typealias Continuation = CheckedContinuation<Void, any Error>

    private struct State {
        var free: Int
        var waiting: [(number: Int, continuation: Continuation)] = []
        var lastNumber = 0
    }

    /// Whether this task has one already, which does for all its databases.
    @TaskLocal private static var isHeld = false

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Runs a closure once there is a permit for it.
    ///
    /// - Throws: `CancellationError` where the task is cancelled before, as it is when the test's time is up; or what the
    ///   closure throws.
    func with<Value>(_ body: () async throws -> Value) async throws -> Value {
        if Self.isHeld { return try await body() }
        try await take()
        defer { give() }
        return try await Self.$isHeld.withValue(true) { try await body() }
    }

    private func take() async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let isFree = state.withLock { state in
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append((number, continuation))
                    return false
                }
                if isFree { continuation.resume() } else if Task.isCancelled { giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    /// Ends a wait, unless it has ended.
    private func giveUp(_ number: Int) {
        let waiting = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        waiting?.continuation.resume(throwing: CancellationError())
    }

    private func give() {
        let next = state.withLock { state -> Continuation? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }
}
