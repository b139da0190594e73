public import AnalyticsCore

/// A data point as it is stored.
public struct StoredPoint: Sendable, Equatable {
    /// Its id, unique within the workspace.
    public let id: PointID
    /// What was measured, on which day, and what was said about it.
    public let point: NewPoint
    /// When it was stored.
    public let createdAt: Instant
    /// When it was last changed; the same as ``createdAt`` until then.
    public let updatedAt: Instant
}

extension StoredPoint {
    /// Reads eight columns: id, metric, value, the category's name, source, external_id, created_at and updated_at.
    init(row: any Row) throws {
        let id = PointID(number: try row.integer(0))
        let createdAt = try row.instant(6)
        self.init(
            id: id,
            point: NewPoint(
                metric: try row.metric(1), value: try row.amount(2), day: id.day,
                category: try row.optionalText(3).map { Label($0) }, source: try row.optionalText(4).map { Label($0) },
                externalID: try row.optionalText(5).map { Label($0) }),
            createdAt: createdAt, updatedAt: try row.optionalInstant(7) ?? createdAt)
    }
}
