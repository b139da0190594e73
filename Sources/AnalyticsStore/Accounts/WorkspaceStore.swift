public import AnalyticsCore

public import struct Foundation.TimeZone

/// Workspaces by themselves.
public struct WorkspaceStore: Sendable {
    private let database: any Database

    /// The workspaces of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// The workspaces with that exact name, at most two, by id.
    public func all(named name: String) async throws -> [Workspace] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT id, name, time_zone, currency
                FROM workspace
                WHERE name = \(name)
                ORDER BY id
                LIMIT 2
                """, Workspace.init(row:))
        }
    }

    /// The workspace of that id, or nil.
    public func workspace(id: Int64) async throws -> Workspace? {
        try await database.read { try $0.workspace(id: id) }
    }

    /// The first workspaces by id, behind one.
    public func first(_ limit: Int, after id: Int64 = 0) async throws -> [Workspace] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT id, name, time_zone, currency
                FROM workspace
                WHERE id > \(id)
                ORDER BY id
                LIMIT \(limit)
                """, Workspace.init(row:))
        }
    }

    /// What is to become of a workspace's settings; nil leaves one as it is.
    public struct Settings: Sendable, Equatable {
        /// What its people call it.
        public var name: String?
        /// Where its days begin and end.
        public var timeZone: TimeZone?
        /// What its money is counted in.
        public var currency: String?

        /// Settings of which each may be left as it is.
        public init(name: String? = nil, timeZone: TimeZone? = nil, currency: String? = nil) {
            self.name = name
            self.timeZone = timeZone
            self.currency = currency
        }
    }

    /// Changes a workspace's settings.
    ///
    /// - Returns: The workspace as it is now, or nil where there is none of that id.
    public func update(id: Int64, _ settings: Settings, by author: Author, now: Instant) async throws -> Workspace? {
        try await database.write { connection in
            guard let former = try connection.workspace(id: id) else { return nil }
            var workspace = former
            if let name = settings.name { workspace.name = name }
            if let zone = settings.timeZone { workspace.timeZone = zone }
            if let currency = settings.currency { workspace.currency = currency }
            let changes = former.changes(to: workspace)
            if changes.isEmpty { return former }
            try connection.execute(
                """
                UPDATE workspace
                SET name = \(workspace.name), time_zone = \(workspace.timeZoneName), currency = \(workspace.currency)
                WHERE id = \(id)
                """)
            // Days begin at other moments, and alerts name another currency.
            try connection.rescheduleRules(of: workspace, now: now)
            try connection.rescheduleReports(of: workspace, from: former, now: now)
            try connection.audit(.workspaceUpdated, of: id, changes, by: author, workspaceID: id, now: now)
            // What is answered from the data depends on the settings.
            connection.noteDataChange(in: id)
            connection.note(.sessions, in: id)
            return workspace
        }
    }
}

extension Workspace {
    fileprivate func changes(to other: Workspace) -> [AuditChange] {
        [
            AuditChange("name", from: name, to: other.name),
            AuditChange("timezone", from: timeZoneName, to: other.timeZoneName),
            AuditChange("currency", from: currency, to: other.currency),
        ].filter { $0.from != $0.to }
    }
}

extension Connection {
    /// The workspace of that id, or nil.
    func workspace(id: Int64) throws -> Workspace? {
        try first(
            """
            SELECT id, name, time_zone, currency
            FROM workspace
            WHERE id = \(id)
            """, Workspace.init(row:))
    }

    /// Makes a workspace that nobody is in yet.
    func insertWorkspace(name: String, now: Instant) throws -> Int64 {
        let id = try nextID(of: .workspace)
        try execute(
            """
            INSERT INTO workspace (id, name, time_zone, currency, created_at)
            VALUES (\(id), \(name), \("UTC"), \("USD"), \(now))
            """)
        return id
    }

    /// Whether a workspace has neither data points nor an import under way.
    func hasNoData(workspaceID: Int64) throws -> Bool {
        let found = try first(
            """
            SELECT 1
            WHERE EXISTS (SELECT 1 FROM data_point WHERE workspace_id = \(workspaceID))
                OR EXISTS (SELECT 1 FROM data_import WHERE workspace_id = \(workspaceID) AND is_unsettled = 1)
            """
        ) { try $0.integer(0) }
        return found == nil
    }

    /// Removes a workspace without users and data, with all that is noted about it.
    func deleteWorkspace(id: Int64) throws {
        for table in [
            "invitation", "audit_entry", "idempotency_key", "data_import", "day_revision", "category", "alert",
            "alert_rule", "alert_count", "event", "notice_window", "delivery", "digest_notice", "channel", "report",
            "report_count",
            "report_schedule", "embed", "mail_recipient", "point_sequence",
        ] {
            try execute(SQL(trusted: "DELETE FROM \(table) WHERE workspace_id = ") + "\(id)")
        }
        try execute("DELETE FROM workspace WHERE id = \(id)")
    }
}

extension Workspace {
    /// Reads four columns: id, name, time_zone and currency.
    fileprivate init(row: any Row) throws {
        try self.init(row: row, startingAt: 0)
    }

    init(row: any Row, startingAt start: Int) throws {
        let zoneName = try row.text(start + 2)
        guard let zone = TimeZone(identifier: zoneName) else {
            throw StoreError.unexpected(value: zoneName, column: start + 2)
        }
        self.init(
            id: try row.integer(start), name: try row.text(start + 1), timeZone: zoneName == "UTC" ? .gmt : zone,
            currency: try row.text(start + 3))
    }
}
