import AnalyticsCore

extension Connection {
    /// The report of that id, or nil.
    func report(_ id: Int64, workspaceID: Int64) throws -> Report? {
        try reports("WHERE r.workspace_id = \(workspaceID) AND r.id = \(id)").first
    }

    /// The reports that a condition names.
    func reports(_ condition: SQL) throws -> [Report] {
        try all(
            """
            SELECT r.id, r.schedule_id, r.name, r.type, r.status, r.scheduled_at, r.period_from, r.period_to, r.recipients,
                r.failure, f.sha256, r.completed_at, r.created_at
            FROM report AS r
            LEFT JOIN report_file AS f
                ON f.workspace_id = r.workspace_id AND f.report_id = r.id AND f.format = 'pdf'
            """ + " " + condition, Report.init(row:))
    }

    /// Puts a report among those that are to be made, and tells of it.
    ///
    /// One whose time is past takes its turn behind those that were asked for before.
    func add(_ report: Report, workspaceID: Int64) throws {
        try execute(
            """
            INSERT INTO report (
                workspace_id, id, schedule_id, name, type, status, scheduled_at, period_from, period_to, recipients,
                due_at, created_at
            )
            VALUES (
                \(workspaceID), \(report.id), \(report.scheduleID), \(report.name), \(report.type.rawValue),
                \(report.status.rawValue), \(report.scheduledAt), \(report.period.from), \(report.period.to),
                \(report.recipients.stored), \(max(report.scheduledAt, report.createdAt)), \(report.createdAt)
            )
            """)
        try countReports(1, report.type, report.status, workspaceID: workspaceID)
        try announce(report, workspaceID: workspaceID, now: report.createdAt)
    }

    /// Changes how many reports of a type are how far in a workspace.
    func countReports(_ change: Int, _ type: ReportType, _ status: Report.Status, workspaceID: Int64) throws {
        guard change != 0 else { return }
        try execute(
            """
            INSERT INTO report_count (workspace_id, type, status, report_count)
            VALUES (\(workspaceID), \(type.rawValue), \(status.rawValue), \(max(change, 0)))
            ON CONFLICT (workspace_id, type, status) DO UPDATE SET report_count = report_count.report_count + \(change)
            """)
    }

    /// How many reports a workspace has of some types and states.
    func reportCount(workspaceID: Int64, _ isCounted: (ReportType, Report.Status) -> Bool) throws -> Int {
        let counts = try all(
            "SELECT type, status, report_count FROM report_count WHERE workspace_id = \(workspaceID)"
        ) { row in (type: try row.named(0) as ReportType, status: try row.named(1) as Report.Status, try row.integer(2))
        }
        return counts.filter { isCounted($0.type, $0.status) }.reduce(0) { $0 + Int($1.2) }
    }

    /// A workspace's schedule, or nil.
    func reportSchedule(_ id: Int64, workspaceID: Int64) throws -> ReportSchedule? {
        try reportSchedules("WHERE workspace_id = \(workspaceID) AND id = \(id)").first
    }

    /// The schedules that a condition names.
    func reportSchedules(_ condition: SQL) throws -> [ReportSchedule] {
        let schedules = try all(
            """
            SELECT id, name, type, recipients, is_active, minute_of_day, day_of_month, next_day, created_at, updated_at,
                workspace_id
            FROM report_schedule
            """ + " " + condition
        ) { row in
            guard let time = LocalTime(minutes: Int(try row.integer(5))) else {
                throw StoreError.unexpected(value: "no time of day", column: 5)
            }
            let schedule = ReportSchedule(
                id: try row.integer(0), name: try row.text(1), type: try row.named(2),
                recipients: try row.addresses(3), isActive: try row.integer(4) == 1, time: time,
                dayOfMonth: Int(try row.integer(6)), nextDay: try row.day(7), createdAt: try row.instant(8),
                updatedAt: try row.instant(9))
            return (schedule: schedule, workspaceID: try row.integer(10))
        }
        return try schedules.map { schedule, workspaceID in
            var schedule = schedule
            schedule.unconfirmed = try unconfirmed(
                schedule.recipients, ofReports: true, workspaceID: workspaceID)
            return schedule
        }
    }

    /// Writes down what may change of a schedule.
    func store(_ schedule: ReportSchedule, of workspace: Workspace) throws {
        try execute(
            """
            UPDATE report_schedule
            SET name = \(schedule.name), recipients = \(schedule.recipients.stored),
                is_active = \(schedule.isActive ? 1 : 0), next_day = \(schedule.nextDay),
                next_run_at = \(schedule.nextRun(in: workspace.timeZone)), updated_at = \(schedule.updatedAt)
            WHERE workspace_id = \(workspace.id) AND id = \(schedule.id)
            """)
    }

    /// Moves the runs of a workspace's schedules that are to come to the clocks of its time zone.
    ///
    /// - Parameters:
    ///   - workspace: The workspace as it is now.
    ///   - former: By whose clocks they went until now.
    ///   - now: When.
    func rescheduleReports(of workspace: Workspace, from former: Workspace, now: Instant) throws {
        guard workspace.timeZone != former.timeZone else { return }
        for schedule in try reportSchedules("WHERE workspace_id = \(workspace.id) ORDER BY id") {
            try store(schedule, of: workspace)
            // The first run is a report that waits. The day stays, and with it the days that the report is about.
            let waiting = try reports(
                """
                WHERE r.workspace_id = \(workspace.id) AND r.schedule_id = \(schedule.id) AND r.status = 'draft'
                    AND r.scheduled_at > \(now)
                ORDER BY r.id
                """)
            for report in waiting {
                let day = Day(of: report.scheduledAt, in: former.timeZone)
                try move(report, to: schedule.time.instant(on: day, in: workspace.timeZone), of: workspace, now: now)
            }
        }
    }

    /// Moves a report that waits to another time, and tells of it; one that is held stays so.
    private func move(_ report: Report, to instant: Instant, of workspace: Workspace, now: Instant) throws {
        try execute(
            """
            UPDATE report
            SET scheduled_at = \(instant)
            WHERE workspace_id = \(workspace.id) AND id = \(report.id)
            """)
        try execute(
            """
            UPDATE report
            SET due_at = \(max(instant, now))
            WHERE workspace_id = \(workspace.id) AND id = \(report.id) AND due_at IS NOT NULL
            """)
        guard let moved = try self.report(report.id, workspaceID: workspace.id) else { return }
        try announce(moved, workspaceID: workspace.id, now: now)
    }
}

extension Report {
    fileprivate init(row: any Row) throws {
        guard let period = Period(from: try row.day(6), to: try row.day(7)) else {
            throw StoreError.unexpected(value: "no period", column: 6)
        }
        self.init(
            id: try row.integer(0), scheduleID: try row.optionalInteger(1), name: try row.text(2),
            type: try row.named(3), status: try row.named(4), scheduledAt: try row.instant(5), period: period,
            recipients: try row.addresses(8), failure: try row.optionalText(9),
            sha256: try row.optionalBytes(10)?.hexadecimal, completedAt: try row.optionalInstant(11),
            createdAt: try row.instant(12))
    }
}

extension [EmailAddress] {
    /// As they are kept: with spaces between.
    var stored: String { map(\.text).joined(separator: " ") }
}

extension Row {
    /// The addresses that are in a column with spaces between.
    func addresses(_ column: Int) throws -> [EmailAddress] {
        try text(column).split(separator: " ").map { EmailAddress(trusted: String($0)) }
    }
}

extension [UInt8] {
    /// Two lower-case hexadecimal digits for each byte.
    var hexadecimal: String {
        map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
