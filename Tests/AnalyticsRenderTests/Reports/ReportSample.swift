import AnalyticsCore
import Foundation

/// Reports for tests, always the same.
enum ReportSample {
    static let october = period("2026-10-01", "2026-10-31")
    static let september = period("2026-09-01", "2026-09-30")

    static func day(_ text: String) -> Day { Day(text) ?? .epoch }

    static func period(_ from: String, _ to: String) -> Period {
        Period(from: day(from), to: day(to)) ?? Period(days: 1, endingOn: day(to))
    }

    /// An ordinary month.
    static var month: ReportContent { content() }

    /// A report with the given parts.
    static func content(
        name: String = "Monthly figures", workspace: String = "Nordwind Trading", currency: String = "EUR",
        period: Period = october, previous: Period = september, zone: String = "Europe/Berlin", scale: Int64 = 1,
        isEmpty: Bool = false, categories: CategoryShares? = nil, alerts: [ReportContent.AlertLine]? = nil,
        alertCount: Int? = nil
    ) -> ReportContent {
        let alerts = alerts ?? (isEmpty ? [] : self.alerts)
        return ReportContent(
            name: name, type: .monthly, workspace: workspace, currency: currency,
            timeZone: TimeZone(identifier: zone) ?? .gmt, period: period, previousPeriod: previous,
            madeAt: Instant("2026-11-01T05:00:00.250Z".utf8) ?? Instant(milliseconds: 0),
            figures: Metric.allCases.map {
                figure($0, period: period, previous: previous, scale: scale, isEmpty: isEmpty)
            },
            categories: categories ?? CategoryShares(totals: isEmpty ? [] : self.categories), alerts: alerts,
            alertCount: alertCount ?? alerts.count)
    }

    static let categories: [(category: Label?, total: WideAmount)] = [
        (Label("Hardware"), WideAmount(tenThousandths: 1_204_512_500)),
        (Label("Software & services"), WideAmount(tenThousandths: 803_200_000)),
        (Label("Müller <Sonder>"), WideAmount(tenThousandths: 401_115_000)),
        (nil, WideAmount(tenThousandths: 120_000_000)),
        (Label("=SUM(A1)"), WideAmount(tenThousandths: 45_001)),
    ]

    static let alerts: [ReportContent.AlertLine] = [
        ReportContent.AlertLine(
            day: day("2026-10-23"), severity: .critical, status: .unread,
            message: "Revenue on 23 Oct was 412.50 EUR, below 500.", occurrences: 3),
        ReportContent.AlertLine(
            day: day("2026-10-12"), severity: .warning, status: .read,
            message: "Bounce rate on 12 Oct was 71.2 %, 25 % above the mean of the 7 days before.", occurrences: 1),
        ReportContent.AlertLine(
            day: day("2026-10-02"), severity: .info, status: .resolved, message: "No users on 2 Oct.", occurrences: 12),
    ]

    private static func figure(
        _ metric: Metric, period: Period, previous: Period, scale: Int64, isEmpty: Bool
    ) -> ReportContent.Figure {
        let current = isEmpty ? [:] : totals(metric, period, seed: 3, scale: scale)
        let before = isEmpty ? [:] : totals(metric, previous, seed: 8, scale: scale)
        return ReportContent.Figure(
            kpi: KPI(of: metric, current: sum(current), previous: sum(before)),
            series: ChartSeries(metric: metric, period: period, totals: current),
            previous: ChartSeries(metric: metric, period: previous, totals: before))
    }

    private static func totals(_ metric: Metric, _ period: Period, seed: Int, scale: Int64) -> [Day: PeriodTotal] {
        var totals: [Day: PeriodTotal] = [:]
        for (index, day) in period.days.enumerated() {
            // A week's course, a slow rise and something that looks like chance.
            let noise = Int64((index * 37 + seed * 61 + index * index * 11) % 97)
            let week: Int64 = (index + seed) % 7 < 5 ? 3 : 2
            let (count, value): (Int, Int64) =
                switch metric {
                case .revenue: (4, (40_000_000 + noise * 150_050 + Int64(index) * 400_000) * week / 3 * scale)
                case .users: (1, (1_200 + noise * 7 + Int64(index) * 9) * week / 3 * 10_000)
                case .orders: (1, (60 + noise / 3) * week * 10_000)
                case .conversionRate: (3, (27_500 + noise * 120) * 3)
                case .bounceRate: (3, (410_000 + noise * 900) * 3)
                case .sessionDuration: (3, (1_850_000 + noise * 5_300) * 3)
                case .pageViews: (1, (8_000 + noise * 41 - Int64(index) * 30) * week / 3 * 10_000)
                }
            // Days on which nobody measured anything.
            if metric.aggregation == .mean, index % 11 == 6 { continue }
            var total = PeriodTotal.none
            total.add(count, sum: Amount(tenThousandths: value))
            totals[day] = total
        }
        return totals
    }

    private static func sum(_ totals: [Day: PeriodTotal]) -> PeriodTotal {
        let values = totals.values
        return PeriodTotal(
            count: values.reduce(0) { $0 + $1.count },
            sum: WideAmount(tenThousandths: values.reduce(0) { $0 + $1.sum.tenThousandths }))
    }

    /// Negative revenue, words of several scripts, and figures that need much room.
    static var scripts: ReportContent {
        let names = ["Müller & Söhne", "₹ रुपया", "東京支店", "العربية", "Ελλάδα", "Україна", "עברית 12", "ไทย", "한국어"]
        let alerts = names.map { name in
            ReportContent.AlertLine(
                day: october.to, severity: .warning, status: .unread, message: name, occurrences: 1)
        }
        return content(
            name: "تقرير شهري – 月次報告", workspace: "東京 Müller العربية", currency: "INR", scale: -99_999_991,
            categories: CategoryShares(
                totals: names.enumerated().map { index, name in
                    (Label(name), WideAmount(tenThousandths: Int128(7 - index) * 90_071_992_547_409_931))
                }), alerts: alerts)
    }

    /// 101 categories with names of up to 100 characters and 100 alerts of 345.
    static var long: ReportContent {
        let words = ["Northern", "retail", "partners", "Überlandvertrieb", "東京支店", "wholesale", "Köln", "seasonal"]
        let categories: [(category: Label?, total: WideAmount)] = (0..<130).map { index in
            var name = "C\(index)"
            for word in 0..<(index % 14) { name += (index % 9 == 4 ? "" : " ") + words[(index + word) % words.count] }
            return (Label(String(name.prefix(100))), WideAmount(tenThousandths: Int128((131 - index) * 7_351_003)))
        }
        let alerts = (0..<100).map { index in
            ReportContent.AlertLine(
                day: october.to.advanced(by: -index / 4), severity: Severity.allCases[index % 3],
                status: Alert.Status.allCases[index % 3],
                message: "A\(index): "
                    + String(
                        repeating: "Revenue on that day was 412.50 EUR, which is below 500. ", count: 1 + index % 3),
                occurrences: 1 + index * 7)
        }
        return content(
            name: "The whole year with everything in it that anybody could want to know about all of its partners",
            categories: CategoryShares(totals: categories), alerts: alerts, alertCount: 345)
    }
}
