public import AnalyticsCore
import Crypto

/// The reports that are to be made, as those see them who make them, on one node or on several.
///
/// Whoever takes a report has it for a time. If it is not finished by then it is due again, so a crash repeats it. A
/// fencing number sees to it that of two who have it by then only the later one can store its files.
public struct ReportQueue: Sendable {
    private let database: any Database
    private let limits: MailLimits

    /// The reports of a database.
    public init(database: any Database, limits: MailLimits = MailLimits()) {
        self.database = database
        self.limits = limits
    }

    /// For how long a report is taken, in seconds.
    public static let leaseSeconds: Int64 = 60

    /// A report that somebody is about to make.
    public struct Taken: Sendable, Equatable {
        /// Whose it is.
        public let workspaceID: Int64
        /// What is to be made.
        public let report: Report
        /// How often it was tried before.
        public let formerAttempts: Int
        /// What tells this taking from every other.
        let fence: Int64
    }

    /// After how many seconds a report that was given back is due again.
    public static let pauseSeconds: Int64 = 30

    // MARK: - Schedules

    /// A schedule with a run whose time has come.
    public struct DueSchedule: Sendable, Equatable {
        /// Whose it is.
        public let workspaceID: Int64
        /// Its number.
        public let id: Int64
        /// When it was to run.
        let runAt: Instant
    }

    /// The schedule that has been due for the longest time, or nil where none is.
    ///
    /// - Parameters:
    ///   - now: When.
    ///   - last: The one to look behind, so that one which cannot be run holds up no other; nil for all.
    public func nextDueSchedule(now: Instant, after last: DueSchedule? = nil) async throws -> DueSchedule? {
        try await database.read { connection in
            try connection.first(
                """
                SELECT workspace_id, id, next_run_at
                FROM report_schedule
                WHERE next_run_at <= \(now) AND \(last.behind("next_run_at", \.runAt, \.id))
                ORDER BY next_run_at, id
                LIMIT 1
                """
            ) { row in
                DueSchedule(
                    workspaceID: try row.integer(0), id: try row.integer(1), runAt: try row.instant(2))
            }
        }
    }

    /// Has the reports made of the runs of a schedule whose time has come.
    ///
    /// The next run is noted in the transaction that adds the reports, so each run is made once, whoever does it.
    ///
    /// - Returns: How many mails are not sent, because the workspace has had as much mail as it may have in a day.
    @discardableResult
    public func startRuns(of due: DueSchedule, now: Instant) async throws -> Int {
        try await database.write { connection in
            guard let workspace = try connection.workspace(id: due.workspaceID),
                var schedule = try connection.reportSchedule(due.id, workspaceID: due.workspaceID)
            else { return 0 }
            let former = schedule
            let runs = schedule.takeDueRuns(at: now, in: workspace.timeZone)
            guard !runs.isEmpty else { return 0 }
            // Of two processes that have read the same, one changes nothing here.
            let moved = try connection.execute(
                """
                UPDATE report_schedule
                SET next_day = \(schedule.nextDay), next_run_at = \(schedule.nextRun(in: workspace.timeZone))
                WHERE workspace_id = \(workspace.id) AND id = \(schedule.id) AND next_day = \(former.nextDay)
                """)
            guard moved == 1 else { return 0 }
            var withheld = 0
            // All ids come before what locks the workspace's row, as everywhere.
            for (id, run) in zip(try connection.nextIDs(of: .report, count: runs.count), runs) {
                let report = try connection.addRun(
                    id, of: schedule, at: run, limits, workspace: workspace, now: now)
                withheld += schedule.recipients.count - report.recipients.count
            }
            return withheld
        }
    }

    // MARK: - Reports

    /// A report whose time has come.
    public struct DueReport: Sendable, Equatable {
        /// Whose it is.
        public let workspaceID: Int64
        /// Its number.
        public let id: Int64
        let dueAt: Instant
        let status: Report.Status
        let fence: Int64
        let attempts: Int
    }

    /// The next report in turn, or nil where none is due.
    ///
    /// Workspaces take turns, each with the report of its that has been due for the longest time.
    ///
    /// - Parameters:
    ///   - now: When.
    ///   - turns: Who was looked at until now.
    public func nextDueReport(now: Instant, _ turns: Turns = Turns()) async throws -> DueReport? {
        try await database.read { connection in
            guard
                try connection.first("SELECT 1 FROM report WHERE due_at <= \(now) LIMIT 1", { try $0.integer(0) })
                    != nil
            else { return nil }
            let workspaces = try connection.workspacesWithReports()
            for workspaceID in turns.order(workspaces) {
                if let due = try connection.dueReport(of: workspaceID, after: turns.looked[workspaceID], now: now) {
                    return due
                }
            }
            return nil
        }
    }

