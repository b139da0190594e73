import AnalyticsCore

extension Connection {
    /// A workspace's channel, or nil.
    func channel(_ id: Int64, workspaceID: Int64) throws -> AlertChannel? {
        try channels("WHERE workspace_id = \(workspaceID) AND id = \(id)").first
    }

    /// The channels that a condition names; a URL that no key here opens is shown as one that leads nowhere.
    func channels(_ condition: SQL) throws -> [AlertChannel] {
        let channels = try all(
            """
            SELECT id, workspace_id, name, kind, target, severities, is_active, disabled_reason, created_at, updated_at
            FROM channel
            """ + " " + condition
        ) { row in
            AlertChannel(
                id: try row.integer(0), workspaceID: try row.integer(1),
                definition: NewAlertChannel(
                    name: try row.text(2),
                    target: try openedTarget(
                        kind: try row.named(3), try row.text(4), ofChannel: try row.integer(0),
                        workspaceID: try row.integer(1), column: 4) ?? .unreadable,
                    severities: try row.severities(5), isActive: try row.integer(6) == 1),
                disabledReason: try row.optionalText(7), createdAt: try row.instant(8), updatedAt: try row.instant(9))
        }
        return try channels.map { channel in
            var channel = channel
            channel.unconfirmed = try unconfirmed(
                channel.definition.target.addresses, ofReports: false, workspaceID: channel.workspaceID)
            return channel
        }
    }
}

extension Connection {
    /// The target of a channel as it is kept: a Slack URL, which is a secret, is sealed.
    func sealed(_ target: ChannelTarget, ofChannel id: Int64, workspaceID: Int64) throws -> String {
        guard case .slack = target else { return target.stored }
        return try keyring.kept(target.stored, of: SecretOwner.target(ofChannel: id, workspaceID: workspaceID))
    }

    /// The secret of a webhook as it is kept.
    func sealed(_ secret: WebhookSecret, ofChannel id: Int64, workspaceID: Int64) throws -> String {
        try keyring.kept(secret.text, of: SecretOwner.secret(ofChannel: id, workspaceID: workspaceID))
    }

    /// The target of a channel; nil where no key here opens it.
    func openedTarget(
        kind: ChannelTarget.Kind, _ stored: String, ofChannel id: Int64, workspaceID: Int64, column: Int
    ) throws -> ChannelTarget? {
        do {
            let text = try keyring.open(stored, of: SecretOwner.target(ofChannel: id, workspaceID: workspaceID))
            return try ChannelTarget(kind: kind, stored: text, column: column)
        } catch is SealedSecret {
            return nil
        }
    }
}

extension ChannelTarget {
    /// In the place of a URL that cannot be opened; no delivery goes there.
    fileprivate static var unreadable: ChannelTarget {
        get throws { try ChannelTarget(kind: .slack, stored: "https://sealed.invalid/", column: 4) }
    }
}

extension ChannelTarget {
    /// As it is kept: the URL, or the addresses with spaces between.
    var stored: String {
        switch self {
        case .webhook(let url), .slack(let url): url.text
        case .email(let addresses): addresses.stored
        }
    }

    /// What was kept as ``stored``.
    init(kind: Kind, stored: String, column: Int) throws {
        func url() throws -> WebhookURL {
            guard let url = WebhookURL(trusted: stored) else {
                throw StoreError.unexpected(value: "no URL", column: column)
            }
            return url
        }
        switch kind {
        case .webhook: self = .webhook(try url())
        case .slack: self = .slack(try url())
        case .email: self = .email(stored.split(separator: " ").map { EmailAddress(trusted: String($0)) })
        }
    }
}

extension [Severity] {
    /// As they are kept: their names with spaces between.
    var stored: String { map(\.rawValue).joined(separator: " ") }
}

extension Row {
    /// The severities whose names are in a column.
    func severities(_ column: Int) throws -> [Severity] {
        try text(column).split(separator: " ").map { name in
            guard let severity = Severity(rawValue: String(name)) else {
                throw StoreError.unexpected(value: "no severity", column: column)
            }
            return severity
        }
    }
}
