import Dispatch
import Foundation

/// The threads that talk to PostgreSQL, each over a connection of its own, and what waits for them.
///
/// libpq blocks; on the cooperative pool that would hold up everything else. Threads are made when there is work that no
/// idle one takes, up to a number, and end after some minutes without any.
final class PostgresPool: @unchecked Sendable {
    // Everything that changes is touched with the condition's lock held.
    private let condition = NSCondition()
    private var waiting: [PostgresJob] = []
    private var idleThreads = 0
    private var threads = 0
    private var isClosed = false
    private var closings: [CheckedContinuation<Void, Never>] = []

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
        condition.lock()
        guard !isClosed else {
            condition.unlock()
            job.refuse(StoreError(.unavailable, "the database is closed"))
            return
        }
        waiting.append(job)
        let mustWait = waiting.count > idleThreads && threads == mostThreads
        if waiting.count > idleThreads, threads < mostThreads {
            threads += 1
            startThread()
        }
        condition.signal()
        condition.unlock()
        guard mustWait else { return }
        let limit = limits.waiting
        DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1)) { [self] in
            guard withdraw(job) else { return }
            job.refuse(
                StoreError(.unavailable, "none of \(mostThreads) connections to the database was free within \(limit)"))
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
            condition.lock()
            isClosed = true
            if threads > 0 { closings.append(continuation) }
            let isIdle = threads == 0
            condition.broadcast()
            condition.unlock()
            if isIdle { continuation.resume() }
        }
    }

    /// Takes a job back that no thread has taken yet.
    private func withdraw(_ job: PostgresJob) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard let index = waiting.firstIndex(where: { $0 === job }) else { return false }
        waiting.remove(at: index)
        return true
    }

    // MARK: - Threads

    private func startThread() {
        let thread = Thread { [self] in
            let worker = makeWorker()
            while let job = nextJob() { job.run(on: worker) }
            worker.drop()
            endThread()
        }
        thread.name = "postgres"
        thread.start()
    }

    /// The next job, or nil where there is none for long or the pool is closed.
    private func nextJob() -> PostgresJob? {
        condition.lock()
        defer { condition.unlock() }
        let end = Date().addingTimeInterval(limits.idle / .seconds(1))
        idleThreads += 1
        defer { idleThreads -= 1 }
        while waiting.isEmpty {
            if isClosed || !condition.wait(until: end) { break }
        }
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }

    private func endThread() {
        condition.lock()
        threads -= 1
        let ended = threads == 0 ? closings : []
        if threads == 0 { closings = [] }
        condition.unlock()
        for continuation in ended { continuation.resume() }
    }
}
