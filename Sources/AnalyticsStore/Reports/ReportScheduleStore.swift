public import AnalyticsCore

/// What makes reports again and again.
public struct ReportScheduleStore: Sendable {
    private let database: any Database
    private let limits: MailLimits

    /// The schedules of a database.
    public init(database: any Database, limits: MailLimits = MailLimits()) {
        self.database = database
        self.limits = limits
    }

    /// A part of a workspace's schedules, newest first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<ReportSchedule> {
        try await database.read { connection in
            let schedules = try connection.reportSchedules(
                """
                WHERE workspace_id = \(workspaceID) AND id < \(slice.bound)
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """)
            let total = try connection.first(
                "SELECT COUNT(*) FROM report_schedule WHERE workspace_id = \(workspaceID)"
            ) { try $0.integer(0) }
            return ListPage(schedules, of: slice, total: Int(total ?? 0))
        }
    }

    /// The schedule of that id, or nil where the workspace has none.
    public func schedule(_ id: Int64, workspaceID: Int64) async throws -> ReportSchedule? {
        try await database.read { try $0.reportSchedule(id, workspaceID: workspaceID) }
    }

    /// Changes a schedule.
    ///
    /// Its reports that wait take over its name and recipients. A paused one makes no reports, not even the first that
    /// waits; one that goes on makes none of those that it missed.
    ///
    /// - Parameter change: What is to become of name, recipients and activity; it may be called more than once.
    /// - Throws: ``ValidationError`` where reports that wait would have too many recipients in a day.
    /// - Returns: The schedule as it is now, or nil where the workspace has none of that id.
    public func update(
        _ id: Int64, workspaceID: Int64, by author: Author, now: Instant,
        _ change: @escaping @Sendable (inout ReportSchedule) -> Void
    ) async throws -> ReportSchedule? {
        try await database.write { connection in
            guard let former = try connection.reportSchedule(id, workspaceID: workspaceID),
                let workspace = try connection.workspace(id: workspaceID)
            else { return nil }
            var schedule = former
            change(&schedule)
            let changes = ReportSchedule.changes(from: former, to: schedule)
            if changes.isEmpty { return former }
            schedule.updatedAt = now
            if former.recipients != schedule.recipients {
                try connection.addMailRecipients(schedule.recipients, workspaceID: workspaceID, now: now)
                schedule.unconfirmed = try connection.unconfirmed(
                    schedule.recipients, ofReports: true, workspaceID: workspaceID)
            }
            if !former.isActive, schedule.isActive { schedule.skipDueRuns(at: now, in: workspace.timeZone) }
            try connection.store(schedule, of: workspace)
            if former.isActive, !schedule.isActive {
                try connection.holdReports(of: schedule, workspaceID: workspaceID)
            } else if schedule.isActive, !former.isActive {
                try connection.releaseReports(of: schedule, workspaceID: workspaceID, now: now)
            }
            if former.name != schedule.name || former.recipients != schedule.recipients {
                try connection.renameReports(of: schedule, limits, workspaceID: workspaceID, now: now)
            }
            try connection.audit(
                .reportScheduleUpdated, of: id, changes, by: author, workspaceID: workspaceID, now: now)
            return schedule
        }
    }

    /// Removes a schedule with the reports that wait for their time; those that were made stay.
    ///
    /// - Returns: Whether the workspace had it.
    public func delete(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let schedule = try connection.reportSchedule(id, workspaceID: workspaceID) else { return false }
            let removed = try connection.execute(
                """
                DELETE FROM report
                WHERE workspace_id = \(workspaceID) AND schedule_id = \(id) AND status = 'draft'
                """)
            try connection.countReports(-removed, schedule.type, .draft, workspaceID: workspaceID)
            try connection.execute("DELETE FROM report_schedule WHERE workspace_id = \(workspaceID) AND id = \(id)")
            try connection.audit(
                .reportScheduleDeleted, of: id, ReportSchedule.changes(from: schedule, to: nil), by: author,
                workspaceID: workspaceID, now: now)
            return true
        }
    }

    /// Has a schedule make the report of the last complete day, week or month now, also while it is paused.
    ///
    /// - Throws: ``StoreError`` of code `conflict` where the workspace has no such schedule any more,
    ///   ``ValidationError`` where too many reports wait, or have too many recipients in a day.
    public func run(
        _ id: Int64, workspaceID: Int64, once request: KeyedRequest<Report>? = nil, by author: Author, now: Instant
    ) async throws -> Outcome<Report> {
        try await database.write(once: request, now: now) { connection in
            guard let schedule = try connection.reportSchedule(id, workspaceID: workspaceID),
                let workspace = try connection.workspace(id: workspaceID)
            else { throw StoreError(.conflict, "a schedule was deleted meanwhile") }
            try connection.refuseTooManyWaiting(workspaceID: workspaceID)
            try connection.refuseTooMuchMail(
                schedule.recipients.count, of: limits, workspaceID: workspaceID, now: now)
            let report = try connection.addRun(
                try connection.nextID(of: .report), of: schedule, at: now, limits, workspace: workspace, now: now)
            try connection.audit(
                .reportScheduleRun, of: id, [AuditChange("report_id", from: nil, to: String(report.id))], by: author,
                workspaceID: workspaceID, now: now)
            return report
        }
    }
}

