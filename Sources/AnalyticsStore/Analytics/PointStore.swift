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
    /// Points of an import that is not complete are not among them.
    ///
    /// - Parameters:
    ///   - filter: Which points.
    ///   - position: Where the part begins.
    ///   - limit: How many points it has at most.
    ///   - workspaceID: Whose points.
    public func list(
        _ filter: PointFilter, at position: PointPosition, limit: Int, workspaceID: Int64
    ) async throws -> PointList {
        try await database.read { connection in
            let query = try PointQuery(filter: filter, workspaceID: workspaceID, connection: connection)
            let total = try query.total()
            // One more than asked for tells whether there is more.
            let wanted = limit == .max ? limit : limit + 1
            let points: [StoredPoint]
            switch position {
            case .after(let id):
                points = try query.points(below: id.number, offset: 0, limit: wanted)
            case .offset(let offset):
                if let total, offset >= total {
                    points = []
                } else {
                    let start = try query.start(offset: offset)
                    points = try query.points(below: start.below, offset: start.offset, limit: wanted)
                }
            }
            return PointList(points: Array(points.prefix(limit)), hasMore: points.count > limit, total: total)
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
