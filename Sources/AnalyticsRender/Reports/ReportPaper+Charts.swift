import AnalyticsCore

extension ReportPaper {
    private static let gap = 18.0
    /// How many points a pixel of a chart is.
    private static let scale = 0.7
    /// The white at the sides of a chart in points, which hangs over, so that its words begin where others do.
    private static let inset = 12 * scale

    /// A chart for each metric: the first as wide as the page, the others two a row.
    func dailyCharts() throws -> [Block] {
        guard let first = content.figures.first else { return [] }
        let half = (Self.contentWidth - Self.gap) / 2
        var blocks = [
            try section("Day by day"),
            try chart(first, width: Self.contentWidth, height: 165),
        ]
        let others = Array(content.figures.dropFirst())
        for index in stride(from: 0, to: others.count, by: 2) {
            var columns = [(x: 0.0, block: try chart(others[index], width: half, height: 124))]
            if index + 1 < others.count {
                columns.append((half + Self.gap, try chart(others[index + 1], width: half, height: 124)))
            }
            var row = Block.beside(columns)
            row.spaceBefore = 14
            blocks.append(row)
        }
        return blocks
    }

    private func chart(_ figure: ReportContent.Figure, width: Double, height: Double) throws -> Block {
        let svg = charts.daily(
            figure, width: Int((width + 2 * Self.inset) / Self.scale), height: Int(height / Self.scale))
        let picture = try Picture(svg: svg)
        let extremes = ReportWords.extremes(figure, text: content.text)
        let caption = try TextBlock(extremes, .caption, width: width, lines: 4, on: canvas)
        return .stack([
            Block(height: height) { canvas, x, y in
                try picture.draw(
                    on: canvas, in: Frame(x: x - Self.inset, y: y, width: width + 2 * Self.inset, height: height))
            },
            .text(caption, spaceBefore: 3),
        ])
    }
}
