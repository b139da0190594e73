import AnalyticsCore

/// A filter made ready for one workspace.
struct PointQuery {
    /// A metric that can have points that pass, with the id of the category that they must have.
    private struct Branch {
        let metric: Metric
        let categoryID: Int64?
    }

    private let filter: PointFilter
    private let workspaceID: Int64
    private let connection: any Connection
    private let branches: [Branch]

    init(filter: PointFilter, workspaceID: Int64, connection: any Connection) throws {
        self.filter = filter
        self.workspaceID = workspaceID
        self.connection = connection
        let metrics = filter.metric.map { [$0] } ?? Metric.allCases
        guard let category = filter.category else {
            branches = metrics.map { Branch(metric: $0, categoryID: nil) }
            return
        }
        branches = try metrics.compactMap { metric in
            try connection.first(
                """
                SELECT id
                FROM category
                WHERE workspace_id = \(workspaceID) AND metric = \(metric.column) AND name = \(category)
                """
            ) { Branch(metric: metric, categoryID: try $0.integer(0)) }
        }
    }

    // MARK: - Counts

    /// How many points pass, from what is kept of them; nil with a filter by source.
    func total() throws -> Int? {
        guard filter.source == nil else { return nil }
        guard filter.from == nil, filter.to == nil else {
            return try pointsPerDay().reduce(0) { $0 + $1.value }
        }
        return try branches.reduce(0) { sum, branch in
            let count = try connection.first(
                """
                SELECT COALESCE(SUM(point_count), 0)
                FROM category
                WHERE workspace_id = \(workspaceID) AND metric = \(branch.metric.column)
                """ + (branch.categoryID.map { " AND id = \($0)" } ?? "")
            ) { try $0.integer(0) }
            return sum + Int(count ?? 0)
        }
    }

    /// How many points pass on each day that has any, unless by source.
    private func pointsPerDay() throws -> [Day: Int] {
        var counts: [Day: Int] = [:]
        for branch in branches {
            let table: SQL = branch.categoryID == nil ? "daily_rollup" : "daily_category_rollup"
            try connection.forEachRow(
                """
                SELECT day, point_count
                FROM \(table)
                WHERE workspace_id = \(workspaceID) AND metric = \(branch.metric.column)
                    AND day BETWEEN \(filter.from ?? .epoch) AND \(filter.to ?? .last)
                """ + (branch.categoryID.map { " AND category_id = \($0)" } ?? "") + " ORDER BY day"
            ) { counts[try $0.day(0), default: 0] += Int(try $0.integer(1)) }
        }
        return counts
    }

    /// Where the point is that has so many before it: below which id to look, and how many to pass over there.
    ///
    /// Whole days are passed over by their counts, so a deep page costs the points of a day and not of all years.
    func start(offset: Int) throws -> (below: Int64, offset: Int) {
        guard filter.source == nil, offset > 1000 else { return (.max, offset) }
        var rest = offset
        for (day, count) in try pointsPerDay().sorted(by: { $0.key > $1.key }) {
            if rest < count { return (PointID.lowest(of: day.advanced(by: 1)), rest) }
            rest -= count
        }
        return (0, 0)
    }

    // MARK: - Points

    func points(below limitID: Int64, offset: Int, limit: Int) throws -> [StoredPoint] {
        guard !branches.isEmpty else { return [] }
        let (sum, overflow) = offset.addingReportingOverflow(limit)
        let depth = overflow ? .max : sum
        let hidesImports = try connection.hasHiddenPoints(workspaceID: workspaceID)
        let selections = branches.map {
            selection($0, below: limitID, depth: depth, hidesImports: hidesImports)
        }
        return try connection.all(
            """
            SELECT p.id, p.metric, p.value, c.name, p.source, p.external_id, p.created_at, p.updated_at
            FROM (
                SELECT id, metric
                FROM (\(SQL.joined(selections, separator: " UNION ALL "))) AS passing
                ORDER BY id DESC
                LIMIT \(limit) OFFSET \(offset)
            ) AS page
            JOIN data_point AS p
                ON p.workspace_id = \(workspaceID) AND p.metric = page.metric AND p.id = page.id
            LEFT JOIN category AS c
                ON c.workspace_id = p.workspace_id AND c.metric = p.metric AND c.id = p.category_id
            ORDER BY p.id DESC
            """, StoredPoint.init(row:))
    }

    /// The newest points of one metric that pass, in the table's own order.
    ///
    /// Only what tells them apart: what is passed over on the way to a deep page costs little room.
    private func selection(_ branch: Branch, below limitID: Int64, depth: Int, hidesImports: Bool) -> SQL {
        let lowest = PointID.lowest(of: filter.from ?? .epoch)
        let beyond = min(limitID, filter.to.map { PointID.lowest(of: $0.advanced(by: 1)) } ?? .max)
        var sql: SQL = """
            SELECT * FROM (
                SELECT id, metric
                FROM data_point
                WHERE workspace_id = \(workspaceID) AND metric = \(branch.metric.column)
                    AND id >= \(lowest) AND id < \(beyond)
            """
        if let categoryID = branch.categoryID { sql.append(" AND category_id = \(categoryID)") }
        if let source = filter.source { sql.append(" AND source = \(source)") }
        if hidesImports { sql.append(" AND " + .isVisible) }
        sql.append(" ORDER BY id DESC LIMIT \(depth)) AS branch")
        return sql
    }
}
