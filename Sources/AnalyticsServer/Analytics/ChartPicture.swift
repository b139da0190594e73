import AnalyticsCore
import AnalyticsRender
import AnalyticsStore

/// A chart as a picture.
struct ChartPicture: Sendable {
    let metric: Metric
    let period: PeriodChoice
    let look: ChartLook

    init(metric: Metric, period: PeriodChoice, look: ChartLook) {
        self.metric = metric
        self.period = period
        self.look = look
    }

    /// What a path and a query ask for.
    ///
    /// - Throws: ``ValidationError`` with every fault.
    init(_ metric: String, _ query: QueryString) throws(ValidationError) {
        var rules = FieldRules()
        let metric = rules.metric(FieldInput(trimming: Array(metric.utf8)[...]), "metric")
        let period = PeriodChoice(query, default: 7, rules: &rules)
        let look = ChartLook({ query["\($0)"] }, rules: &rules)
        guard let metric, let period, let look, rules.issues.isEmpty else {
            throw ValidationError(issues: rules.issues)
        }
        self.init(metric: metric, period: period, look: look)
    }

    /// The picture as it is on a day.
    func svg(today: Day, of workspace: Workspace, from rollups: RollupStore) async throws -> [UInt8] {
        let period = period.period(today: today)
        let series = try await rollups.series(of: metric, in: [period, period.previous], workspaceID: workspace.id)
        let chart = LineChart(
            series: series[0], previous: look.comparesPrevious ? series[1] : nil, title: metric.title,
            text: FigureText(currency: workspace.currency), form: look.form.drawn, width: look.width,
            height: look.height, theme: look.theme.drawn, hasGround: true)
        return Array(chart.svg().utf8)
    }
}

extension ChartLook.Form {
    fileprivate var drawn: LineChart.Form { self == .area ? .area : .bars }
}

extension ChartLook.Theme {
    fileprivate var drawn: ChartTheme {
        switch self {
        case .light: .light
        case .dark: .dark
        case .auto: .automatic
        }
    }
}
