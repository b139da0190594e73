public import AnalyticsCore

/// A metric day by day as a line without axes, small enough to stand beside its figure, as an SVG picture.
///
/// It goes from the lowest value to the highest, so it shows the course and not the size. The same input gives the same
/// bytes. Its ids begin with `chart-`, the metric and `spark`.
public struct Sparkline: Sendable {
    private let series: ChartSeries
    private let width: Double
    private let height: Double
    private let theme: ChartTheme

    /// The line of a metric; without values it is a flat muted one.
    ///
    /// - Parameters:
    ///   - series: What is drawn.
    ///   - width: Pixels, held to 24 to 10,000.
    ///   - height: Pixels, held to 12 to 10,000.
    ///   - theme: What ground the line is for.
    public init(series: ChartSeries, width: Int = 120, height: Int = 32, theme: ChartTheme = .light) {
        self.series = series
        self.width = Double(min(max(width, 24), 10_000))
        self.height = Double(min(max(height, 12), 10_000))
        self.theme = theme
    }

    /// The picture.
    public func svg() -> String {
        let summary = ChartSummary(of: series, text: nil)
        var drawing = ChartDrawing(
            id: "chart-\(series.metric.rawValue)-spark", width: width, height: height, theme: theme)
        let values = series.values
        if let low = values.compactMap(\.self).min(), let high = values.compactMap(\.self).max() {
            draw(from: low, to: high, in: &drawing)
        } else {
            drawing.addRule(from: Self.inset, to: width - Self.inset, y: height / 2, ink: .zero)
        }
        return drawing.document(title: summary.name, description: summary.sentences)
    }

    private static let inset = 3.0

    private func draw(from low: WideAmount, to high: WideAmount, in drawing: inout ChartDrawing) {
        let count = series.values.count
        let bottom = height - Self.inset
        func y(_ value: WideAmount) -> Double {
            bottom - (height - 2 * Self.inset) * Self.position(of: value, from: low, to: high)
        }
        let points = series.values.enumerated().map { index, value in
            value.map { value in
                let part = count > 1 ? Double(index) / Double(count - 1) : 0.5
                return ChartRuns.Point(x: Self.inset + (width - 2 * Self.inset) * part, y: y(value))
            }
        }
        let hasZero = low < .zero && high > .zero
        if hasZero { drawing.addRule(from: Self.inset, to: width - Self.inset, y: y(.zero), ink: .zero) }
        let runs = ChartRuns(points)
        drawing.addFade(
            runs.area(to: hasZero ? y(.zero) : height), top: 0, base: hasZero ? y(.zero) : height, bottom: height)
        drawing.addLine(runs.line, width: 1.5, ink: .data)
        for point in runs.isolated { drawing.addDot(x: point.x, y: point.y, radius: 1.5, ink: .data) }
        if let latest = points.last ?? nil { drawing.addDot(x: latest.x, y: latest.y, radius: 2.25, ink: .data) }
    }

    /// Where a value lies between two; all equal ones lie in the middle, and at the bottom if they are zero.
    private static func position(of value: WideAmount, from low: WideAmount, to high: WideAmount) -> Double {
        guard low < high else { return value == .zero ? 0 : 0.5 }
        // As fractions first: the difference of two wide numbers need not fit.
        let (floor, ceiling) = (Double(low.tenThousandths), Double(high.tenThousandths))
        guard floor < ceiling else { return 0.5 }
        return (Double(value.tenThousandths) - floor) / (ceiling - floor)
    }
}
