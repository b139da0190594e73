public import AnalyticsCore

/// The charts that workspaces show elsewhere.
public struct EmbedStore: Sendable {
    private let database: any Database

    /// The embeds of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// A part of a workspace's embeds, newest first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<ChartEmbed> {
        try await database.read { connection in
            let embeds = try connection.embeds(
                """
                WHERE workspace_id = \(workspaceID) AND id < \(slice.bound)
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """)
            return ListPage(embeds, of: slice, total: try connection.embedCount(workspaceID: workspaceID))
        }
    }

    /// Adds an embed, with a key of its own.
    ///
    /// - Throws: ``ValidationError`` where the workspace has as many as it may have.
    public func create(
        _ definition: ChartEmbed.Definition, workspaceID: Int64, once key: KeyedRequest<ChartEmbed>? = nil,
        by author: Author, now: Instant
    ) async throws -> Outcome<ChartEmbed> {
        let signingKey = ChartEmbed.randomKey()
        return try await database.write(once: key, now: now) { connection in
            guard try connection.embedCount(workspaceID: workspaceID) < ChartEmbed.mostOfWorkspace else {
                throw ValidationError(
                    field: "metric_type", code: .limit,
                    message: "The workspace must not have more than \(ChartEmbed.mostOfWorkspace) embeds.")
            }
            let embed = ChartEmbed(
                id: try connection.nextID(of: .embed), definition: definition, key: signingKey, createdAt: now)
            let look = definition.look
            let kept = try connection.keyring.kept(
                signingKey.base64, of: SecretOwner.key(ofEmbed: embed.id, workspaceID: workspaceID))
            let sealedKey = SecretKeyring.isSealed(kept) ? kept : nil
            try connection.execute(
                """
                INSERT INTO embed (
                    workspace_id, id, name, metric, days, form, theme, width, height, compares_previous, signing_key,
                    sealed_key, created_at
                )
                VALUES (
                    \(workspaceID), \(embed.id), \(definition.name), \(definition.metric.column), \(definition.days),
                    \(look.form.rawValue), \(look.theme.rawValue), \(look.width), \(look.height),
                    \(look.comparesPrevious ? 1 : 0),
                    \(sealedKey == nil ? signingKey : ChartEmbed.randomKey()), \(sealedKey), \(now)
                )
                """)
            try connection.audit(
                .embedCreated, of: embed.id,
                [
                    AuditChange("name", from: nil, to: definition.name),
                    AuditChange("metric_type", from: nil, to: definition.metric.rawValue),
                    AuditChange("period", from: nil, to: String(definition.days)),
                ], by: author, workspaceID: workspaceID, now: now)
            return embed
        }
    }

    /// Removes an embed, with which its link shows nothing any more.
    ///
    /// - Returns: Whether the workspace had it.
    public func delete(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let embed = try connection.embed(id, workspaceID: workspaceID) else { return false }
            try connection.execute("DELETE FROM embed WHERE workspace_id = \(workspaceID) AND id = \(id)")
            try connection.audit(
                .embedDeleted, of: id, [AuditChange("name", from: embed.definition.name, to: nil)], by: author,
                workspaceID: workspaceID, now: now)
            return true
        }
    }

    /// An embed with the workspace whose figures it shows, or nil.
    public func embed(_ id: Int64, workspaceID: Int64) async throws -> (embed: ChartEmbed, workspace: Workspace)? {
        try await database.read { connection in
            guard let embed = try connection.embed(id, workspaceID: workspaceID),
                let workspace = try connection.workspace(id: workspaceID)
            else { return nil }
            return (embed, workspace)
        }
    }
}

extension ChartEmbed {
    /// The 32 bytes of a new key, also of one that signs nothing: in the column of the key where that is sealed.
    static func randomKey() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

extension Connection {
    fileprivate func embed(_ id: Int64, workspaceID: Int64) throws -> ChartEmbed? {
        try embeds("WHERE workspace_id = \(workspaceID) AND id = \(id)").first
    }

    fileprivate func embedCount(workspaceID: Int64) throws -> Int {
        let count = try first("SELECT COUNT(*) FROM embed WHERE workspace_id = \(workspaceID)") { try $0.integer(0) }
        return Int(count ?? 0)
    }

    fileprivate func embeds(_ condition: SQL) throws -> [ChartEmbed] {
        try all(
            """
            SELECT id, name, metric, days, form, theme, width, height, compares_previous, signing_key, created_at,
                sealed_key, workspace_id
            FROM embed
            """ + " " + condition
        ) { row in
            ChartEmbed(
                id: try row.integer(0),
                definition: ChartEmbed.Definition(
                    name: try row.text(1), metric: try row.metric(2), days: Int(try row.integer(3)),
                    look: ChartLook(
                        form: try row.named(4), theme: try row.named(5), width: Int(try row.integer(6)),
                        height: Int(try row.integer(7)), comparesPrevious: try row.integer(8) == 1)),
                key: try openedKey(row), createdAt: try row.instant(10))
        }
    }

    /// The key of an embed; a random one, with which no link was signed, where no key here opens it.
    private func openedKey(_ row: any Row) throws -> [UInt8] {
        guard let sealed = try row.optionalText(11) else { return try row.bytes(9) }
        let owner = SecretOwner.key(ofEmbed: try row.integer(0), workspaceID: try row.integer(12))
        do {
            return [UInt8](base64: try keyring.open(sealed, of: owner)) ?? ChartEmbed.randomKey()
        } catch is SealedSecret {
            return ChartEmbed.randomKey()
        }
    }
}
