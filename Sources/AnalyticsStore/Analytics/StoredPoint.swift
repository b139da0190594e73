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
