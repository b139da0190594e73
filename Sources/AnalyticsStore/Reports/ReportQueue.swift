public import AnalyticsCore
import Crypto

/// The reports that are to be made, as those see them who make them, on one node or on several.
///
/// Whoever takes a report has it for a time. If it is not finished by then it is due again, so a crash repeats it. A
/// fencing number sees to it that of two who have it by then only the later one can store its files.
public struct ReportQueue: Sendable {
    private let database: any Database

    /// The reports of a database.
    public init(database: any Database) {
        self.database = database
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

    // MARK: - Schedules

    /// Has the reports made of the schedules whose time has come.
    ///
    /// The next run is noted in the transaction that adds the report, so each run is made once, whoever does it.
    public func startDueRuns(now: Instant) async throws {
        let due = try await database.read { connection in
            try connection.all(
                """
                SELECT workspace_id, id
                FROM report_schedule
                WHERE next_run_at <= \(now)
                ORDER BY next_run_at
                LIMIT 100
                """
            ) { (workspaceID: try $0.integer(0), id: try $0.integer(1)) }
        }
        for key in due {
            try await database.write { connection in
                guard let workspace = try connection.workspace(id: key.workspaceID),
                    var schedule = try connection.reportSchedule(key.id, workspaceID: key.workspaceID)
                else { return }
                let former = schedule
                let runs = schedule.takeDueRuns(at: now, in: workspace.timeZone)
                guard !runs.isEmpty else { return }
                // Of two processes that have read the same, one changes nothing here.
                let moved = try connection.execute(
                    """
                    UPDATE report_schedule
                    SET next_day = \(schedule.nextDay), next_run_at = \(schedule.nextRun(in: workspace.timeZone))
                    WHERE workspace_id = \(workspace.id) AND id = \(schedule.id) AND next_day = \(former.nextDay)
                    """)
                guard moved == 1 else { return }
                for run in runs { _ = try connection.addRun(of: schedule, at: run, workspace: workspace, now: now) }
            }
        }
    }

    // MARK: - Reports

    /// Takes the report that has been due for the longest time, or nil where none is.
    public func take(now: Instant) async throws -> Taken? {
        // Most looks find nothing, and a look is no reason to write.
        guard try await database.read({ try $0.dueReport(now: now) }) != nil else { return nil }
        return try await database.write { connection in
            while let due = try connection.dueReport(now: now) {
                let claimed = try connection.execute(
                    """
                    UPDATE report
                    SET status = 'processing', due_at = \(now.advanced(bySeconds: Self.leaseSeconds)), fence = fence + 1,
                        attempt_count = attempt_count + 1
                    WHERE workspace_id = \(due.workspaceID) AND id = \(due.id) AND fence = \(due.fence)
                        AND due_at <= \(now)
                    """)
                guard claimed == 1, let report = try connection.report(due.id, workspaceID: due.workspaceID) else {
                    continue
                }
                try connection.announce(report, workspaceID: due.workspaceID, now: now)
                return Taken(
                    workspaceID: due.workspaceID, report: report, formerAttempts: due.attempts, fence: due.fence + 1)
            }
            return nil
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
            guard try connection.finish(taken, .completed, completedAt: now) else { return false }
            for row in rows {
                try connection.execute(
                    """
                    INSERT INTO report_file (workspace_id, report_id, format, sha256, content)
                    VALUES (
                        \(taken.workspaceID), \(taken.report.id), \(row.format.rawValue), \(row.sha256), \(row.content)
                    )
                    """)
            }
            let report = try connection.announceOutcome(of: taken, now: now)
            try connection.queueDeliveries(of: report, digest, workspaceID: taken.workspaceID, now: now)
            return true
        }
    }

    /// Writes down that a report cannot be made.
    ///
    /// - Returns: Whether it counts, see ``complete(_:files:digest:now:)``.
    @discardableResult
    public func fail(_ taken: Taken, _ reason: String, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard try connection.finish(taken, .failed, failure: reason) else { return false }
            _ = try connection.announceOutcome(of: taken, now: now)
            return true
        }
    }
}

private struct DueReport: Sendable {
    let workspaceID: Int64
    let id: Int64
    let fence: Int64
    let attempts: Int
}

extension Connection {
    fileprivate func dueReport(now: Instant) throws -> DueReport? {
        try first(
            """
            SELECT workspace_id, id, fence, attempt_count
            FROM report
            WHERE due_at <= \(now)
            ORDER BY due_at, id
            LIMIT 1
            """
        ) { row in
            DueReport(
                workspaceID: try row.integer(0), id: try row.integer(1), fence: try row.integer(2),
                attempts: Int(try row.integer(3)))
        }
    }

    fileprivate func finish(
        _ taken: ReportQueue.Taken, _ status: Report.Status, completedAt: Instant? = nil, failure: String? = nil
    ) throws -> Bool {
        try execute(
            """
            UPDATE report
            SET status = \(status.rawValue), due_at = NULL, fence = fence + 1, completed_at = \(completedAt),
                failure = \(failure)
            WHERE workspace_id = \(taken.workspaceID) AND id = \(taken.report.id) AND fence = \(taken.fence)
                AND status = 'processing'
            """) == 1
    }

    /// Tells what became of a report, and returns it as it is now.
    fileprivate func announceOutcome(of taken: ReportQueue.Taken, now: Instant) throws -> Report {
        guard let report = try report(taken.report.id, workspaceID: taken.workspaceID) else {
            throw StoreError(.corrupt, "a report that was just finished is not there")
        }
        try announce(report, workspaceID: taken.workspaceID, now: now)
        return report
    }
}
