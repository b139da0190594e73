import AnalyticsCore

import struct Foundation.Date
import struct Foundation.TimeZone

/// What reports call things.
enum ReportWords {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A report's type, such as `Monthly report`.
    static func type(_ type: ReportType) -> String {
        switch type {
        case .daily: "Daily report"
        case .weekly: "Weekly report"
        case .monthly: "Monthly report"
        }
    }

    /// A severity, such as `Critical`.
    static func severity(_ severity: Severity) -> String {
        switch severity {
        case .critical: "Critical"
        case .warning: "Warning"
        case .info: "Info"
        }
    }

    /// A status, such as `Unread`.
    static func status(_ status: Alert.Status) -> String {
        switch status {
        case .unread: "Unread"
        case .read: "Read"
        case .resolved: "Resolved"
        }
    }

    /// A day, such as `1 Oct 2026`.
    static func day(_ day: Day) -> String {
        "\(shortDay(day)) \(day.date.year)"
    }

    private static func shortDay(_ day: Day) -> String {
        let date = day.date
        let month = months.indices.contains(date.month - 1) ? months[date.month - 1] : "?"
        return "\(date.day) \(month)"
    }

    /// Days from the first to the last, such as `1 Oct – 31 Oct 2026`; a single one as a day.
    static func period(_ period: Period) -> String {
        guard period.from != period.to else { return day(period.to) }
        let isOneYear = period.from.date.year == period.to.date.year
        return "\(isOneYear ? shortDay(period.from) : day(period.from)) – \(day(period.to))"
    }

    /// A time on a zone's clock with its distance from UTC, such as `1 Nov 2026, 06:00 (UTC+01:00)`.
    static func time(_ instant: Instant, in zone: TimeZone) -> String {
        let seconds = instant.wholeSeconds
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        // The offset first, as instants at the ends of 64 bits shall not overflow.
        let ofDay = (Int(seconds % 86_400) + offset % 86_400 + 2 * 86_400) % 86_400
        let distance = abs(offset) / 60
        let sign = offset < 0 ? "−" : "+"
        return "\(day(Day(of: instant, in: zone))), \(clock(ofDay / 60)) (UTC\(sign)\(clock(distance)))"
    }

    /// Whose days the figures are of and when they were read.
    static func origin(_ content: ReportContent) -> String {
        "Days of the time zone \(content.timeZone.databaseName) · Made \(time(content.madeAt, in: content.timeZone))"
    }

    private static func clock(_ minutes: Int) -> String {
        twoDigits(minutes / 60) + ":" + twoDigits(minutes % 60)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }

    /// The best day and the worst one of a metric, or why there is none.
    static func extremes(_ figure: ReportContent.Figure, text: FigureText) -> String {
        if let (best, worst) = figure.extremes {
            let kind = figure.metric.kind
            return "Best: \(day(best.day)), \(text.value(best.value, kind)) · "
                + "Worst: \(day(worst.day)), \(text.value(worst.value, kind))"
        }
        let known = figure.series.values.compactMap(\.self)
        if known.isEmpty { return "No data in this period." }
        return known.count == 1 ? "One day with data, so none is best." : "The same on every day."
    }

    /// A daily chart's name, such as `Revenue by day`.
    static func chart(_ metric: Metric) -> String { "\(metric.title) by day" }

    /// What is said where there is no revenue to split.
    static let noCategories = "No revenue in this period."

    /// What is said where there are no alerts.
    static let noAlerts = "No alerts in this period."

    /// What is said where not all alerts are listed; nil where they are.
    static func moreAlerts(_ content: ReportContent) -> String? {
        let more = content.alertCount - content.alerts.count
        guard more > 0 else { return nil }
        return "The newest \(content.alerts.count) of \(content.alertCount) alerts are listed; "
            + (more == 1 ? "one more is in AnalyticsPro." : "\(more) more are in AnalyticsPro.")
    }

    /// How the figures are to be read.
    static func notes(_ content: ReportContent) -> [String] {
        [
            "Days begin and end at midnight in \(content.timeZone.databaseName). "
                + "Dashed lines in charts are the previous period, laid over this one from its first day.",
            "Revenue, users, orders and page views are sums of all data points of a period. Conversion rate, bounce rate "
                + "and session duration are means over its data points, each of which counts the same; days without data "
                + "points have no mean and are gaps in the charts.",
            "Sums are exact. Means are rounded to four decimals and changes to two, half to even; changes are computed "
                + "before rounding, against the value of the previous period, and left out where that is zero. "
                + "A lower bounce rate counts as better.",
            "Shares are rounded so that they add up to exactly 100.00 %. Of more than \(CategoryShares.most) categories "
                + "the smallest are one row, “\(CategoryShares.other.text)”.",
        ]
    }
}
