import AnalyticsCore

import struct Foundation.TimeZone

/// How many recipients the reports of a workspace may have in a day, so that nobody mails the world through it.
extension Connection {
    /// How many recipients more they may have on a day.
    func reportMailsLeft(workspaceID: Int64, now: Instant) throws -> Int {
        let used = try first(
            """
            SELECT report_mail_count
            FROM workspace
            WHERE id = \(workspaceID) AND report_mail_day = \(Day(of: now, in: .gmt))
            """
        ) { Int(try $0.integer(0)) }
        return max(0, Report.mostRecipientsOfDay - (used ?? 0))
    }

    /// Refuses so many recipients where they are too many for the day.
    func refuseTooManyRecipients(_ count: Int, workspaceID: Int64, now: Instant) throws {
        guard count > 0, try reportMailsLeft(workspaceID: workspaceID, now: now) < count else { return }
        throw ValidationError(
            field: "recipients", code: .limit,
            message: "The reports of a workspace must not have more than \(Report.mostRecipientsOfDay) recipients in a "
                + "day (UTC).")
    }

    /// Notes that there are so many recipients more.
    ///
    /// It locks the row of the workspace, so ids and counts come before.
    func countRecipients(_ count: Int, workspaceID: Int64, now: Instant) throws {
        guard count > 0 else { return }
        let day = Day(of: now, in: .gmt)
        try execute(
            """
            UPDATE workspace
            SET report_mail_count = CASE WHEN report_mail_day = \(day) THEN report_mail_count ELSE 0 END + \(count),
                report_mail_day = \(day)
            WHERE id = \(workspaceID)
            """)
    }
}
