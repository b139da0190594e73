public import Logging
public import ServiceLifecycle

/// Does jobs by their schedules until the program stops.
public struct JobRunner: Service {
    private let jobs: [any Job]
    private let logger: Logger

    /// A runner of the given jobs.
    public init(jobs: [any Job], logger: Logger) {
        self.jobs = jobs
        self.logger = logger
    }

    /// Returns when the program stops and every job has come to its end.
    public func run() async throws {
        await withDiscardingTaskGroup { group in
            for job in jobs {
                group.addTask { await follow(job) }
            }
            // Without jobs the runner must wait too: a service that ends takes the program with it.
            group.addTask { try? await gracefulShutdown() }
        }
    }

    private func follow(_ job: any Job) async {
        switch job.schedule {
        case .atStart:
            await perform(job)
        case .every(let pause):
            var isLast = false
            while !isLast {
                // Woken early by the end of the program, which is no error.
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
                // Looked at before the job is done: an end that comes meanwhile asks for it once more.
                isLast = Task.isShuttingDownGracefully || Task.isCancelled
                await perform(job)
            }
        }
    }

    private func perform(_ job: any Job) async {
        do {
            try await job.run()
        } catch {
            logger.error("A job failed", metadata: ["job": "\(job.name)", "error": "\(error)"])
        }
    }
}
