public import AnalyticsCore

/// The channels that a workspace's alerts are told through.
public struct ChannelStore: Sendable {
    private let database: any Database

    /// The channels of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// A channel whose secret was just made: the only moment at which it is shown.
    public struct Issued: Sendable, Equatable {
        /// The channel.
        public let channel: AlertChannel
        /// What its messages are signed with; nil where they are not.
        public let secret: WebhookSecret?
    }

    /// Makes a channel.
    ///
    /// - Throws: ``ValidationError`` where the workspace has as many as it may have.
    public func create(
        _ definition: NewAlertChannel, workspaceID: Int64, once request: KeyedRequest<Issued>? = nil, by author: Author,
        now: Instant
    ) async throws -> Outcome<Issued> {
        try await database.write(once: request, now: now) { connection in
            try connection.addMailRecipients(definition.target.addresses, workspaceID: workspaceID, now: now)
            let count = try connection.takeNumbers(1, of: .channels, workspaceID: workspaceID).upperBound
            guard count <= AlertChannel.mostOfWorkspace else {
                throw ValidationError(
                    field: "name", code: .limit,
                    message: "The workspace must not have more than \(AlertChannel.mostOfWorkspace) channels.")
            }
            var generator = SystemRandomNumberGenerator()
            let secret = definition.target.kind == .webhook ? WebhookSecret(using: &generator) : nil
            let channel = AlertChannel(
                id: try connection.nextID(of: .channel), workspaceID: workspaceID, definition: definition,
                createdAt: now, updatedAt: now,
                unconfirmed: try connection.unconfirmed(
                    definition.target.addresses, ofReports: false, workspaceID: workspaceID))
            try connection.execute(
                """
                INSERT INTO channel (
                    workspace_id, id, name, kind, target, severities, is_active, secret, created_at, updated_at
                )
                VALUES (
                    \(workspaceID), \(channel.id), \(definition.name), \(definition.target.kind.rawValue),
                    \(try connection.sealed(definition.target, ofChannel: channel.id, workspaceID: workspaceID)),
                    \(definition.severities.stored), \(definition.isActive ? 1 : 0),
                    \(try secret.map { try connection.sealed($0, ofChannel: channel.id, workspaceID: workspaceID) }),
                    \(now), \(now)
                )
                """)
            try connection.audit(
                .channelCreated, of: channel.id, NewAlertChannel.changes(from: nil, to: definition), by: author,
                workspaceID: workspaceID, now: now)
            return Issued(channel: channel, secret: secret)
        }
    }

