import AnalyticsCore
import AnalyticsRender

/// What the overview shows.
struct OverviewModel: Sendable {
    /// A key figure.
    struct Card: Sendable {
        let id: String
        let label: String
        let path: String
        let isCurrent: Bool
        /// At a glance.
        let value: String
        /// To the last digit, with both ranges.
        let exact: String
        /// In percent; empty where it has none, as against zero.
        let change: String
        let arrow: String
        /// `good`, `bad`, `flat` or `unknown`.
        let meaning: String
        /// The same in a word, for those who do not see the colour.
        let word: String
        let sparkline: String
    }

    /// A day of the chart, as a row of its table.
    struct DayRow: Sendable {
        let day: String
        let value: String
        let previous: String
    }

    struct Category: Sendable {
        let name: String
        let color: String
        let total: String
        let percentage: String
    }

    let isEmpty: Bool
    let periods: [PageChoice]
    let metrics: [PageChoice]
    /// `vs 25 Oct – 23 Nov`.
    let comparison: String
    let cards: [Card]
    let chartTitle: String
    let chart: String
    /// The same for a phone, on which the other's words would be too small.
    let narrowChart: String
    let days: [DayRow]
    let donut: String
    let categories: [Category]
    let hasCategories: Bool
    let alerts: [AlertItem]
    let hasAlerts: Bool
    let publicURL: String

    init(
        figures: [ReportContent.Figure], categories: CategoryShares, metric: Metric, period: Period,
        alerts: [AlertItem], isEmpty: Bool, words: PageWords, publicURL: String
    ) {
        let text = words.figures
        func path(_ days: Int, _ metric: Metric) -> String { "/?period=\(days)&metric=\(metric.rawValue)" }
        self.isEmpty = isEmpty
        self.publicURL = publicURL
        self.alerts = alerts
        hasAlerts = !alerts.isEmpty
        periods = Period.lengths.map { days in
            PageChoice(label: "\(days) days", path: path(days, metric), isCurrent: days == period.length)
        }
        metrics = Metric.allCases.map { each in
            PageChoice(label: each.title, path: path(period.length, each), isCurrent: each == metric)
        }
        let previousText = period.previous.rangeText(without: period.to.date.year)
        comparison = "vs \(previousText)"
        cards = figures.map { figure in
            let row = ReportFigureRow(figure, text: text)
            return Card(
                id: "kpi-\(figure.metric.rawValue)", label: row.label,
                path: path(period.length, figure.metric) + "#chart",
                isCurrent: figure.metric == metric, value: text.glance(figure.kpi.value, figure.metric.kind),
                exact: "\(row.value), \(period.rangeText()). Before: \(row.previous), \(period.previous.rangeText()).",
                change: figure.kpi.changePercent.map { text.glance(change: $0) } ?? "", arrow: row.arrow,
                meaning: row.meaning.rawValue, word: row.word,
                sparkline: Sparkline(series: figure.series, theme: .page).svg())
        }
        chartTitle = metric.title
        if let figure = figures.first(where: { $0.metric == metric }) {
            func chart(_ width: Int, _ height: Int, _ variant: String?) -> String {
                LineChart(
                    series: figure.series, previous: figure.previous, title: metric.title, text: text, width: width,
                    height: height, theme: .page, variant: variant
                ).svg()
            }
            self.chart = chart(660, 440, nil)
            narrowChart = chart(340, 260, "narrow")
            let former = figure.previous.values
            days = zip(figure.series.period.days, figure.series.values).enumerated().map { index, day in
                DayRow(
                    day: day.0.fullText, value: text.value(day.1, metric.kind),
                    previous: former.indices.contains(index) ? text.value(former[index], metric.kind) : "–")
            }
        } else {
            (chart, narrowChart, days) = ("", "", [])
        }
        let picture = DonutChart(
            shares: categories, title: "Revenue by category", text: text, width: 320, height: 260, theme: .page)
        donut = picture.svg()
        self.categories = categories.shares.enumerated().map { index, share in
            Category(
                name: share.category.text, color: picture.color(at: index), total: text.value(share.total, .money),
                percentage: text.share(share.percentage))
        }
        hasCategories = !categories.shares.isEmpty
    }
}
