import Synchronization

/// Lets a bounded number of jobs run at once, and has those who wait for that take turns.
///
/// Whoever comes with one job waits for none of the many that another came with before, only for one that runs already:
/// each job gets a number that is one more than that of the same subject's job before, and not less than that of the job
/// that began last; the lowest begins next (start-time fair queueing, each job of the same length).
final class HashingQueue<Subject: Hashable & Sendable>: Sendable {
    /// That too many wait already.
    struct Full: Error {}

    private struct Waiter {
        let id: Int
        let subject: Subject
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var running = 0
        var lastID = 0
        /// The number of the job that began last.
        var current = 0
        /// The number that each subject's next job has at least; only where that is above ``current``.
        var nextNumbers: [Subject: Int] = [:]
        var waiting: [Waiter] = []
    }

    private let workers: Int
    private let most: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - workers: The number of jobs that run at once.
    ///   - most: The most jobs that wait.
    init(workers: Int, most: Int) {
        self.workers = workers
        self.most = most
    }

    /// The subjects of the jobs that wait, in the order in which they came.
    var waiting: [Subject] { state.withLock { $0.waiting.map(\.subject) } }

    /// Runs a job when its turn has come.
    ///
    /// - Throws: ``Full`` where too many wait; where one subject has more waiting than this one, its last job is what goes,
    ///   so a subject cannot fill the queue for others. `CancellationError`, and what the job throws.
    func run<Value>(
        for subject: Subject, isolation: isolated (any Actor)? = #isolation, _ job: () async throws -> Value
    ) async throws -> Value {
        try await enter(subject)
        defer { leave() }
        return try await job()
    }

    private func enter(_ subject: Subject) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(subject, id: id, continuation)
                // A cancellation that came before found nothing to remove.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func enqueue(_ subject: Subject, id: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        let refused = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            let number = max(state.current, state.nextNumbers[subject, default: 0])
            if state.running < workers {
                state.running += 1
                Self.begin(number, of: subject, in: &state)
                continuation.resume()
                return nil
            }
            var refused: CheckedContinuation<Void, any Error>?
            if state.waiting.count >= most {
                guard let last = Self.dispensable(for: subject, in: state) else { return continuation }
                refused = Self.remove(at: last, in: &state).continuation
            }
            state.nextNumbers[subject] = number + 1
            state.waiting.append(Waiter(id: id, subject: subject, number: number, continuation: continuation))
            return refused
        }
        refused?.resume(throwing: Full())
    }

    /// The place of the last job of the subject with the most waiting; nil if that has no more than a newcomer would have.
    private static func dispensable(for newcomer: Subject, in state: State) -> Int? {
        var counts: [Subject: Int] = [:]
        for waiter in state.waiting { counts[waiter.subject, default: 0] += 1 }
        guard let (subject, count) = counts.max(by: { $0.value < $1.value }),
            count > counts[newcomer, default: 0] + 1
        else { return nil }
        return state.waiting.lastIndex { $0.subject == subject }
    }

    private static func begin(_ number: Int, of subject: Subject, in state: inout State) {
        state.current = max(state.current, number)
        state.nextNumbers[subject] = max(state.nextNumbers[subject, default: 0], number + 1)
        // Those without a job that waits or just began need no number of their own.
        state.nextNumbers = state.nextNumbers.filter { $0.value > state.current }
    }

    /// Removes one that waits; what the subject asks for next takes the place that becomes free.
    private static func remove(at index: Int, in state: inout State) -> Waiter {
        let waiter = state.waiting.remove(at: index)
        let isLast = state.nextNumbers[waiter.subject] == waiter.number + 1
        if isLast { state.nextNumbers[waiter.subject] = waiter.number }
        return waiter
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            let first = state.waiting.indices.min { left, right in
                (state.waiting[left].number, left) < (state.waiting[right].number, right)
            }
            guard let first else {
                state.running -= 1
                return nil
            }
            let waiter = state.waiting.remove(at: first)
            Self.begin(waiter.number, of: waiter.subject, in: &state)
            return waiter.continuation
        }
        next?.resume()
    }

    private func cancel(_ id: Int) {
        let removed = state.withLock { state -> Waiter? in
            state.waiting.firstIndex { $0.id == id }.map { Self.remove(at: $0, in: &state) }
        }
        removed?.continuation.resume(throwing: CancellationError())
    }
}
