import AnalyticsCore

/// What a chart of days shows, in words, for those who do not see it.
struct ChartSummary {
    private let series: ChartSeries
    private let currency: String?
    private let text: FigureText

    /// The summary of a series.
    ///
    /// - Parameter text: How its values are written; nil leaves the currency out.
    init(of series: ChartSeries, text: FigureText?) {
        self.series = series
        currency = text?.currency
        self.text = text ?? FigureText(currency: "")
    }

    /// The metric's name.
    var name: String {
        switch series.metric {
        case .revenue: "Revenue"
        case .users: "Users"
        case .orders: "Orders"
        case .conversionRate: "Conversion rate"
        case .bounceRate: "Bounce rate"
        case .sessionDuration: "Session duration"
        case .pageViews: "Page views"
        }
    }

    /// The unit as it is shown: the currency's code, `%` or `s`; nil for counts.
    var unit: String? {
        switch series.metric.kind {
        case .money: currency
        case .count: nil
        case .percent: "%"
        case .seconds: "s"
        }
    }

    /// The metric, the days, and the lowest, the highest and the latest value, or that there is none.
    var sentences: String {
        let period = series.period
        let days =
            period.from < period.to
            ? "from \(period.from.fullText) to \(period.to.fullText)" : "on \(period.to.fullText)"
        let points = zip(period.days, series.values).compactMap { day, value in value.map { (day: day, value: $0) } }
        // Of equal values both give the earliest day.
        guard let lowest = points.min(by: { $0.value < $1.value }),
            let highest = points.max(by: { $0.value < $1.value }), let latest = points.last
        else { return "\(name) \(days). No data." }
        return "\(name) \(days). Lowest \(figure(lowest)), highest \(figure(highest)), latest \(figure(latest))."
    }

    private func figure(_ point: (day: Day, value: WideAmount)) -> String {
        text.number(point.value, series.metric.kind) + (unit.map { " \($0)" } ?? "") + " on \(point.day.fullText)"
    }
}
