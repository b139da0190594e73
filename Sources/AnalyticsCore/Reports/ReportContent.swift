public import struct Foundation.TimeZone

/// Everything that a report says, as it was when the report was made.
///
/// PDF, HTML, CSV and the mail are written from it alone, so no figure can differ between them.
public struct ReportContent: Sendable, Equatable {
    /// A metric's figures.
    public struct Figure: Sendable, Equatable {
        /// The period's value against that of the period before.
        public let kpi: KPI
        /// The values day by day.
        public let series: ChartSeries
        /// The same of the period before; its length may differ by a few days, as months do.
        public let previous: ChartSeries

        /// The figures of one metric.
        public init(kpi: KPI, series: ChartSeries, previous: ChartSeries) {
            self.kpi = kpi
            self.series = series
            self.previous = previous
        }

        /// What is counted or measured.
        public var metric: Metric { series.metric }

        /// The day with the best value, and the one with the worst; of equal ones the earliest.
        ///
        /// Nil where fewer than two days differ, and nothing is best.
        public var extremes: (best: DayValue, worst: DayValue)? {
            let days = zip(series.period.days, series.values).compactMap { day, value in
                value.map { DayValue(day: day, value: $0) }
            }
            guard let highest = days.max(by: { $0.value < $1.value }),
                let lowest = days.min(by: { $0.value < $1.value }), lowest.value < highest.value
            else { return nil }
            // Of equal ones both give the first.
            return metric.goodDirection == .up ? (highest, lowest) : (lowest, highest)
        }
    }

    /// A day's value.
    public struct DayValue: Sendable, Equatable {
        /// Which day.
        public let day: Day
        /// Its sum or mean.
        public let value: WideAmount
    }

    /// An alert that was triggered in the period.
    public struct AlertLine: Sendable, Equatable {
        /// The day that it is about.
        public let day: Day
        /// How bad that is.
        public let severity: Severity
        /// What was done about it.
        public let status: Alert.Status
        /// What happened, as a sentence.
        public let message: String
        /// How often it happened.
        public let occurrences: Int

        /// An alert.
        public init(day: Day, severity: Severity, status: Alert.Status, message: String, occurrences: Int) {
            self.day = day
            self.severity = severity
            self.status = status
            self.message = message
            self.occurrences = occurrences
        }
    }

    /// The report's name.
    public let name: String
    /// How long a time it is about.
    public let type: ReportType
    /// The workspace's name.
    public let workspace: String
    /// The workspace's currency, ISO 4217.
    public let currency: String
    /// Whose days these are.
    public let timeZone: TimeZone
    /// The days that it is about.
    public let period: Period
    /// The days that they are held against.
    public let previousPeriod: Period
    /// When the figures were read.
    public let madeAt: Instant
    /// Each metric's figures, in the order of ``Metric/allCases``.
    public let figures: [Figure]
    /// The revenue by category.
    public let categories: CategoryShares
    /// The alerts of the period, the newest first, at most ``mostAlerts``.
    public let alerts: [AlertLine]
    /// How many alerts there were.
    public let alertCount: Int

    /// How many alerts are listed.
    public static let mostAlerts = 100

    /// A report of the given parts.
    public init(
        name: String, type: ReportType, workspace: String, currency: String, timeZone: TimeZone, period: Period,
        previousPeriod: Period, madeAt: Instant, figures: [Figure], categories: CategoryShares, alerts: [AlertLine],
        alertCount: Int
    ) {
        self.name = name
        self.type = type
        self.workspace = workspace
        self.currency = currency
        self.timeZone = timeZone
        self.period = period
        self.previousPeriod = previousPeriod
        self.madeAt = madeAt
        self.figures = figures
        self.categories = categories
        self.alerts = alerts
        self.alertCount = alertCount
    }

    /// How its figures are written.
    public var text: FigureText { FigureText(currency: currency) }
}
