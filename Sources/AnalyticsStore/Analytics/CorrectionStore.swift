public import AnalyticsCore

/// Data points that turn out to be wrong: corrected or removed, with their rollups, in one transaction.
///
/// What a point was before, who changed it and when stands in the audit log.
public struct CorrectionStore: Sendable {
    private let database: any Database

    /// The corrections of a database.
    ///
    /// - Parameter database: Where the points are.
    public init(database: any Database) {
        self.database = database
    }

    /// The point of that id, or nil where the workspace has none that is visible.
    public func point(_ id: PointID, workspaceID: Int64) async throws -> StoredPoint? {
        try await database.read { try $0.visiblePoint(id, workspaceID: workspaceID)?.stored }
    }

    /// Changes a point's value, category or source.
    ///
    /// - Parameters:
    ///   - id: Which point.
    ///   - correction: What is to be changed.
    ///   - workspaceID: Whose point.
    ///   - author: Who does it, for the audit log.
    ///   - now: When.
    /// - Returns: The point as it is now, or nil where the workspace has none of that id.
    /// - Throws: ``ValidationError`` for a new category too many and for a sum that leaves 64 bits.
    public func correct(
        _ id: PointID, _ correction: PointCorrection, workspaceID: Int64, by author: Author, now: Instant
    ) async throws -> StoredPoint? {
        try await database.write { connection in
            guard let former = try connection.visiblePoint(id, workspaceID: workspaceID) else { return nil }
            let point = correction.applied(to: former.stored.point)
            let changes = former.stored.point.changes(to: point)
            if changes.isEmpty { return former.stored }
            var categories = CategoryLedger(connection: connection)
            var tally = PointTally(workspaceID: workspaceID)
            let categoryID = try tally.add(point, categories: &categories, fieldPrefix: "")
            try connection.execute(
                """
                UPDATE data_point
                SET value = \(point.value), category_id = \(categoryID), source = \(point.source), updated_at = \(now)
                WHERE workspace_id = \(workspaceID) AND metric = \(point.metric.column) AND id = \(id.number)
                """)
            var withdrawal = RollupWithdrawal(connection: connection)
            try withdrawal.add(former, workspaceID: workspaceID)
            try withdrawal.write(before: tally.rollups)
            var rollups = RollupLedger(connection: connection)
            if try rollups.add(tally.rollups) != nil { throw PointTally.overflow(fieldPrefix: "") }
            categories.count(1, categoryID: categoryID, in: .init(workspaceID: workspaceID, metric: point.metric))
            try rollups.write()
            try categories.write()
            try connection.audit(
                .recordCorrected, of: id.number, changes, by: author, workspaceID: workspaceID, now: now)
            connection.noteDataChange(in: workspaceID)
            return StoredPoint(id: id, point: point, createdAt: former.stored.createdAt, updatedAt: now)
        }
    }

    /// Removes a point.
    ///
    /// - Returns: Whether the workspace had it.
    /// - Throws: ``ValidationError`` where the day's total without it would leave 64 bits.
    public func remove(_ id: PointID, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let former = try connection.visiblePoint(id, workspaceID: workspaceID) else { return false }
            let point = former.stored.point
            try connection.execute(
                """
                DELETE FROM data_point
                WHERE workspace_id = \(workspaceID) AND metric = \(point.metric.column) AND id = \(id.number)
                """)
            var withdrawal = RollupWithdrawal(connection: connection)
            try withdrawal.add(former, workspaceID: workspaceID)
            try withdrawal.write(before: [:])
            try connection.audit(
                .recordDeleted, of: id.number, point.asRemoved, by: author, workspaceID: workspaceID, now: now)
            connection.noteDataChange(in: workspaceID)
            return true
        }
    }
}

/// What is to be changed of a data point; nil leaves a part as it is.
public struct PointCorrection: Sendable, Equatable {
    /// What becomes of a part that may be empty.
    public enum LabelChange: Sendable, Equatable {
        /// It stays.
        case keep
        /// It is replaced, or (nil) taken away.
        case set(Label?)
    }

    /// The new value.
    public var value: Amount?
    /// The new category.
    public var category: LabelChange
    /// The new source.
    public var source: LabelChange

    /// A correction of the named parts.
    public init(value: Amount? = nil, category: LabelChange = .keep, source: LabelChange = .keep) {
        self.value = value
        self.category = category
        self.source = source
    }

    fileprivate func applied(to point: NewPoint) -> NewPoint {
        var point = point
        if let value { point.value = value }
        if case .set(let label) = category { point.category = label }
        if case .set(let label) = source { point.source = label }
        return point
    }
}

extension NewPoint {
    fileprivate var asRemoved: [AuditChange] {
        [
            AuditChange("metric_type", from: metric.rawValue, to: nil),
            AuditChange("value", from: value.description, to: nil),
            AuditChange("recorded_at", from: day.description, to: nil),
            AuditChange("category", from: category?.text, to: nil),
            AuditChange("source", from: source?.text, to: nil),
            AuditChange("external_id", from: externalID?.text, to: nil),
        ].filter { $0.from != nil }
    }
}
