public import AnalyticsCore

extension PointStore {
    /// The categories that points of a workspace have, by name.
    ///
    /// - Parameters:
    ///   - limit: How many there are at most.
    ///   - workspaceID: Whose points.
    public func categories(limit: Int, workspaceID: Int64) async throws -> [Label] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT DISTINCT name
                FROM category
                WHERE workspace_id = \(workspaceID) AND id > 0 AND point_count > 0
                ORDER BY name
                LIMIT \(limit)
                """
            ) { Label(try $0.text(0)) }
        }
    }
}
