import AnalyticsJobs
import AnalyticsTesting
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct JobRunnerTests {
    private final class CountingJob: Job {
        let name = "count"
        let schedule: JobSchedule
        let count = Mutex(0)

        init(schedule: JobSchedule) {
            self.schedule = schedule
        }

        func run() async throws {
            count.withLock { $0 += 1 }
            throw CancellationError()
        }
    }

    @Test(
        "a job of every hour is done once more when the program stops, though it failed before",
        .timeLimit(.patient)
    )
    func lastTime() async throws {
        let hourly = CountingJob(schedule: .every(.seconds(3600)))
        let once = CountingJob(schedule: .atStart)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: JobRunner(jobs: [hourly, once], logger: logger))], logger: logger))

        async let running: Void = group.run()
        await group.triggerGracefulShutdown()
        try await running

        #expect(hourly.count.withLock { $0 } == 1)
        #expect(once.count.withLock { $0 } == 1)
    }

    /// A job whose first time lasts until the program is told to stop.
    private final class LastingJob: Job {
        let name = "last"
        let schedule = JobSchedule.every(.milliseconds(1))
        let count = Mutex(0)

        func run() async throws {
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst { try await gracefulShutdown() }
        }
    }

    @Test("a job that is being done when the program stops is done once more", .timeLimit(.patient))
    func stoppedMeanwhile() async throws {
        let job = LastingJob()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: JobRunner(jobs: [job], logger: logger))], logger: logger))

        async let running: Void = group.run()
        while job.count.withLock({ $0 }) == 0 { await Task.yield() }
        await group.triggerGracefulShutdown()
        try await running

        #expect(job.count.withLock { $0 } == 2)
    }
}
