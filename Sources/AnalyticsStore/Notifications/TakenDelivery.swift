public import AnalyticsCore

/// A delivery that somebody is about to make.
public struct TakenDelivery: Sendable, Equatable {
    /// Where it goes.
    public enum Recipient: Sendable, Equatable {
        /// To a URL, signed with each of the secrets.
        case webhook(WebhookURL, secrets: [WebhookSecret])
        /// To what takes Slack's webhooks.
        case slack(WebhookURL)
        /// To addresses.
        case email([EmailAddress])
        /// To nobody any more; with the reason.
        case nobody(String)
    }

    /// The workspace that it is of.
    public let workspaceID: Int64
    /// Its number.
    public let id: Int64
    /// Its channel; nil where it is for a user or a report's recipient.
    public let channelID: Int64?
    /// What a limit on deliveries at the same time counts together.
    public let lane: Int64
    /// What tells this taking from every other.
    public let fence: Int64
    /// How often it was tried before.
    public let formerAttempts: Int
    /// From when on it is tried.
    public let since: Instant
    /// By what a receiver knows a repetition.
    public let messageID: String
    /// Where it goes.
    public let recipient: Recipient
    /// What it tells.
    public let notice: Notice
    /// The file that is sent with it; nil for none.
    public let attachment: MailAttachment?
}

extension Connection {
    /// A delivery as who takes it needs it.
    func takenDelivery(_ id: Int64, workspaceID: Int64, now: Instant) throws -> TakenDelivery? {
        try first(
            """
            SELECT d.channel_id, d.lane, d.fence, d.attempt_count, d.since, d.message_id, d.payload,
                c.kind, c.target, c.secret, c.former_secret, c.former_secret_until,
                u.email, u.role, u.alert_severities, d.address
            FROM delivery AS d
            LEFT JOIN channel AS c ON c.workspace_id = d.workspace_id AND c.id = d.channel_id
            LEFT JOIN user_account AS u ON u.workspace_id = d.workspace_id AND u.id = d.user_id
            WHERE d.workspace_id = \(workspaceID) AND d.id = \(id)
            """
        ) { row in
            let notice: Notice = try StoredJSON.value(of: "a notice", in: try row.text(6))
            let channelID = try row.optionalInteger(0)
            var recipient: TakenDelivery.Recipient
            var attachment: MailAttachment?
            if channelID != nil {
                recipient = try .init(channelIn: row, now: now)
            } else if let address = try row.optionalText(15) {
                recipient = .email([EmailAddress(trusted: address)])
                attachment = try reportAttachment(of: notice, workspaceID: workspaceID)
                if attachment == nil { recipient = .nobody("The report was deleted.") }
            } else {
                recipient = try .init(userIn: row, notice)
            }
            return TakenDelivery(
                workspaceID: workspaceID, id: id, channelID: channelID, lane: try row.integer(1),
                fence: try row.integer(2), formerAttempts: Int(try row.integer(3)), since: try row.instant(4),
                messageID: try row.text(5), recipient: recipient, notice: notice, attachment: attachment)
        }
    }

    /// The PDF of the report that a notice is about; nil where it is gone.
    private func reportAttachment(of notice: Notice, workspaceID: Int64) throws -> MailAttachment? {
        guard case .report(let report, _) = notice.subject else { return nil }
        return try reportFile(.pdf, of: report.id, workspaceID: workspaceID).map { file in
            MailAttachment(name: report.fileName(.pdf), type: ReportFormat.pdf.contentType, content: file.content)
        }
    }
}

extension TakenDelivery.Recipient {
    /// Reads the columns of a channel, from 7 on.
    fileprivate init(channelIn row: any Row, now: Instant) throws {
        switch try ChannelTarget(kind: try row.named(7), stored: try row.text(8), column: 8) {
        case .slack(let url): self = .slack(url)
        case .email(let addresses): self = .email(addresses)
        case .webhook(let url):
            var secrets = [WebhookSecret(trusted: try row.text(9))]
            if let former = try row.optionalText(10), try row.instant(11) > now {
                secrets.append(WebhookSecret(trusted: former))
            }
            self = .webhook(url, secrets: secrets)
        }
    }

    /// Reads the columns of a user, from 12 on.
    fileprivate init(userIn row: any Row, _ notice: Notice) throws {
        guard let email = try row.optionalText(12) else {
            self = .nobody("The user was removed.")
            return
        }
        guard try row.role(13).permissions.contains(.manageAlerts) else {
            self = .nobody("The user may not see alerts any more.")
            return
        }
        guard case .alert(let alert) = notice.subject, try row.severities(14).contains(alert.severity) else {
            self = .nobody("The user wants no mail any more.")
            return
        }
        self = .email([EmailAddress(trusted: email)])
    }
}
