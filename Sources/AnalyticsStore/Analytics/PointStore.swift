import AnalyticsCore

/// The data points one by one.
public struct PointStore: Sendable {
    let database: any Database

    /// The points of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// A part of a workspace's points, newest day first, then highest id, with the number of all that pass the filter.
    ///
    /// Points of an import that is not complete are not among them. A list looks at a bounded number of points: with a
    /// filter by category or source it may have fewer than asked for though ``PointList/next`` says that others follow.
    ///
    /// - Parameters:
    ///   - filter: Which points.
    ///   - position: Where the part begins.
    ///   - limit: How many points it has at most.
    ///   - workspaceID: Whose points.
    /// - Throws: ``ValidationError`` of the field `page` where the position is further down than a request may look.
    public func list(
        _ filter: PointFilter, at position: PointPosition, limit: Int, workspaceID: Int64
    ) async throws -> PointList {
        try await database.read { connection in
            let query = try PointQuery(filter: filter, workspaceID: workspaceID, connection: connection)
            let total = try query.total()
            if case .offset(let offset) = position, let total, offset >= total {
                return PointList(points: [], next: nil, total: total)
            }
            let page = try query.page(at: position, limit: limit)
            return PointList(points: page.points, next: page.next.map(PointID.init(number:)), total: total)
        }
    }

    /// All points that pass a filter, to be read page by page.
    ///
    /// - Parameters:
    ///   - filter: Which points.
    ///   - workspaceID: Whose points.
    ///   - pageSize: How many points are read at a time, at least one.
    public func export(_ filter: PointFilter, workspaceID: Int64, pageSize: Int = 1_000) -> PointExport {
        PointExport(filter: filter, workspaceID: workspaceID, pageSize: max(pageSize, 1), database: database)
    }
}
