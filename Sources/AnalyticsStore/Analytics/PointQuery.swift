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

    // MARK: - Points

    /// Some points that pass, with the place to go on at.
    struct Page {
        let points: [StoredPoint]
        /// The id below which to look for further points; nil where there are none.
        let next: Int64?
    }

    /// The number of points of a metric that one page is looked for among.
    ///
    /// Points with a category or a source may be rare, and no index leads to them. A page may therefore have fewer points
    /// than asked for, or none, though others follow.
    static let mostPointsLookedAt = 20_000

    /// The points behind a place.
    ///
    /// - Throws: ``ValidationError`` of the field `page` where more points would have to be passed over than a request may
    ///   look at.
    func page(at position: PointPosition, limit: Int) throws -> Page {
        switch position {
        case .after(let id):
            return try page(below: id.number, offset: 0, limit: limit)
        case .offset(let offset):
            let start = try start(offset: offset)
            guard start.below > 0 else { return Page(points: [], next: nil) }
            return try page(below: start.below, offset: start.offset, limit: limit)
        }
    }

    private func page(below limitID: Int64, offset: Int, limit: Int) throws -> Page {
        guard filter.source != nil || filter.category != nil else {
            if offset > Self.mostPointsLookedAt { throw Self.tooDeep }
            return try fullPage(below: limitID, offset: offset, limit: limit, from: nil)
        }
        let floor = try floor(below: limitID)
        let page = try fullPage(below: limitID, offset: offset, limit: limit, from: floor)
        guard page.next == nil, let floor else { return page }
        if offset > 0, page.points.isEmpty { throw Self.tooDeep }
        return Page(points: page.points, next: floor)
    }

    /// A page of points that are not below an id.
    private func fullPage(below limitID: Int64, offset: Int, limit: Int, from floor: Int64?) throws -> Page {
        // One more than asked for tells whether there is more.
        let found = try points(
            below: limitID, offset: offset, limit: limit == .max ? limit : limit + 1, from: floor ?? 0)
        let points = Array(found.prefix(limit))
        return Page(points: points, next: found.count > limit ? points.last?.id.number ?? limitID : nil)
    }

    private static let tooDeep = ValidationError(
        field: "page", code: .limit,
        message: "The page is too far from the newest data point: follow next_cursor, or choose a shorter period.")

    /// The place of the point that has a number of others before it: the id to look below, and how many points to pass
    /// over there.
    ///
    /// Whole days are passed over by their counts, so a deep page costs the points of a day and not of all years.
    private func start(offset: Int) throws -> (below: Int64, offset: Int) {
        guard filter.source == nil, offset > 0, offset > 1_000 || filter.category != nil else { return (.max, offset) }
        var rest = offset
        for (day, count) in try pointsPerDay().sorted(by: { $0.key > $1.key }) {
            if rest < count { return (PointID.lowest(of: day.advanced(by: 1)), rest) }
            rest -= count
        }
        return (0, 0)
    }

    /// The lowest id that a page is looked for at: of each metric no more points are looked at than allowed.
    ///
    /// - Returns: Nil where all points down to the first may be looked at.
    private func floor(below limitID: Int64) throws -> Int64? {
        try branches.compactMap { branch in
            try connection.first(
                """
                SELECT id
                FROM data_point
                WHERE workspace_id = \(workspaceID) AND metric = \(branch.metric.column)
                    AND id >= \(lowest) AND id < \(beyond(limitID))
                ORDER BY id DESC
                LIMIT 1 OFFSET \(Self.mostPointsLookedAt - 1)
                """
            ) { try $0.integer(0) }
        }.max()
    }

    /// The lowest id that passes the filter's days.
    private var lowest: Int64 { PointID.lowest(of: filter.from ?? .epoch) }

    /// The id that all points are below which are below another and pass the filter's days.
    private func beyond(_ limitID: Int64) -> Int64 {
        min(limitID, filter.to.map { PointID.lowest(of: $0.advanced(by: 1)) } ?? .max)
    }

    private func points(below limitID: Int64, offset: Int, limit: Int, from floor: Int64) throws -> [StoredPoint] {
        guard !branches.isEmpty else { return [] }
        let (sum, overflow) = offset.addingReportingOverflow(limit)
        let depth = overflow ? .max : sum
        let hidesImports = try connection.hasHiddenPoints(workspaceID: workspaceID)
        let selections = branches.map {
            selection($0, below: limitID, from: floor, depth: depth, hidesImports: hidesImports)
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
    private func selection(
        _ branch: Branch, below limitID: Int64, from floor: Int64, depth: Int, hidesImports: Bool
    ) -> SQL {
        var sql: SQL = """
            SELECT * FROM (
                SELECT id, metric
                FROM data_point
                WHERE workspace_id = \(workspaceID) AND metric = \(branch.metric.column)
                    AND id >= \(max(lowest, floor)) AND id < \(beyond(limitID))
            """
        if let categoryID = branch.categoryID { sql.append(" AND category_id = \(categoryID)") }
        if let source = filter.source { sql.append(" AND source = \(source)") }
        if hidesImports { sql.append(" AND " + .isVisible) }
        sql.append(" ORDER BY id DESC LIMIT \(depth)) AS branch")
        return sql
    }
}
