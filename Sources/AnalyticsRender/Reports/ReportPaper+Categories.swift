import AnalyticsCore

extension ReportPaper {
    private static let donutSize = 150.0
    /// How many rows a table beside the donut has at most.
    private static let mostBeside = 8

    /// The revenue by category: a donut, and beside or below it the table.
    func categories() throws -> [Block] {
        let shares = content.categories
        let heading = try section("Revenue by category")
        guard !shares.shares.isEmpty else {
            return [heading, try paragraph(ReportWords.noCategories, TextStyle.body.ink(.muted))]
        }
        if shares.shares.count <= Self.mostBeside {
            let left = Self.donutSize + 20
            let (drawing, donut) = try donut(width: Self.donutSize, height: Self.donutSize, scale: 0.75)
            let table = try table(donut, width: Self.contentWidth - left)
            return [heading, .beside([(0, drawing), (left, .stack(table))], isCentered: true)]
        }
        // A wide donut that is high enough names its slices beside it.
        let (drawing, donut) = try donut(width: Self.contentWidth, height: 168, scale: 0.66)
        var table = try table(donut, width: Self.contentWidth)
        if !table.isEmpty { table[0].spaceBefore = 14 }
        keepEndsTogether(&table)
        return [heading, drawing] + table
    }

    /// - Parameter scale: How many points a pixel of the chart is.
    private func donut(width: Double, height: Double, scale: Double) throws -> (Block, DonutChart) {
        // The white at the chart's sides hangs over, so that its words begin where others do.
        let inset = 12 * scale
        let donut = charts.donut(width: Int((width + 2 * inset) / scale), height: Int(height / scale))
        let picture = try Picture(svg: donut.svg())
        let block = Block(height: height) { canvas, x, y in
            try picture.draw(
                on: canvas, in: Frame(x: x - inset, y: y, width: width + 2 * inset, height: height))
        }
        return (block, donut)
    }

    private func table(_ donut: DonutChart, width: Double) throws -> [Block] {
        let text = content.text
        var cells: [[Table.Cell]] = []
        for (index, share) in content.categories.shares.enumerated() {
            cells.append([
                Table.Cell(text: share.category.text, mark: Ink(css: donut.color(at: index))),
                Table.Cell(text: text.value(share.total, .money)),
                Table.Cell(text: text.share(share.percentage)),
            ])
        }
        cells.append([
            Table.Cell(text: "Total", isBold: true),
            Table.Cell(text: text.value(content.categories.total, .money), isBold: true),
            Table.Cell(text: content.categories.totalShare(text), isBold: true),
        ])
        let columns = [
            Table.Column(title: "Category", width: width - 195),
            Table.Column(title: "Total", width: 135, isFigure: true),
            Table.Column(title: "Share", width: 60, isFigure: true),
        ]
        return try Table(columns: columns).blocks(cells, on: canvas)
    }
}
