public import AnalyticsCore

/// The reports of workspaces.
public struct ReportStore: Sendable {
    private let database: any Database
    private let limits: MailLimits
    private let mostPerDay: Int?

    /// The reports of a database.
    ///
    /// - Parameters:
    ///   - database: Where they are kept.
    ///   - limits: The bounds of mail.
    ///   - mostPerDay: The number of reports that a workspace may ask for on one day (UTC); nil is any number.
    public init(database: any Database, limits: MailLimits = MailLimits(), mostPerDay: Int? = nil) {
        self.database = database
        self.limits = limits
        self.mostPerDay = mostPerDay
    }

    /// Which reports are wanted.
    public struct Filter: Sendable, Equatable {
        /// Only those of that type.
        public var type: ReportType?
        /// Only those that are so far.
        public var status: Report.Status?

        /// All, unless told otherwise.
        public init(type: ReportType? = nil, status: Report.Status? = nil) {
            self.type = type
            self.status = status
        }
    }

    /// Has a report made, once or again and again.
    ///
    /// - Throws: ``ValidationError`` where the workspace has as many as it may have, or as many recipients in a day.
    /// - Returns: The report; of one that repeats, the first run.
    public func create(
        _ request: NewReport, workspaceID: Int64, once key: KeyedRequest<Report>? = nil, by author: Author, now: Instant
    ) async throws -> Outcome<Report> {
        try await database.write(once: key, now: now) { connection in
            guard let workspace = try connection.workspace(id: workspaceID) else {
                throw StoreError(.conflict, "a workspace was deleted meanwhile")
            }
            try connection.refuseTooManyWaiting(workspaceID: workspaceID)
            if let mostPerDay { try connection.refuse(more: mostPerDay, workspaceID: workspaceID, now: now) }
            try connection.refuseTooMuchMail(
                request.recipients.count, of: limits, workspaceID: workspaceID, now: now)
            try connection.addMailRecipients(request.recipients, workspaceID: workspaceID, now: now)
            // Ids come before what locks the workspace's row, as everywhere.
            let newScheduleID = request.repeats ? try connection.nextID(of: .reportSchedule) : nil
            let id = try connection.nextID(of: .report)
            let scheduledAt = request.scheduledAt ?? now
            let day = Day(of: scheduledAt, in: workspace.timeZone)
            let period = request.repeats ? request.type.lastComplete(on: day) : request.type.period(endingOn: day)
            let report = Report(
                id: id, scheduleID: newScheduleID, name: request.name, type: request.type, status: .draft,
                scheduledAt: scheduledAt, period: period, recipients: request.recipients, createdAt: now)
            try connection.add(report, workspaceID: workspaceID)
            try connection.countMail(report.recipients.count, workspaceID: workspaceID, now: now)
            if let newScheduleID {
                try connection.addSchedule(
                    request, id: newScheduleID, firstRun: scheduledAt, of: workspace, by: author, now: now)
            }
            try connection.audit(
                .reportCreated, of: report.id,
                [
                    AuditChange("name", from: nil, to: report.name),
                    AuditChange("type", from: nil, to: report.type.rawValue),
                    AuditChange("scheduled_at", from: nil, to: report.scheduledAt.description),
                    AuditChange("recipients", from: nil, to: report.recipients.stored),
                ], by: author, workspaceID: workspaceID, now: now)
            return report
        }
    }

    /// A part of a workspace's reports, newest first.
    public func list(_ filter: Filter, _ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<Report> {
        try await database.read { connection in
            var conditions: [SQL] = ["r.workspace_id = \(workspaceID)"]
            if let type = filter.type { conditions.append("r.type = \(type.rawValue)") }
            if let status = filter.status { conditions.append("r.status = \(status.rawValue)") }
            let condition = "WHERE " + SQL.joined(conditions, separator: " AND ")
            let reports = try connection.reports(
                condition
                    + """
                     AND r.id < \(slice.bound)
                    ORDER BY r.id DESC
                    LIMIT \(slice.probe) OFFSET \(slice.offset)
                    """)
            let total = try connection.reportCount(workspaceID: workspaceID) { type, status in
                filter.type ?? type == type && filter.status ?? status == status
            }
            return ListPage(reports, of: slice, total: total)
        }
    }

    /// The report of that id, or nil where the workspace has none.
    public func report(_ id: Int64, workspaceID: Int64) async throws -> Report? {
        try await database.read { try $0.report(id, workspaceID: workspaceID) }
    }

    /// Removes a report with its files, also one that is being made.
    ///
    /// - Returns: Whether the workspace had it.
    public func delete(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let report = try connection.report(id, workspaceID: workspaceID) else { return false }
            try connection.execute("DELETE FROM report WHERE workspace_id = \(workspaceID) AND id = \(id)")
            try connection.countReports(-1, report.type, report.status, workspaceID: workspaceID)
            try connection.audit(
                .reportDeleted, of: id, [AuditChange("name", from: report.name, to: nil)], by: author,
                workspaceID: workspaceID, now: now)
            return true
        }
    }

