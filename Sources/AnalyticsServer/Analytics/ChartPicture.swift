import AnalyticsCore
import AnalyticsRender

/// A chart as a picture, as a query asks for it.
struct ChartPicture: Sendable {
    let metric: Metric
    let period: PeriodChoice
    private let form: LineChart.Form
    private let theme: ChartTheme
    private let width: Int
    private let height: Int
    private let comparesPrevious: Bool

    /// How wide and how high a picture may be, in pixels.
    static let widths = 240...2_000
    static let heights = 160...1_200

    /// - Throws: ``ValidationError`` with every fault.
    init(_ metric: String, _ query: QueryString) throws(ValidationError) {
        var rules = FieldRules()
        let metric = rules.metric(FieldInput(trimming: Array(metric.utf8)[...]), "metric")
        let period = PeriodChoice(query, default: 7, rules: &rules)
        let form: FormChoice? = rules.choice(query["form"], "form", default: .area)
        let theme: ThemeChoice? = rules.choice(query["theme"], "theme", default: .auto)
        let width = rules.integer(query["width"], "width", in: Self.widths)
        let height = rules.integer(query["height"], "height", in: Self.heights)
        let comparesPrevious = rules.boolean(query["previous"], "previous")
        guard let metric, let period, let form, let theme, rules.issues.isEmpty else {
            throw ValidationError(issues: rules.issues)
        }
        self.metric = metric
        self.period = period
        self.form = form.form
        self.theme = theme.theme
        self.width = width ?? 720
        self.height = height ?? 300
        self.comparesPrevious = comparesPrevious ?? true
    }

    /// The picture of a period.
    func svg(_ series: ChartSeries, previous: ChartSeries, currency: String) -> String {
        LineChart(
            series: series, previous: comparesPrevious ? previous : nil, title: metric.title,
            text: FigureText(currency: currency), form: form, width: width, height: height, theme: theme
        ).svg()
    }

    /// How the values are drawn.
    enum FormChoice: String, CaseIterable {
        case area, bars

        fileprivate var form: LineChart.Form { self == .area ? .area : .bars }
    }

    /// What ground the picture is for.
    enum ThemeChoice: String, CaseIterable {
        case light, dark, auto

        fileprivate var theme: ChartTheme {
            switch self {
            case .light: .light
            case .dark: .dark
            case .auto: .automatic
            }
        }
    }
}
