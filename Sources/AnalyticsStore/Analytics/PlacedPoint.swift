import AnalyticsCore

/// A stored point with the number of its category.
struct PlacedPoint {
    let stored: StoredPoint
    let categoryID: Int64

    /// What is read of one, from `data_point` with the category `c`.
    static let columns = [
        "data_point.id", "data_point.metric", "data_point.value", "c.name", "data_point.source",
        "data_point.external_id", "data_point.created_at", "data_point.updated_at", "data_point.category_id",
    ]

    /// Where it is read from.
    static let source = """
        FROM data_point
        LEFT JOIN category AS c
            ON c.workspace_id = data_point.workspace_id AND c.metric = data_point.metric
                AND c.id = data_point.category_id
        """

    /// Reads ``columns``.
    init(row: any Row) throws {
        stored = try StoredPoint(row: row)
        categoryID = try row.integer(8)
    }
}

extension Connection {
    /// The point of an id, unless the workspace has none or an import that is not complete hides it.
    func visiblePoint(_ id: PointID, workspaceID: Int64) throws -> PlacedPoint? {
        var sql: SQL = """
            \(SQL(trusted: "SELECT \(PlacedPoint.columns.joined(separator: ", ")) \(PlacedPoint.source)"))
            WHERE data_point.workspace_id = \(workspaceID) AND data_point.metric IN (1, 2, 3, 4, 5, 6, 7)
                AND data_point.id = \(id.number)
            """
        if try hasHiddenPoints(workspaceID: workspaceID) {
            sql.append(" AND " + .isVisible)
        }
        return try first(sql, PlacedPoint.init(row:))
    }
}

extension NewPoint {
    /// What becomes of the parts of a point that another takes the place of; none where both say the same.
    func changes(to other: NewPoint) -> [AuditChange] {
        [
            AuditChange("value", from: value.description, to: other.value.description),
            AuditChange("recorded_at", from: day.description, to: other.day.description),
            AuditChange("category", from: category?.text, to: other.category?.text),
            AuditChange("source", from: source?.text, to: other.source?.text),
        ].filter { change in
            // Byte by byte, as labels compare: two spellings of é are two categories.
            change.from.map { Array($0.utf8) } != change.to.map { Array($0.utf8) }
        }
    }
}