extension Connection {
    /// Adds the report of a schedule's run, with as many of the recipients as the workspace may have in the day.
    func addRun(
        _ id: Int64, of schedule: ReportSchedule, at run: Instant, _ limits: MailLimits, workspace: Workspace,
        now: Instant
    ) throws -> Report {
        let report = Report(
            id: id, scheduleID: schedule.id, name: schedule.name, type: schedule.type,
            status: .draft, scheduledAt: run,
            period: schedule.type.lastComplete(on: Day(of: run, in: workspace.timeZone)),
            recipients: Array(
                schedule.recipients.prefix(try mailLeft(of: limits, workspaceID: workspace.id, now: now))),
            createdAt: now)
        try add(report, workspaceID: workspace.id)
        try countMail(report.recipients.count, workspaceID: workspace.id, now: now)
        return report
    }
}

extension Connection {
    /// Has the reports of a schedule that wait wait for longer.
    fileprivate func holdReports(of schedule: ReportSchedule, workspaceID: Int64) throws {
        try execute(
            """
            UPDATE report
            SET due_at = NULL
            WHERE workspace_id = \(workspaceID) AND schedule_id = \(schedule.id) AND status = 'draft'
            """)
    }

    /// Has the reports of a schedule made that were held and whose time is to come, and removes the others of them.
    fileprivate func releaseReports(of schedule: ReportSchedule, workspaceID: Int64, now: Instant) throws {
        let removed = try execute(
            """
            DELETE FROM report
            WHERE workspace_id = \(workspaceID) AND schedule_id = \(schedule.id) AND status = 'draft' AND due_at IS NULL
                AND scheduled_at <= \(now)
            """)
        try countReports(-removed, schedule.type, .draft, workspaceID: workspaceID)
        try execute(
            """
            UPDATE report
            SET due_at = scheduled_at
            WHERE workspace_id = \(workspaceID) AND schedule_id = \(schedule.id) AND status = 'draft' AND due_at IS NULL
            """)
    }

    /// Gives the reports of a schedule that wait its name and its recipients, and tells of it.
    ///
    /// One that is being made has its name in its files; it goes to the recipients of now.
    func renameReports(
        of schedule: ReportSchedule, _ limits: MailLimits, workspaceID: Int64, now: Instant
    ) throws {
        let former = try reports(
            """
            WHERE r.workspace_id = \(workspaceID) AND r.schedule_id = \(schedule.id)
                AND r.status IN ('draft', 'processing')
            """)
        // Those whom it is to go to anew count.
        let added = former.reduce(0) { $0 + Set(schedule.recipients).subtracting($1.recipients).count }
        try refuseTooMuchMail(added, of: limits, workspaceID: workspaceID, now: now)
        try execute(
            """
            UPDATE report
            SET recipients = \(schedule.recipients.stored)
            WHERE workspace_id = \(workspaceID) AND schedule_id = \(schedule.id) AND status IN ('draft', 'processing')
            """)
        try execute(
            """
            UPDATE report
            SET name = \(schedule.name)
            WHERE workspace_id = \(workspaceID) AND schedule_id = \(schedule.id) AND status = 'draft'
            """)
        let waiting = try reports(
            """
            WHERE r.workspace_id = \(workspaceID) AND r.schedule_id = \(schedule.id) AND r.status = 'draft'
            ORDER BY r.id
            """)
        for report in waiting { try announce(report, workspaceID: workspaceID, now: now) }
        try countMail(added, workspaceID: workspaceID, now: now)
    }
}

extension ReportSchedule {
    /// What differs, for the audit log.
    static func changes(from former: ReportSchedule?, to new: ReportSchedule?) -> [AuditChange] {
        let parts: [(name: String, text: (ReportSchedule) -> String)] = [
            ("name", \.name), ("type", \.type.rawValue), ("recipients", \.recipients.stored),
            ("is_active", { $0.isActive ? "true" : "false" }),
        ]
        return parts.map { part in AuditChange(part.name, from: former.map(part.text), to: new.map(part.text)) }
            .filter { $0.from != $0.to }
    }
}