    /// Whose turn it is to have a report made, and which reports were looked at in one go.
    public struct Turns: Sendable {
        private var last: Int64 = 0
        /// The report of each workspace to look behind, so that one which cannot be taken holds up no other.
        fileprivate var looked: [Int64: DueReport] = [:]

        /// Nobody had a turn.
        public init() {}

        /// Notes that a report had its turn, whatever became of it.
        public mutating func note(_ due: DueReport) {
            last = due.workspaceID
            looked[due.workspaceID] = due
        }

        /// Looks at all reports again; who is next stays.
        public mutating func lookAgain() { looked = [:] }

        /// Workspaces behind the last one, then those from the beginning.
        fileprivate func order(_ workspaces: [Int64]) -> [Int64] {
            workspaces.filter { $0 > last } + workspaces.filter { $0 <= last }
        }
    }

    /// Takes a report, or gives nil where somebody else was first or it is not due any more.
    public func take(_ due: DueReport, now: Instant) async throws -> Taken? {
        try await database.write { connection in
            let claimed = try connection.execute(
                """
                UPDATE report
                SET status = 'processing', due_at = \(now.advanced(bySeconds: Self.leaseSeconds)), fence = fence + 1,
                    attempt_count = attempt_count + 1
                WHERE workspace_id = \(due.workspaceID) AND id = \(due.id) AND fence = \(due.fence) AND due_at <= \(now)
                """)
            guard claimed == 1, let report = try connection.report(due.id, workspaceID: due.workspaceID) else {
                return nil
            }
            // Of one that is begun once more nothing is new.
            if due.status == .draft {
                try connection.countReports(-1, report.type, .draft, workspaceID: due.workspaceID)
                try connection.countReports(1, report.type, .processing, workspaceID: due.workspaceID)
                try connection.announce(report, workspaceID: due.workspaceID, now: now)
            }
            return Taken(
                workspaceID: due.workspaceID, report: report, formerAttempts: due.attempts, fence: due.fence + 1)
        }
    }

    /// Gives back a report that could not be made now: it is due again after a while.
    ///
    /// - Parameters:
    ///   - taken: What was taken.
    ///   - isCounted: Whether this is one of its tries, of which there are only some.
    ///   - now: When.
    /// - Returns: Whether it counts, see ``complete(_:files:digest:now:)``.
    @discardableResult
    public func giveBack(_ taken: Taken, isCounted: Bool, now: Instant) async throws -> Bool {
        try await database.write { connection in
            try connection.execute(
                """
                UPDATE report
                SET due_at = \(now.advanced(bySeconds: Self.pauseSeconds)), fence = fence + 1,
                    attempt_count = \(taken.formerAttempts + (isCounted ? 1 : 0))
                WHERE workspace_id = \(taken.workspaceID) AND id = \(taken.report.id) AND fence = \(taken.fence)
                    AND status = 'processing'
                """) == 1
        }
    }

    /// Everything that a report says, as it is now, all of it from one snapshot.
    ///
    /// - Throws: ``StoreError`` of code `conflict` where the workspace is gone.
    public func content(of taken: Taken, now: Instant) async throws -> ReportContent {
        try await database.read { connection in
            guard let workspace = try connection.workspace(id: taken.workspaceID) else {
                throw StoreError(.conflict, "a workspace was deleted meanwhile")
            }
            return try connection.content(of: taken.report, workspace: workspace, now: now)
        }
    }

