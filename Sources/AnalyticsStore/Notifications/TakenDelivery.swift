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
        /// To addresses, as soon as they want it or mail may go again; with the reason, and after how many seconds where
        /// that is known.
        case later(String, seconds: Int64? = nil)
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
    public internal(set) var recipient: Recipient
    /// What it tells.
    public let notice: Notice
    /// The file that is sent with it; nil for none.
    public let attachment: MailAttachment?
    /// The end of the link by which the recipient leaves; nil where there is none.
    public let unsubscribeCode: String?
    /// The number of recipients that were counted as mail of the day for this try.
    public internal(set) var countedMails = 0
}

extension Connection {
    /// A delivery as who takes it needs it.
    func takenDelivery(_ id: Int64, workspaceID: Int64, now: Instant) throws -> TakenDelivery? {
        try first(
            """
            SELECT d.channel_id, d.lane, d.fence, d.attempt_count, d.since, d.message_id, d.payload,
                c.kind, c.target, c.secret, c.former_secret, c.former_secret_until,
                u.email, u.role, u.alert_severities, d.address, d.omitted_count
            FROM delivery AS d
            LEFT JOIN channel AS c ON c.workspace_id = d.workspace_id AND c.id = d.channel_id
            LEFT JOIN user_account AS u ON u.workspace_id = d.workspace_id AND u.id = d.user_id
            WHERE d.workspace_id = \(workspaceID) AND d.id = \(id)
            """
        ) { row in
            var notice: Notice = try StoredJSON.value(of: "a notice", in: try row.text(6))
            if notice.event == .digest {
                notice = Notice(
                    event: .digest, at: notice.at, workspace: notice.workspace,
                    subject: .digest(
                        try digestNotices(ofDelivery: id, workspaceID: workspaceID),
                        omitted: Int(try row.integer(16))))
            }
            let channelID = try row.optionalInteger(0)
            var recipient: TakenDelivery.Recipient
            var attachment: MailAttachment?
            var unsubscribeCode: String?
            if channelID != nil {
                recipient = try confirmed(
                    try self.recipient(channelIn: row, workspaceID: workspaceID, now: now), workspaceID: workspaceID)
            } else if let text = try row.optionalText(15), notice.event == .confirmation {
                let address = EmailAddress(trusted: text)
                (recipient, notice) = try question(to: address, notice, workspaceID: workspaceID)
            } else if let text = try row.optionalText(15) {
                let address = EmailAddress(trusted: text)
                recipient = try confirmed(address, workspaceID: workspaceID)
                if case .email = recipient {
                    unsubscribeCode = try mailRecipientCode(.unsubscription, of: address, workspaceID: workspaceID)
                    attachment = try reportAttachment(of: notice, workspaceID: workspaceID)
                    if attachment == nil { recipient = .nobody("The report was deleted.") }
                }
            } else {
                recipient = try .init(userIn: row, notice)
            }
            return TakenDelivery(
                workspaceID: workspaceID, id: id, channelID: channelID, lane: try row.integer(1),
                fence: try row.integer(2), formerAttempts: Int(try row.integer(3)), since: try row.instant(4),
                messageID: try row.text(5), recipient: recipient, notice: notice, attachment: attachment,
                unsubscribeCode: unsubscribeCode)
        }
    }

    /// Reads the columns of a channel, its number and those from 7 on.
    ///
    /// Where no key here opens its secrets the delivery waits: an operator may have forgotten to put the key back.
    private func recipient(
        channelIn row: any Row, workspaceID: Int64, now: Instant
    ) throws -> TakenDelivery.Recipient {
        let id = try row.integer(0)
        let target = try openedTarget(
            kind: try row.named(7), try row.text(8), ofChannel: id, workspaceID: workspaceID, column: 8)
        do {
            switch target {
            case .slack(let url): return .slack(url)
            case .email(let addresses): return .email(addresses)
            case .webhook(let url):
                let owner = SecretOwner.secret(ofChannel: id, workspaceID: workspaceID)
                var secrets = [WebhookSecret(trusted: try keyring.open(try row.text(9), of: owner))]
                if let former = try row.optionalText(10), try row.instant(11) > now {
                    secrets.append(WebhookSecret(trusted: try keyring.open(former, of: owner)))
                }
                return .webhook(url, secrets: secrets)
            case nil: return Self.sealed
            }
        } catch is SealedSecret {
            return Self.sealed
        }
    }

    private static var sealed: TakenDelivery.Recipient {
        .later("The server has no key that opens the channel's secret.", seconds: 600)
    }

    /// The recipients of a channel that have confirmed.
    private func confirmed(
        _ recipient: TakenDelivery.Recipient, workspaceID: Int64
    ) throws -> TakenDelivery.Recipient {
        guard case .email(let addresses) = recipient else { return recipient }
        let waiting = Set(try unconfirmed(addresses, ofReports: false, workspaceID: workspaceID).map(\.text))
        let confirmed = addresses.filter { !waiting.contains($0.text) }
        return confirmed.isEmpty ? .nobody("No recipient has confirmed the address.") : .email(confirmed)
    }

    /// The recipient of a report, who may confirm while the report waits.
    private func confirmed(_ address: EmailAddress, workspaceID: Int64) throws -> TakenDelivery.Recipient {
        guard let consent = try mailConsents(of: [address], workspaceID: workspaceID)[address.text] else {
            return .nobody("The address is no recipient any more.")
        }
        if consent.hasUnsubscribed { return .nobody("The recipient wants no reports any more.") }
        return consent.isConfirmed ? .email([address]) : .later("The recipient has not confirmed the address.")
    }

    /// The question whether an address wants mail, with the link that answers it.
    private func question(
        to address: EmailAddress, _ notice: Notice, workspaceID: Int64
    ) throws -> (TakenDelivery.Recipient, Notice) {
        guard let code = try mailRecipientCode(.confirmation, of: address, workspaceID: workspaceID) else {
            return (.nobody("The address is no recipient any more."), notice)
        }
        let question = Notice(
            event: .confirmation, at: notice.at, workspace: notice.workspace, subject: .confirmation(code: code))
        return (.email([address]), question)
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
        let wanted = try row.severities(14)
        guard notice.severities.contains(where: wanted.contains) else {
            self = .nobody("The user wants no mail any more.")
            return
        }
        self = .email([EmailAddress(trusted: email)])
    }
}

extension Notice {
    /// The severities of the alerts that it is about.
    fileprivate var severities: [Severity] {
        switch subject {
        case .alert(let alert): [alert.severity]
        case .digest(let notices, _): notices.flatMap(\.severities)
        case .nothing, .report, .confirmation: []
        }
    }
}
