public import AnalyticsCore

/// A metric day by day as an SVG picture: a line over an area, or bars, with the period before as a dashed line.
///
/// The same input gives the same bytes. The picture has no script and refers to nothing outside of it; its
/// title and description say in words what it shows. Its ids begin with `chart-`, the metric and the form, so that a
/// page may hold one of each, and more where they have a variant.
public struct LineChart: Sendable {
    /// How the values are drawn.
    public enum Form: String, Sendable {
        /// A line over a faint area, cut where a day has no value; a day alone between two such is a dot.
        case area
        /// A bar for each day.
        case bars
    }

    private let series: ChartSeries
    private let previous: ChartSeries?
    private let title: String
    private let text: FigureText
    private let form: Form
    private let width: Double
    private let height: Double
    private let theme: ChartTheme
    private let hasGround: Bool
    private let variant: String?

    /// A chart of a metric.
    ///
    /// Where no day has a value it is the empty axes and the words "No data".
    ///
    /// - Parameters:
    ///   - series: What is drawn.
    ///   - previous: The period before, drawn day by day under the same places; days beyond the length of `series` are
    ///     left out.
    ///   - title: What stands above, cut with an ellipsis where it is too long.
    ///   - text: How figures are written.
    ///   - form: A line or bars. Bars begin at zero, a line of means may begin above it.
    ///   - width: Pixels, held to 240 to 10,000.
    ///   - height: Pixels, held to 160 to 10,000.
    ///   - theme: What ground the chart is for.
    ///   - variant: What its ids have besides, of letters and digits; nil for nothing.
    ///   - hasGround: Whether it has that ground, as it must where nobody knows the page that it stands on.
    public init(
        series: ChartSeries, previous: ChartSeries? = nil, title: String, text: FigureText, form: Form = .area,
        width: Int = 720, height: Int = 300, theme: ChartTheme = .light, variant: String? = nil,
        hasGround: Bool = false
    ) {
        self.series = series
        // A period before that has nothing in it is no line.
        self.previous = previous.flatMap { $0.values.contains { $0 != nil } ? $0 : nil }
        self.title = title
        self.text = text
        self.form = form
        self.width = Double(min(max(width, 240), 10_000))
        self.height = Double(min(max(height, 160), 10_000))
        self.theme = theme
        self.hasGround = hasGround
        self.variant = variant
    }

    /// The picture.
    public func svg() -> String {
        let summary = ChartSummary(of: series, text: text)
        let id = ["chart", series.metric.rawValue, form.rawValue, variant].compactMap(\.self).joined(separator: "-")
        var drawing = ChartDrawing(
            id: id, width: width, height: height, theme: theme)
        if hasGround {
            drawing.addShape("M0,0H\(width.coordinate)V\(height.coordinate)H0Z", opacity: 1, ink: .ground)
        }
        let top = drawHeader(unit: summary.unit, in: &drawing) + 18
        let bottom = height - 30
        let current = series.values
        let before = Array((previous?.values ?? []).prefix(current.count))
        let values = (current + before).compactMap(\.self)
        let scale = ChartScale(
            covering: values, kind: series.metric.kind,
            // A single day has no course that zero would flatten.
            includesZero: form == .bars || series.metric.aggregation == .sum || current.count == 1,
            most: min(5, Int((bottom - top) / 24) + 1))
        let labels = values.isEmpty ? [] : scale.labels(text, kind: series.metric.kind).map { ChartText($0) }
        let margin = labels.map { $0.width(size: 12) }.max().map { $0 + 12 } ?? 0
        let plot = Plot(
            left: Self.inset + margin, right: width - Self.inset, top: top, bottom: bottom, scale: scale,
            count: current.count, form: form)

        let edges = [("left", plot.left), ("right", plot.right), ("top", plot.top), ("bottom", plot.bottom)]
        for (name, place) in edges { drawing.note(name, place.coordinate) }
        drawing.note("form", form.rawValue)
        drawGrid(labels: labels, of: plot, in: &drawing)
        drawDays(of: plot, in: &drawing)
        switch form {
        case .area: drawArea(current, of: plot, in: &drawing)
        case .bars: drawBars(current, of: plot, in: &drawing)
        }
        drawPrevious(before, of: plot, in: &drawing)
        if values.isEmpty {
            drawing.add(
                ChartText("No data"), x: (plot.left + plot.right) / 2, y: (top + bottom) / 2 + 5, size: 14,
                anchor: .middle)
        }
        return drawing.document(title: title, description: description(summary))
    }

    private static let inset = 12.0

    private func description(_ summary: ChartSummary) -> String {
        guard let previous else { return summary.sentences }
        return summary.sentences + " The dashed line is \(previous.period.rangeText())."
    }

    /// Draws the title, the unit with the days, and what the dashed line is.
    ///
    /// - Returns: Where it ends.
    private func drawHeader(unit: String?, in drawing: inout ChartDrawing) -> Double {
        let available = width - 2 * Self.inset
        drawing.add(
            ChartText(title).fitted(to: available, size: 15, isBold: true), x: Self.inset, y: 22, size: 15,
            isBold: true,
            ink: .text)
        let isMissing = previous != nil && series.values.allSatisfy { $0 == nil }
        let parts = [unit, series.period.rangeText(), isMissing ? "No data" : nil].compactMap(\.self)
        let line = ChartText(parts.joined(separator: " · ")).fitted(to: available, size: 12)
        drawing.add(line, x: Self.inset, y: 42)
        guard let previous else { return 44 }

        let legend = ChartText("vs " + previous.period.rangeText(without: series.period.to.date.year))
        let legendWidth = legend.width(size: 12) + 28
        // The end that is flush with the margin is the one whose place does not depend on the font.
        let isBeside = line.width(size: 12) + legendWidth + 24 <= available
        let dash = isBeside ? width - Self.inset - 20 : Self.inset
        let base = isBeside ? 42.0 : 60.0
        drawing.addLine(
            "M\(dash.coordinate),\((base - 4).coordinate)h20", width: 1.5, isDashed: true, ink: .previous)
        drawing.add(legend, x: isBeside ? dash - 8 : dash + 28, y: base, anchor: isBeside ? .end : .start)
        return base + 2
    }

