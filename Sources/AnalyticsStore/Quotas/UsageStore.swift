public import AnalyticsCore

/// How much workspaces have stored.
public struct UsageStore: Sendable {
    private let database: any Database

    /// The usage that a database keeps.
    public init(database: any Database) {
        self.database = database
    }

    /// The usage of a workspace on the day (UTC) of an instant.
    public func usage(of workspaceID: Int64, now: Instant) async throws -> WorkspaceUsage {
        try await database.read { connection in
            let today = try connection.first(
                """
                SELECT usage_points
                FROM point_sequence
                WHERE workspace_id = \(workspaceID) AND usage_day = \(Day(utc: now))
                """
            ) { Int(try $0.integer(0)) }
            return WorkspaceUsage(
                points: try connection.visiblePoints(of: workspaceID), pointsToday: today ?? 0,
                rules: Int(try connection.total(.rules, workspaceID: workspaceID)),
                channels: Int(try connection.total(.channels, workspaceID: workspaceID)))
        }
    }

    /// The workspaces that have stored most data points, largest first, by the numbers that their points ever took.
    ///
    /// - Parameter limit: The number of workspaces at most.
    public func largest(_ limit: Int) async throws -> [(workspaceID: Int64, points: Int64)] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT workspace_id, next_sequence - 1
                FROM point_sequence
                WHERE next_sequence > 1
                ORDER BY next_sequence DESC, workspace_id
                LIMIT \(limit)
                """
            ) { (workspaceID: try $0.integer(0), points: try $0.integer(1)) }
        }
    }
}

extension Connection {
    /// The number of data points of a workspace that readers see.
    fileprivate func visiblePoints(of workspaceID: Int64) throws -> Int {
        let count = try first(
            "SELECT COALESCE(SUM(point_count), 0) FROM category WHERE workspace_id = \(workspaceID)"
        ) { Int(try $0.integer(0)) }
        return count ?? 0
    }

    /// The number of data points that a workspace has stored, those of imports under way included.
    fileprivate func storedPoints(of workspaceID: Int64) throws -> Int {
        let hidden = try first(
            """
            SELECT COALESCE(SUM(point_count), 0)
            FROM data_import
            WHERE workspace_id = \(workspaceID) AND status = 'running' AND is_dry_run = 0
            """
        ) { Int(try $0.integer(0)) }
        return try visiblePoints(of: workspaceID) + (hidden ?? 0)
    }

    /// Refuses points that a workspace may not store.
    ///
    /// - Parameters:
    ///   - count: The number of points.
    ///   - taken: The numbers that were taken for them.
    ///   - storedHere: The number of other points of the transaction, which no count includes yet.
    ///   - areNoted: Whether the import that the points belong to counts them already.
    ///   - quotas: The bounds.
    ///   - now: Decides the day (UTC).
    /// - Throws: ``AnalyticsCore/QuotaExceeded``.
    func check(
        _ count: Int, of workspaceID: Int64, _ taken: TakenSequences, storedHere: Int = 0, areNoted: Bool = false,
        by quotas: Quotas, now: Instant
    ) throws {
        if let most = quotas.pointsPerDay, taken.usedBefore + storedHere + count > most {
            throw QuotaExceeded.pointsPerDay(most, QuotaDay(at: now))
        }
        // Numbers are never used twice, so those that were given out bound the points that are there.
        guard let most = quotas.points, taken.first - 1 + Int64(storedHere + count) > Int64(most) else { return }
        let stored = try storedPoints(of: workspaceID)
        guard stored + storedHere + (areNoted ? 0 : count) > most else { return }
        throw QuotaExceeded.points(most)
    }
}