    /// Stores a report's files, with which it is completed, and has it sent to its recipients.
    ///
    /// - Parameters:
    ///   - taken: What was taken.
    ///   - files: All forms of the report.
    ///   - digest: What the mails show of it.
    ///   - now: When.
    /// - Returns: Whether it counts: false where somebody else has the report by now, or it is gone.
    @discardableResult
    public func complete(
        _ taken: Taken, files: [ReportFormat: [UInt8]], digest: ReportDigest, now: Instant
    ) async throws -> Bool {
        let rows = files.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { (format: $0.key, content: $0.value, sha256: Array(SHA256.hash(data: $0.value))) }
        return try await database.write { connection in
            guard try connection.finish(taken, .completed, now: now) else { return false }
            for row in rows {
                try connection.execute(
                    """
                    INSERT INTO report_file (workspace_id, report_id, format, sha256, content)
                    VALUES (
                        \(taken.workspaceID), \(taken.report.id), \(row.format.rawValue), \(row.sha256), \(row.content)
                    )
                    """)
            }
            // The ids of deliveries come before what locks the workspace's row, as everywhere.
            let report = try connection.finishedReport(taken)
            try connection.queueDeliveries(of: report, digest, workspaceID: taken.workspaceID, now: now)
            try connection.announce(report, workspaceID: taken.workspaceID, now: now)
            return true
        }
    }

    /// Writes down that a report cannot be made.
    ///
    /// - Returns: Whether it counts, see ``complete(_:files:digest:now:)``.
    @discardableResult
    public func fail(_ taken: Taken, _ reason: String, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard try connection.finish(taken, .failed, failure: reason, now: now) else { return false }
            try connection.announce(
                try connection.finishedReport(taken), workspaceID: taken.workspaceID, now: now)
            return true
        }
    }
}

extension Optional {
    /// What is behind something in the order of an instant and an id; all where there is nothing.
    fileprivate func behind(_ column: StaticString, _ instant: (Wrapped) -> Instant, _ id: (Wrapped) -> Int64) -> SQL {
        guard let self else { return "1 = 1" }
        return SQL(trusted: "(\(column), id) > (") + "\(instant(self)), \(id(self)))"
    }
}

extension Connection {
    /// The workspaces with a report that waits, by their numbers; from one to the next it is one step.
    fileprivate func workspacesWithReports() throws -> [Int64] {
        try all(
            """
            WITH RECURSIVE waiting (workspace_id) AS (
                SELECT MIN(workspace_id)
                FROM report
                WHERE due_at IS NOT NULL
                UNION ALL
                SELECT (
                    SELECT MIN(r.workspace_id)
                    FROM report AS r
                    WHERE r.due_at IS NOT NULL AND r.workspace_id > waiting.workspace_id
                )
                FROM waiting
                WHERE waiting.workspace_id IS NOT NULL
            )
            SELECT workspace_id
            FROM waiting
            WHERE workspace_id IS NOT NULL
            ORDER BY workspace_id
            """
        ) { try $0.integer(0) }
    }

    /// The report of a workspace that has been due for the longest time, behind another where one is given.
    fileprivate func dueReport(
        of workspaceID: Int64, after last: ReportQueue.DueReport?, now: Instant
    ) throws -> ReportQueue.DueReport? {
        try first(
            """
            SELECT id, due_at, status, fence, attempt_count
            FROM report
            WHERE workspace_id = \(workspaceID) AND due_at <= \(now) AND \(last.behind("due_at", \.dueAt, \.id))
            ORDER BY due_at, id
            LIMIT 1
            """
        ) { row in
            ReportQueue.DueReport(
                workspaceID: workspaceID, id: try row.integer(0), dueAt: try row.instant(1), status: try row.named(2),
                fence: try row.integer(3), attempts: Int(try row.integer(4)))
        }
    }

    fileprivate func finish(
        _ taken: ReportQueue.Taken, _ status: Report.Status, failure: String? = nil, now: Instant
    ) throws -> Bool {
        let finished = try execute(
            """
            UPDATE report
            SET status = \(status.rawValue), due_at = NULL, fence = fence + 1, finished_at = \(now),
                completed_at = \(status == .completed ? now : nil), failure = \(failure)
            WHERE workspace_id = \(taken.workspaceID) AND id = \(taken.report.id) AND fence = \(taken.fence)
                AND status = 'processing'
            """)
        guard finished == 1 else { return false }
        try countReports(-1, taken.report.type, .processing, workspaceID: taken.workspaceID)
        try countReports(1, taken.report.type, status, workspaceID: taken.workspaceID)
        return true
    }

    /// A report as it is once it was finished.
    fileprivate func finishedReport(_ taken: ReportQueue.Taken) throws -> Report {
        guard let report = try report(taken.report.id, workspaceID: taken.workspaceID) else {
            throw StoreError(.corrupt, "a report that was just finished is not there")
        }
        return report
    }
}
