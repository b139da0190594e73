public import AnalyticsCore
import AnalyticsRender
public import AnalyticsStore
public import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Makes the reports whose time has come, one after the other; workspaces take turns.
public final class MakeReports: Job {
    private let queue: ReportQueue
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let write: @Sendable (ReportContent) async throws -> Files
    /// Whose turn it is, from one run to the next.
    private let turns = Mutex(ReportQueue.Turns())

    /// All forms of a report, and what its mails show of it.
    struct Files: Sendable {
        let content: [ReportFormat: [UInt8]]
        let digest: ReportDigest
    }

    /// A job that makes reports by a clock.
    public convenience init(queue: ReportQueue, logger: Logger, now: @escaping @Sendable () -> Instant) {
        self.init(queue: queue, logger: logger, now: now) { try await Self.files(of: $0) }
    }

    /// A job that makes reports by a clock, and writes their files in a way of its own.
    init(
        queue: ReportQueue, logger: Logger, now: @escaping @Sendable () -> Instant,
        write: @escaping @Sendable (ReportContent) async throws -> Files
    ) {
        self.queue = queue
        self.logger = logger
        self.now = now
        self.write = write
    }

    /// "make reports".
    public var name: String { "make reports" }

    /// Every second: who asks for a report waits for it.
    public var schedule: JobSchedule { .every(.seconds(1)) }

    /// Makes all reports that are due, until the program stops: the one that was begun is made, the others wait.
    ///
    /// Between two reports it looks what became due meanwhile, so that whoever asks for one waits for one of each other
    /// workspace at most. One that cannot be made, and a schedule that cannot be run, hold up no other: they are passed over
    /// until the next time.
    public func run() async throws {
        turns.withLock { $0.lookAgain() }
        var lastSchedule: ReportQueue.DueSchedule?
        while !Task.isShuttingDownGracefully {
            let now = now()
            while let due = try await queue.nextDueSchedule(now: now, after: lastSchedule) {
                lastSchedule = due
                try await start(due, now: now)
            }
            let turns = turns.withLock { $0 }
            guard let due = try await queue.nextDueReport(now: now, turns) else { return }
            self.turns.withLock { $0.note(due) }
            try await passingOver(["report": "\(due.id)", "workspace": "\(due.workspaceID)"]) {
                if let taken = try await queue.take(due, now: self.now()) { try await make(taken) }
            }
        }
    }

    private func start(_ due: ReportQueue.DueSchedule, now: Instant) async throws {
        try await passingOver(["schedule": "\(due.id)", "workspace": "\(due.workspaceID)"]) {
            let withheld = try await queue.startRuns(of: due, now: now)
            guard withheld > 0 else { return }
            logger.warning(
                "A workspace has as much mail as it may have in a day",
                metadata: [
                    "schedule": "\(due.id)", "workspace": "\(due.workspaceID)", "mails_not_sent": "\(withheld)",
                ])
        }
    }

    /// Does something about one schedule or report; if it fails that is logged, unless nothing else can be done either.
    private func passingOver(_ subject: Logger.Metadata, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as StoreError where error.code == .unavailable || error.code == .outcomeUnknown {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("A report is passed over", metadata: subject.merging(["error": "\(error)"]) { $1 })
        }
    }

    private func make(_ taken: ReportQueue.Taken) async throws {
        guard taken.formerAttempts < Report.mostAttempts else {
            try await queue.fail(
                taken, "It was begun \(taken.formerAttempts) times, and each time nothing more was heard of it.",
                now: now())
            return
        }
        do {
            let content = try await queue.content(of: taken, now: now())
            guard let files = try await files(of: taken, content) else { return }
            try await queue.complete(taken, files: files.content, digest: files.digest, now: now())
        } catch let error as StoreError {
            // It is the database that fails, not the report.
            logger.error("A report cannot be made now", metadata: metadata(of: taken, error))
            try await queue.giveBack(taken, isCounted: false, now: now())
        }
    }

    /// The files of a report; nil where they cannot be written, which is noted.
    private func files(of taken: ReportQueue.Taken, _ content: ReportContent) async throws -> Files? {
        do {
            return try await write(content)
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("The files of a report cannot be written", metadata: metadata(of: taken, error))
            if taken.formerAttempts + 1 < Report.mostTriesToWrite {
                try await queue.giveBack(taken, isCounted: true, now: now())
            } else {
                try await queue.fail(taken, "The files could not be written: \(error).", now: now())
            }
            return nil
        }
    }

    private func metadata(of taken: ReportQueue.Taken, _ error: any Error) -> Logger.Metadata {
        ["report": "\(taken.report.id)", "workspace": "\(taken.workspaceID)", "error": "\(error)"]
    }

    /// All forms of a report, written on a thread that may take its time.
    private static func files(of content: ReportContent) async throws -> Files {
        let document = ReportDocument(content)
        return try await NIOThreadPool.singleton.runIfActive {
            Files(
                content: [.pdf: try document.pdf(), .csv: document.csv(), .html: document.html()],
                digest: document.digest)
        }
    }
}
