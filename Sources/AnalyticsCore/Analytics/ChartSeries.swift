/// A metric's values day by day over a period.
public struct ChartSeries: Sendable, Equatable {
    /// What is charted.
    public let metric: Metric
    /// The days, each of which has a value.
    public let period: Period
    /// The value of each day of the period in order: a day without points is zero for a metric that adds up, and nil
    /// for one that is a mean.
    public let values: [WideAmount?]

    /// Fills the days of a period from the days that have points.
    ///
    /// - Parameter totals: The points of each day that has any.
    public init(metric: Metric, period: Period, totals: [Day: PeriodTotal]) {
        self.metric = metric
        self.period = period
        values = period.days.map { (totals[$0] ?? .none).value(metric.aggregation) }
    }
}
