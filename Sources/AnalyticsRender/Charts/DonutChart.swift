public import AnalyticsCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A total split by category as an SVG picture: a ring with the total in its middle.
///
/// The largest categories have a slice each and the rest has one, "Other". A category whose total is zero or less has
/// none, so with negative ones the slices are parts of what was taken and not of the total that is shown. Where there
/// is room beside the ring a list names the slices. The same input gives the same bytes. Its ids begin with
/// `chart-revenue-donut`.
public struct DonutChart: Sendable {
    /// The colours of the categories with a slice of their own, the largest first (Okabe and Ito).
    ///
    /// They are the same on a light and on a dark page.
    public static let palette = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"]
    /// The colour of all other categories.
    public static let otherColor = "#868F9E"

    private let title: String
    private let text: FigureText
    private let total: WideAmount
    private let slices: [Slice]
    private let width: Double
    private let height: Double
    private let theme: ChartTheme

    /// A chart of shares.
    ///
    /// Where there are none, or the total is zero or less and no share has a meaning, it is an empty ring and the words
    /// "No revenue".
    ///
    /// - Parameters:
    ///   - shares: The categories, largest first.
    ///   - title: What stands above, cut with an ellipsis where it is too long.
    ///   - text: How figures are written.
    ///   - width: Pixels, held to 120 to 10,000.
    ///   - height: Pixels, held to 120 to 10,000.
    ///   - theme: What ground the chart is for.
    public init(
        shares: CategoryShares, title: String, text: FigureText, width: Int = 300, height: Int = 300,
        theme: ChartTheme = .light
    ) {
        self.title = title
        self.text = text
        total = shares.total
        slices = Slice.slices(of: shares)
        self.width = Double(min(max(width, 120), 10_000))
        self.height = Double(min(max(height, 120), 10_000))
        self.theme = theme
    }

    /// The colour of the slice that a row of the shares is part of.
    ///
    /// - Parameter index: The row's place in ``CategoryShares/shares``; rows without a slice of their own, and places
    ///   where there is no row, have ``otherColor``.
    public func color(at index: Int) -> String {
        slices.contains { $0.row == index } ? Self.palette[index] : Self.otherColor
    }

    /// The picture.
    public func svg() -> String {
        var drawing = ChartDrawing(id: "chart-revenue-donut", width: width, height: height, theme: theme)
        drawing.add(
            ChartText(title).fitted(to: width - 2 * Self.inset, size: 15, isBold: true), x: Self.inset, y: 22, size: 15,
            isBold: true, ink: .text)
        let space = height - Self.top - Self.inset
        let hasList = !slices.isEmpty && width >= space + 200 && space >= Double(slices.count) * Self.rowHeight
        let diameter = max(min(space, width - 2 * Self.inset), 40)
        let ring = Ring(
            x: hasList ? Self.inset + diameter / 2 : width / 2, y: Self.top + space / 2, outer: diameter / 2,
            inner: diameter / 2 * 0.68)
        guard !slices.isEmpty else {
            drawing.add(
                "<circle cx=\"\(ring.x.coordinate)\" cy=\"\(ring.y.coordinate)\" fill=\"none\""
                    + " r=\"\(((ring.outer + ring.inner) / 2).coordinate)\""
                    + " stroke-width=\"\((ring.outer - ring.inner).coordinate)\""
                    + "\(ChartInk.grid.attributes("stroke", in: theme))/>")
            let words = ChartText("No revenue")
            let size = min(14, ring.inner * 1.7 / words.width(size: 1))
            drawing.add(words, x: ring.x, y: ring.y + size * 0.35, size: size, anchor: .middle)
            return drawing.document(title: title, description: "No revenue.")
        }
        drawSlices(of: ring, in: &drawing)
        drawTotal(in: ring, in: &drawing)
        if hasList { drawList(left: Self.inset + diameter + 28, middle: ring.y, in: &drawing) }
        let parts = slices.map(words(for:)).joined(separator: ", ")
        return drawing.document(title: title, description: "Total \(text.value(total, .money)): \(parts).")
    }

    private static let inset = 12.0
    private static let top = 40.0
    private static let rowHeight = 24.0

    private func color(of slice: Slice) -> String {
        slice.row.map { color(at: $0) } ?? Self.otherColor
    }

    private func words(for slice: Slice) -> String {
        "\(slice.name) \(text.value(slice.total, .money)) (\(text.share(slice.percentage)))"
    }

    private func drawSlices(of ring: Ring, in drawing: inout ChartDrawing) {
        let whole = slices.reduce(0) { $0 + Double($1.total.tenThousandths) }
        var start = 0.0
        for slice in slices {
            let end = min(start + Double(slice.total.tenThousandths) / whole, 1)
            drawing.add(
                "<path d=\"\(ring.sector(from: start, to: end, isAlone: slices.count == 1))\""
                    + " fill=\"\(color(of: slice))\"><title>\(ChartText(words(for: slice)).escaped)</title></path>")
            start = end
        }
    }

