import AnalyticsCore

extension Connection {
    /// Takes an address out of the channels and the reports of a workspace.
    ///
    /// A channel that has no other address is stopped. Reports that wait do not go there any more, and if somebody names the
    /// address again it is asked.
    ///
    /// - Returns: The channels and schedules that it left, for the audit log.
    func withdraw(_ email: EmailAddress, workspaceID: Int64, by author: Author, now: Instant) throws -> [AuditChange] {
        let channels = try withdrawFromChannels(email, workspaceID: workspaceID, by: author, now: now)
        let schedules = try withdrawFromSchedules(email, workspaceID: workspaceID, by: author, now: now)
        let waiting = try reports(
            "WHERE r.workspace_id = \(workspaceID) AND r.status IN ('draft', 'processing') ORDER BY r.id")
        try execute(
            "UPDATE report SET recipients = ?3 WHERE workspace_id = ?1 AND id = ?2",
            forEach: waiting.filter { $0.recipients.contains(email) }.map { report in
                [
                    workspaceID.sqlValue, report.id.sqlValue,
                    report.recipients.filter { $0 != email }.stored.sqlValue,
                ]
            })
        try execute("DELETE FROM mail_recipient WHERE workspace_id = \(workspaceID) AND email = \(email.text)")
        return [("channels", channels), ("report_schedules", schedules)].compactMap { name, ids in
            ids.isEmpty
                ? nil : AuditChange(name, from: ids.map { String($0) }.joined(separator: " "), to: nil)
        }
    }

    private func withdrawFromChannels(
        _ email: EmailAddress, workspaceID: Int64, by author: Author, now: Instant
    ) throws -> [Int64] {
        let channels = try channels("WHERE workspace_id = \(workspaceID) AND kind = 'email' ORDER BY id")
            .filter { $0.definition.target.addresses.contains(email) }
        for channel in channels {
            let addresses = channel.definition.target.addresses
            let rest = addresses.filter { $0 != email }
            let reason = rest.isEmpty ? "Its only recipient was removed from the workspace." : channel.disabledReason
            try execute(
                """
                UPDATE channel
                SET target = \(rest.stored), is_active = \(channel.definition.isActive && !rest.isEmpty ? 1 : 0),
                    disabled_reason = \(reason), updated_at = \(now)
                WHERE workspace_id = \(workspaceID) AND id = \(channel.id)
                """)
            if rest.isEmpty { try giveUpDeliveries(ofChannel: channel.id, workspaceID: workspaceID, now: now) }
            try audit(
                .channelUpdated, of: channel.id,
                [
                    AuditChange(
                        "target", from: channel.definition.target.summary,
                        to: rest.isEmpty ? nil : ChannelTarget.email(rest).summary)
                ], by: author, workspaceID: workspaceID, now: now)
        }
        return channels.map(\.id)
    }

    private func withdrawFromSchedules(
        _ email: EmailAddress, workspaceID: Int64, by author: Author, now: Instant
    ) throws -> [Int64] {
        guard let workspace = try workspace(id: workspaceID) else { return [] }
        let schedules = try reportSchedules("WHERE workspace_id = \(workspaceID) ORDER BY id")
            .filter { $0.recipients.contains(email) }
        for former in schedules {
            var schedule = former
            schedule.recipients.removeAll { $0 == email }
            schedule.updatedAt = now
            try store(schedule, of: workspace)
            try audit(
                .reportScheduleUpdated, of: schedule.id, ReportSchedule.changes(from: former, to: schedule),
                by: author, workspaceID: workspaceID, now: now)
        }
        return schedules.map(\.id)
    }
}
