public import AnalyticsCore

/// What happened in workspaces, kept for seven days.
public struct EventStore: Sendable {
    private let database: any Database

    /// How long events are kept, in seconds: seven days.
    public static let lifetimeSeconds: Int64 = 7 * 86_400

    private static let kinds = SQL.joined(EventKind.allCases.map { "\($0.rawValue)" }, separator: ", ")

    /// The log of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// The events of a workspace behind a number, oldest first.
    ///
    /// Their numbers follow each other without a gap, but for those that were removed by age before the first. Kinds that a
    /// newer program logged, which works with the same database, are passed over.
    public func events(after id: Int64, limit: Int, workspaceID: Int64) async throws -> [StoredEvent] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT id, at, kind, subject
                FROM event
                WHERE workspace_id = \(workspaceID) AND id > \(id) AND kind IN (\(Self.kinds))
                ORDER BY id
                LIMIT \(limit)
                """
            ) { row in
                let kind: EventKind = try row.named(2)
                return StoredEvent(
                    id: try row.integer(0), at: try row.instant(1), kind: kind,
                    subject: try EventSubject(of: kind, stored: row.text(3)))
            }
        }
    }

    /// The number of a workspace's latest event, 0 where there was none.
    public func latestID(workspaceID: Int64) async throws -> Int64 {
        try await database.read { try $0.total(.events, workspaceID: workspaceID) }
    }

    /// Removes events that are too old.
    ///
    /// - Returns: How many were removed, at most `limit`.
    public func prune(limit: Int = 1_000, now: Instant) async throws -> Int {
        try await database.write { connection in
            try connection.execute(
                """
                DELETE FROM event
                WHERE (workspace_id, id) IN (
                    SELECT workspace_id, id
                    FROM event
                    WHERE at <= \(now.advanced(bySeconds: -Self.lifetimeSeconds))
                    ORDER BY at
                    LIMIT \(limit)
                )
                """)
        }
    }
}

/// Something that happened, with what it happened to.
public struct StoredEvent: Sendable, Equatable {
    /// Its number within the workspace.
    public let id: Int64
    /// When it happened.
    public let at: Instant
    /// What happened.
    public let kind: EventKind
    /// What it happened to, as it was right after that.
    public let subject: EventSubject
}