    /// Removes reports, with their files, that were completed or had failed by a time, the earliest first.
    ///
    /// - Returns: How many were removed, at most `limit`.
    public func prune(finishedBy end: Instant, limit: Int = 100) async throws -> Int {
        try await database.write { connection in
            let rows = try connection.all(
                """
                SELECT workspace_id, id, type, status
                FROM report
                WHERE finished_at <= \(end)
                ORDER BY finished_at
                LIMIT \(limit)
                """
            ) { row in
                (
                    id: try row.integer(1),
                    kind: Kind(workspaceID: try row.integer(0), type: try row.named(2), status: try row.named(3))
                )
            }
            try connection.execute(
                "DELETE FROM report WHERE workspace_id = ?1 AND id = ?2",
                forEach: rows.map { [$0.kind.workspaceID.sqlValue, $0.id.sqlValue] })
            // In an order, so that two who do this do not wait for each other.
            for (kind, rows) in Dictionary(grouping: rows, by: \.kind).sorted(by: { $0.key.order < $1.key.order }) {
                try connection.countReports(-rows.count, kind.type, kind.status, workspaceID: kind.workspaceID)
            }
            return rows.count
        }
    }

    /// What reports are counted by.
    private struct Kind: Hashable {
        let workspaceID: Int64
        let type: ReportType
        let status: Report.Status

        var order: (Int64, String, String) { (workspaceID, type.rawValue, status.rawValue) }
    }

    /// A report's file in one form.
    public struct File: Sendable, Equatable {
        /// All of it.
        public let content: [UInt8]
        /// Its SHA-256 in lower-case hexadecimal digits.
        public let sha256: String
    }

    /// The file of a report that is completed, or nil.
    public func file(_ format: ReportFormat, of id: Int64, workspaceID: Int64) async throws -> File? {
        try await database.read { try $0.reportFile(format, of: id, workspaceID: workspaceID) }
    }
}

extension Connection {
    /// The file of a report that is completed, or nil.
    func reportFile(_ format: ReportFormat, of id: Int64, workspaceID: Int64) throws -> ReportStore.File? {
        try first(
            """
            SELECT content, sha256
            FROM report_file
            WHERE workspace_id = \(workspaceID) AND report_id = \(id) AND format = \(format.rawValue)
            """
        ) { ReportStore.File(content: try $0.bytes(0), sha256: try $0.bytes(1).hexadecimal) }
    }

    /// Refuses one more report on a day (UTC) that has as many as it may, by the newest of them.
    ///
    /// - Throws: ``AnalyticsCore/QuotaExceeded``.
    fileprivate func refuse(more most: Int, workspaceID: Int64, now: Instant) throws {
        let today = try first(
            """
            SELECT COUNT(*)
            FROM (
                SELECT created_at
                FROM report
                WHERE workspace_id = \(workspaceID) AND schedule_id IS NULL
                ORDER BY id DESC
                LIMIT \(most)
            ) AS newest
            WHERE created_at >= \(Day.startUTC(of: now))
            """
        ) { Int(try $0.integer(0)) }
        guard today ?? 0 >= most else { return }
        throw QuotaExceeded.reportsPerDay(most, QuotaDay(at: now))
    }

    /// Refuses one more report where too many wait.
    func refuseTooManyWaiting(workspaceID: Int64) throws {
        let waiting = try reportCount(workspaceID: workspaceID) { [.draft, .processing].contains($1) }
        guard waiting < Report.mostWaiting else {
            throw ValidationError(
                field: "scheduled_at", code: .limit,
                message: "The workspace must not have more than \(Report.mostWaiting) reports that wait.")
        }
    }

    fileprivate func addSchedule(
        _ request: NewReport, id: Int64, firstRun: Instant, of workspace: Workspace, by author: Author, now: Instant
    ) throws {
        let count = try first("SELECT COUNT(*) FROM report_schedule WHERE workspace_id = \(workspace.id)") {
            try $0.integer(0)
        }
        guard count ?? 0 < Int64(ReportSchedule.mostOfWorkspace) else {
            throw ValidationError(
                field: "repeat", code: .limit,
                message: "The workspace must not have more than \(ReportSchedule.mostOfWorkspace) schedules.")
        }
        let zone = workspace.timeZone
        let day = Day(of: firstRun, in: zone)
        var schedule = ReportSchedule(
            id: id, name: request.name, type: request.type, recipients: request.recipients,
            time: LocalTime(of: firstRun, in: zone), dayOfMonth: day.date.day,
            nextDay: request.type.nextRun(after: day, dayOfMonth: day.date.day), createdAt: now, updatedAt: now)
        // What is asked for now makes no reports of the past but the one that was asked for.
        schedule.skipDueRuns(at: now, in: zone)
        try execute(
            """
            INSERT INTO report_schedule (
                workspace_id, id, name, type, recipients, is_active, minute_of_day, day_of_month, next_day, next_run_at,
                created_at, updated_at
            )
            VALUES (
                \(workspace.id), \(schedule.id), \(schedule.name), \(schedule.type.rawValue),
                \(schedule.recipients.stored), 1, \(schedule.time.minutes), \(schedule.dayOfMonth), \(schedule.nextDay),
                \(schedule.nextRun(in: zone)), \(now), \(now)
            )
            """)
        try audit(
            .reportScheduleCreated, of: schedule.id, ReportSchedule.changes(from: nil, to: schedule), by: author,
            workspaceID: workspace.id, now: now)
    }
}
