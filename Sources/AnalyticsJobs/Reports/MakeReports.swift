public import AnalyticsCore
import AnalyticsRender
public import AnalyticsStore
public import Logging
import NIOPosix
import ServiceLifecycle

/// Makes the reports whose time has come, one after the other.
public struct MakeReports: Job {
    private let queue: ReportQueue
    private let logger: Logger
    private let now: @Sendable () -> Instant

    /// A job that makes reports by a clock.
    public init(queue: ReportQueue, logger: Logger, now: @escaping @Sendable () -> Instant) {
        self.queue = queue
        self.logger = logger
        self.now = now
    }

    /// "make reports".
    public var name: String { "make reports" }

    /// Every second: who asks for a report waits for it.
    public var schedule: JobSchedule { .every(.seconds(1)) }

    /// Makes all reports that are due, until the program stops: the one that was begun is made, the others wait.
    public func run() async throws {
        guard !Task.isShuttingDownGracefully else { return }
        try await queue.startDueRuns(now: now())
        while !Task.isShuttingDownGracefully, let taken = try await queue.take(now: now()) { try await make(taken) }
    }

    private func make(_ taken: ReportQueue.Taken) async throws {
        guard taken.formerAttempts < Report.mostAttempts else {
            try await queue.fail(
                taken, "The program ended \(taken.formerAttempts) times while the report was made.", now: now())
            return
        }
        do {
            let document = ReportDocument(try await queue.content(of: taken, now: now()))
            try await queue.complete(
                taken, files: try await Self.files(of: document), digest: document.digest, now: now())
        } catch let error as RenderError {
            logger.error(
                "A report cannot be made", metadata: ["report": "\(taken.report.id)", "error": "\(error)"])
            try await queue.fail(taken, "The files could not be written: \(error).", now: now())
        }
    }

    /// All forms of a report, written on a thread that may take its time.
    private static func files(of document: ReportDocument) async throws -> [ReportFormat: [UInt8]] {
        try await NIOThreadPool.singleton.runIfActive {
            [.pdf: try document.pdf(), .csv: document.csv(), .html: document.html()]
        }
    }
}
