import AnalyticsCore

/// The charts of a report, in SVG.
struct ReportCharts {
    let content: ReportContent
    let theme: ChartTheme

    /// A metric day by day, with the previous period as a dashed line.
    func daily(_ figure: ReportContent.Figure, width: Int, height: Int) -> String {
        LineChart(
            series: figure.series, previous: figure.previous, title: ReportWords.chart(figure.metric),
            text: content.text, form: .area, width: width, height: height, theme: theme
        ).svg()
    }

    /// The revenue by category.
    func donut(width: Int, height: Int) -> DonutChart {
        DonutChart(
            shares: content.categories, title: "Shares of revenue", text: content.text, width: width,
            height: height, theme: theme)
    }

    /// A metric's course without words.
    func sparkline(_ figure: ReportContent.Figure, width: Int, height: Int) -> String {
        Sparkline(series: figure.series, width: width, height: height, theme: theme).svg()
    }
}