    /// A part of a workspace's channels, newest first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<AlertChannel> {
        try await database.read { connection in
            let channels = try connection.channels(
                """
                WHERE workspace_id = \(workspaceID) AND id < \(slice.bound)
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """)
            let total = try connection.total(.channels, workspaceID: workspaceID)
            return ListPage(channels, of: slice, total: Int(total))
        }
    }

    /// The channel of that id, or nil where the workspace has none.
    public func channel(_ id: Int64, workspaceID: Int64) async throws -> AlertChannel? {
        try await database.read { try $0.channel(id, workspaceID: workspaceID) }
    }

    /// Changes a channel; one that was stopped by the server is used again once it is made active.
    ///
    /// What waits for a channel that is made inactive is given up.
    ///
    /// - Parameter change: What is to become of its definition; it may be called more than once.
    /// - Returns: The channel as it is now, or nil where the workspace has none of that id.
    public func update(
        _ id: Int64, workspaceID: Int64, by author: Author, now: Instant,
        _ change: @escaping @Sendable (inout NewAlertChannel) -> Void
    ) async throws -> AlertChannel? {
        try await database.write { connection in
            guard var channel = try connection.channel(id, workspaceID: workspaceID) else { return nil }
            let former = channel.definition
            change(&channel.definition)
            let definition = channel.definition
            let changes = NewAlertChannel.changes(from: former, to: definition)
            if changes.isEmpty { return channel }
            if definition.target != former.target {
                try connection.addMailRecipients(definition.target.addresses, workspaceID: workspaceID, now: now)
                channel.unconfirmed = try connection.unconfirmed(
                    definition.target.addresses, ofReports: false, workspaceID: workspaceID)
            }
            channel.updatedAt = now
            if former.isActive != definition.isActive { channel.disabledReason = nil }
            try connection.execute(
                """
                UPDATE channel
                SET name = \(definition.name),
                    target = \(try connection.sealed(definition.target, ofChannel: id, workspaceID: workspaceID)),
                    severities = \(definition.severities.stored), is_active = \(definition.isActive ? 1 : 0),
                    disabled_reason = \(channel.disabledReason), updated_at = \(now)
                WHERE workspace_id = \(workspaceID) AND id = \(id)
                """)
            if former.isActive, !definition.isActive {
                try connection.giveUpDeliveries(ofChannel: id, workspaceID: workspaceID, now: now)
            }
            try connection.audit(
                .channelUpdated, of: id, changes, by: author, workspaceID: workspaceID, now: now)
            return channel
        }
    }

    /// Removes a channel with its deliveries, also those that were not made yet.
    ///
    /// - Returns: Whether the workspace had it.
    public func delete(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let channel = try connection.channel(id, workspaceID: workspaceID) else { return false }
            try connection.execute("DELETE FROM channel WHERE workspace_id = \(workspaceID) AND id = \(id)")
            try connection.deleteNoticeWindow(of: .channel(id), workspaceID: workspaceID)
            try connection.count(-1, .channels, workspaceID: workspaceID)
            try connection.audit(
                .channelDeleted, of: id, NewAlertChannel.changes(from: channel.definition, to: nil), by: author,
                workspaceID: workspaceID, now: now)
            return true
        }
    }

    /// Gives a webhook another secret; for a day its messages are signed with both.
    ///
    /// - Throws: ``StoreError`` of code `conflict` where the workspace has no such webhook.
    public func rotateSecret(
        of id: Int64, workspaceID: Int64, once request: KeyedRequest<Issued>? = nil, by author: Author, now: Instant
    ) async throws -> Outcome<Issued> {
        try await database.write(once: request, now: now) { connection in
            guard var channel = try connection.channel(id, workspaceID: workspaceID),
                channel.definition.target.kind == .webhook
            else { throw StoreError(.conflict, "a webhook was deleted meanwhile") }
            var generator = SystemRandomNumberGenerator()
            let secret = WebhookSecret(using: &generator)
            try connection.execute(
                """
                UPDATE channel
                SET former_secret = secret, former_secret_until = \(now.advanced(bySeconds: WebhookSecret.overlapSeconds)),
                    secret = \(try connection.sealed(secret, ofChannel: id, workspaceID: workspaceID)),
                    updated_at = \(now)
                WHERE workspace_id = \(workspaceID) AND id = \(id)
                """)
            channel.updatedAt = now
            try connection.audit(.channelSecretRotated, of: id, by: author, workspaceID: workspaceID, now: now)
            return Issued(channel: channel, secret: secret)
        }
    }
}

extension NewAlertChannel {
    /// What differs, for the audit log: of URLs only where they lead.
    fileprivate static func changes(from former: NewAlertChannel?, to new: NewAlertChannel?) -> [AuditChange] {
        let isOtherTarget = former?.target != new?.target
        let parts: [(name: String, isChanged: Bool, text: (NewAlertChannel) -> String)] = [
            ("name", former?.name != new?.name, \.name),
            ("kind", former?.target.kind != new?.target.kind, \.target.kind.rawValue),
            ("target", isOtherTarget, \.target.summary),
            ("severities", former?.severities != new?.severities, \.severities.stored),
            ("is_active", former?.isActive != new?.isActive, { $0.isActive ? "true" : "false" }),
        ]
        return parts.filter(\.isChanged).map { part in
            AuditChange(part.name, from: former.map(part.text), to: new.map(part.text))
        }
    }
}