    private func drawTotal(in ring: Ring, in drawing: inout ChartDrawing) {
        let number = ChartText(text.number(total, .money))
        let unit = ChartText(text.currency)
        let room = ring.inner * 1.72
        let size = min(ring.inner * 0.34, room / number.width(size: 1, isBold: true))
        let unitSize = min(max(ring.inner * 0.15, 9), room / max(unit.width(size: 1), 1))
        drawing.add(number, x: ring.x, y: ring.y + size * 0.2, size: size, anchor: .middle, isBold: true, ink: .text)
        drawing.add(unit, x: ring.x, y: ring.y + size * 0.2 + unitSize * 1.6, size: unitSize, anchor: .middle)
    }

    private func drawList(left: Double, middle: Double, in drawing: inout ChartDrawing) {
        let right = min(width - Self.inset, left + 320)
        let room = right - left - 20 - ChartText("100.00 %").width(size: 12) - 12
        var y = middle - Double(slices.count) * Self.rowHeight / 2 + Self.rowHeight / 2
        for slice in slices {
            drawing.add(
                "<rect x=\"\(left.coordinate)\" y=\"\((y - 5).coordinate)\" width=\"10\" height=\"10\" rx=\"2\""
                    + " fill=\"\(color(of: slice))\"/>")
            drawing.add(ChartText(slice.name).fitted(to: room, size: 12), x: left + 20, y: y + 4, ink: .text)
            drawing.add(ChartText(text.share(slice.percentage)), x: right, y: y + 4, anchor: .end)
            y += Self.rowHeight
        }
    }
}

/// A part of the ring.
private struct Slice {
    /// The row that it is of; nil for the rest.
    let row: Int?
    let name: String
    let total: WideAmount
    let percentage: Percentage?

    static func slices(of shares: CategoryShares) -> [Slice] {
        guard shares.total > .zero else { return [] }
        let rows = shares.shares.enumerated().filter { $0.element.total > .zero }
        // The rows are sorted, so the places of the first ones are those of the palette; the rest, which is last
        // whatever its total, has a slice only together with what else is left over.
        let named = rows.prefix { $0.offset < DonutChart.palette.count }.map { row in
            Slice(
                row: row.offset, name: row.element.category.text, total: row.element.total,
                percentage: row.element.percentage)
        }
        let rest = rows.dropFirst(named.count).map(\.element)
        guard !rest.isEmpty else { return named }
        return named + [
            Slice(
                row: nil, name: CategoryShares.other.text,
                total: WideAmount(tenThousandths: rest.reduce(0) { sum($0, $1.total.tenThousandths) }),
                percentage: Percentage(hundredths: rest.reduce(0) { sum($0, $1.percentage?.hundredths ?? 0) }))
        ]
    }

    /// The sum of two numbers that are not negative, held to what fits.
    private static func sum(_ left: Int128, _ right: Int128) -> Int128 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}

/// The geometry of a ring.
private struct Ring {
    let x: Double
    let y: Double
    let outer: Double
    let inner: Double

    /// The path of a sector between two parts of a turn, clockwise from the top, with a narrow gap to its neighbours.
    func sector(from start: Double, to end: Double, isAlone: Bool) -> String {
        if isAlone {
            return circle(radius: outer, sweep: 1) + circle(radius: inner, sweep: 0)
        }
        let turn = (end - start) * 2 * Double.pi
        // A sliver keeps two thirds of itself.
        let outerGap = min(1 / outer, turn / 6)
        let innerGap = min(1 / inner, turn / 6)
        let (first, last) = (start * 2 * Double.pi, end * 2 * Double.pi)
        let isLarge = turn > Double.pi ? 1 : 0
        return "M\(point(outer, first + outerGap))"
            + "A\(outer.coordinate),\(outer.coordinate),0,\(isLarge),1,\(point(outer, last - outerGap))"
            + "L\(point(inner, last - innerGap))"
            + "A\(inner.coordinate),\(inner.coordinate),0,\(isLarge),0,\(point(inner, first + innerGap))Z"
    }

    private func circle(radius: Double, sweep: Int) -> String {
        let arc = "A\(radius.coordinate),\(radius.coordinate),0,1,\(sweep),"
        return "M\(point(radius, 0))\(arc)\(point(radius, Double.pi))\(arc)\(point(radius, 0))Z"
    }

    private func point(_ radius: Double, _ angle: Double) -> String {
        "\((x + radius * sin(angle)).coordinate),\((y - radius * cos(angle)).coordinate)"
    }
}