    private func drawGrid(labels: [ChartText], of plot: Plot, in drawing: inout ChartDrawing) {
        // Without values the scale has no meaning: its ends alone are the frame of the words.
        let ticks =
            labels.isEmpty ? [plot.scale.ticks.first, plot.scale.ticks.last].compactMap(\.self) : plot.scale.ticks
        for tick in ticks where tick != .zero {
            drawing.addRule(from: plot.left, to: plot.right, y: plot.y(tick), ink: .grid)
        }
        if plot.scale.hasZero {
            drawing.addRule(from: plot.left, to: plot.right, y: plot.y(.zero), ink: .zero)
        }
        for (tick, label) in zip(plot.scale.ticks, labels) {
            drawing.add(label, x: plot.left - 12, y: plot.y(tick) + 4, anchor: .end)
        }
    }

    private func drawDays(of plot: Plot, in drawing: inout ChartDrawing) {
        let places = series.values.indices.map(plot.x)
        for label in DayAxis(series.period, places: places, left: plot.left, right: plot.right).labels {
            drawing.add(label.text, x: label.x, y: height - 10, size: DayAxis.fontSize, anchor: label.anchor)
        }
    }

    private func drawArea(_ values: [WideAmount?], of plot: Plot, in drawing: inout ChartDrawing) {
        let runs = ChartRuns(plot.points(values))
        drawing.addFade(runs.area(to: plot.base), top: plot.top, base: plot.base, bottom: plot.bottom)
        drawing.addLine(runs.line, width: values.count > 120 ? 1.5 : 2, ink: .data)
        for point in runs.isolated {
            drawing.addDot(x: point.x, y: point.y, radius: values.count > 120 ? 1.5 : 3.5, ink: .data)
        }
    }

    private func drawBars(_ values: [WideAmount?], of plot: Plot, in drawing: inout ChartDrawing) {
        let barWidth = plot.barWidth
        let path = plot.points(values).enumerated().map { index, point -> String in
            guard let point, values[index] != .zero else { return "" }
            let isUp = point.y <= plot.base
            // What is not zero is seen, however little it is.
            let length = max((plot.base - point.y).magnitude, 1)
            let corner = barWidth >= 6 ? min(2, length) : 0
            let (toward, bend) = isUp ? (-1.0, corner) : (1.0, -corner)
            return "M\((point.x - barWidth / 2).coordinate),\(plot.base.coordinate)"
                + "v\((toward * (length - corner)).coordinate)"
                + (corner > 0 ? "q0,\((-bend).coordinate),\(corner.coordinate),\((-bend).coordinate)" : "")
                + "h\((barWidth - 2 * corner).coordinate)"
                + (corner > 0 ? "q\(corner.coordinate),0,\(corner.coordinate),\(bend.coordinate)" : "")
                + "V\(plot.base.coordinate)Z"
        }
        // The line of the period before crosses the bars.
        drawing.addShape(path.joined(), opacity: previous == nil ? 1 : 0.7, ink: .data)
    }

    private func drawPrevious(_ values: [WideAmount?], of plot: Plot, in drawing: inout ChartDrawing) {
        let runs = ChartRuns(plot.points(values))
        let width = values.count > 120 ? 1 : 1.5
        switch form {
        case .area:
            drawing.addLine(runs.line, width: width, isDashed: true, ink: .previous)
            for point in runs.isolated { drawing.addDot(x: point.x, y: point.y, radius: 2.5, ink: .previous) }
        case .bars:
            let alone = runs.isolated.map { point in
                "M\((point.x - plot.barWidth / 2).coordinate),\(point.y.coordinate)h\(plot.barWidth.coordinate)"
            }
            drawing.addLine(runs.line + alone.joined(), width: width, isDashed: true, ink: .muted)
        }
    }
}

/// The rectangle that the data is drawn in, and where in it a value of a day is.
private struct Plot {
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    let scale: ChartScale
    let count: Int
    let form: LineChart.Form

    /// How wide the place of a day is.
    var band: Double { (right - left) / Double(max(count, 1)) }

    /// How wide a bar is.
    var barWidth: Double { min(band * 0.7, 48) }

    /// Where the areas and the bars begin: at zero, or at the bottom where zero is not on the scale.
    var base: Double { scale.hasZero ? y(.zero) : bottom }

    func x(_ index: Int) -> Double {
        switch form {
        case .area where count > 1: left + (right - left) * Double(index) / Double(count - 1)
        case .area, .bars: left + band * (Double(index) + 0.5)
        }
    }

    func y(_ value: WideAmount) -> Double {
        bottom - (bottom - top) * scale.position(of: value)
    }

    func points(_ values: [WideAmount?]) -> [ChartRuns.Point?] {
        values.enumerated().map { index, value in value.map { ChartRuns.Point(x: x(index), y: y($0)) } }
    }
}
