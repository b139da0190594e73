import Dispatch
import Foundation
import Synchronization

/// The threads that talk to PostgreSQL, each over a connection of its own, and what waits for them.
///
/// libpq blocks; on the cooperative pool that would hold up everything else. Threads are made when there is work that no
/// idle one takes, up to a number, and end after some minutes without any. The one that was busy last is the first to
/// get work again: its session on the server has all at hand.
final class PostgresPool: Sendable {
    private struct State {
        var waiting: [PostgresJob] = []
        /// Those without work, the one that was busy last at the end.
        var idle: [PoolThread] = []
        var threads = 0
        var isClosed = false
        var closings: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let mostThreads: Int
    private let limits: PostgresDatabase.Limits
    private let makeWorker: @Sendable () -> PostgresWorker

    init(
        mostThreads: Int, limits: PostgresDatabase.Limits, makeWorker: @escaping @Sendable () -> PostgresWorker
    ) {
        self.mostThreads = mostThreads
        self.limits = limits
        self.makeWorker = makeWorker
    }

    /// Has a job done by the first thread that is free, within the limit for waiting.
    func submit(_ job: PostgresJob) {
        enum Next {
            case refuse
            case hand(PoolThread)
            case start, wait
        }
        let next = state.withLock { state -> Next in
            if state.isClosed { return .refuse }
            if let thread = state.idle.popLast() { return .hand(thread) }
            if state.threads < mostThreads {
                state.threads += 1
                return .start
            }
            state.waiting.append(job)
            return .wait
        }
        switch next {
        case .refuse:
            job.refuse(StoreError(.unavailable, "the database is closed"))
        case .hand(let thread):
            thread.hand(job)
        case .start:
            startThread(with: job)
        case .wait:
            let limit = limits.waiting
            DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1)) { [self] in
                guard withdraw(job) else { return }
                job.refuse(
                    StoreError(
                        .unavailable, "none of \(mostThreads) connections to the database was free within \(limit)"))
            }
        }
    }

    /// Ends a job that nobody wants any more, whether it waits or is being done.
    func cancel(_ job: PostgresJob) {
        if withdraw(job) {
            job.refuse(CancellationError())
        } else {
            // The server is told over the network.
            DispatchQueue.global().async { job.cancel() }
        }
    }

    /// Refuses further jobs, and comes back when those that are there are done and all connections are closed.
    func close() async {
        await withCheckedContinuation { continuation in
            let (idle, hasEnded) = state.withLock { state -> ([PoolThread], Bool) in
                state.isClosed = true
                if state.threads > 0 { state.closings.append(continuation) }
                defer { state.idle = [] }
                return (state.idle, state.threads == 0)
            }
            for thread in idle { thread.hand(nil) }
            if hasEnded { continuation.resume() }
        }
    }

    /// Takes a job back that no thread has taken yet.
    private func withdraw(_ job: PostgresJob) -> Bool {
        state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0 === job }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
    }

    // MARK: - Threads

    private func startThread(with first: PostgresJob) {
        let thread = Thread { [self] in
            let worker = makeWorker()
            let me = PoolThread()
            var job: PostgresJob? = first
            while let next = job {
                next.run(on: worker)
                job = nextJob(for: me)
            }
            worker.drop()
            let closings = state.withLock { state in
                state.threads -= 1
                guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.closings = [] }
                return state.closings
            }
            for continuation in closings { continuation.resume() }
        }
        thread.name = "postgres"
        thread.start()
    }

    /// The next job, or nil where there is none for long or the pool is closed.
    private func nextJob(for thread: PoolThread) -> PostgresJob? {
        let (job, isOver) = state.withLock { state -> (PostgresJob?, Bool) in
            if !state.waiting.isEmpty { return (state.waiting.removeFirst(), false) }
            if !state.isClosed { state.idle.append(thread) }
            return (nil, state.isClosed)
        }
        if job != nil || isOver { return job }
        if thread.wait(limits.idle) { return thread.take() }
        let isStillIdle = state.withLock { state in
            guard let index = state.idle.firstIndex(where: { $0 === thread }) else { return false }
            state.idle.remove(at: index)
            return true
        }
        if isStillIdle { return nil }
        // Somebody had taken it from the idle ones when its time was up: what it is handed comes now.
        _ = thread.wait(nil)
        return thread.take()
    }
}

/// Where a thread waits, and what it is handed.
private final class PoolThread: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let job = Mutex<PostgresJob?>(nil)

    /// Wakes the thread with a job; nil is the end.
    func hand(_ job: PostgresJob?) {
        self.job.withLock { $0 = job }
        semaphore.signal()
    }

    /// Waits until it is woken.
    ///
    /// - Returns: False where the time is up.
    func wait(_ limit: Duration?) -> Bool {
        guard let limit else {
            semaphore.wait()
            return true
        }
        return semaphore.wait(timeout: .now() + limit / .seconds(1)) == .success
    }

    func take() -> PostgresJob? {
        job.withLock { job in
            defer { job = nil }
            return job
        }
    }
}
