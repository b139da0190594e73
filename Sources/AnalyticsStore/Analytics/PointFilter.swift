public import AnalyticsCore

/// Which data points a list shows.
public struct PointFilter: Sendable, Equatable {
    /// Only points of this metric.
    public var metric: Metric?
    /// Only points of this day or later.
    public var from: Day?
    /// Only points of this day or earlier.
    public var to: Day?
    /// Only points of exactly this category.
    public var category: Label?
    /// Only points of exactly this source.
    ///
    /// No rollup is kept by source, so their number is not known.
    public var source: Label?

    /// All points, or those that the arguments name.
    public init(
        metric: Metric? = nil, from: Day? = nil, to: Day? = nil, category: Label? = nil, source: Label? = nil
    ) {
        self.metric = metric
        self.from = from
        self.to = to
        self.category = category
        self.source = source
    }
}

/// Where in a list one looks.
public enum PointPosition: Sendable, Equatable {
    /// So many points down from the newest, at least 0.
    case offset(Int)
    /// Right behind the point of that id, whether that is there or not. It costs the same however deep that is.
    case after(PointID)
}

/// A part of a list.
public struct PointList: Sendable, Equatable {
    /// The points, newest day first, then highest id.
    public let points: [StoredPoint]
    /// The place behind which older points follow; nil where there are none.
    public let next: PointID?
    /// How many points the whole list has; nil where that is not kept.
    public let total: Int?
}
