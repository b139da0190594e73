import AnalyticsCore

extension ReportPaper {
    private static let gap = 9.0
    private static let padding = 9.0
    private static let columns = 4

    /// The figures, four columns a row; money is given two, as its figures are the longest.
    func cards() throws -> [Block] {
        var rows: [[(figure: ReportContent.Figure, row: ReportFigureRow, span: Int)]] = []
        var used = Self.columns
        for (figure, row) in zip(content.figures, document.figureRows) {
            let span = figure.metric.kind == .money ? 2 : 1
            if used + span > Self.columns {
                rows.append([])
                used = 0
            }
            rows[rows.count - 1].append((figure, row, span))
            used += span
        }
        let unit = (Self.contentWidth - Double(Self.columns - 1) * Self.gap) / Double(Self.columns)
        var blocks: [Block] = []
        for cards in rows {
            var x = 0.0
            var columns: [(x: Double, card: Card)] = []
            for card in cards {
                let width = Double(card.span) * unit + Double(card.span - 1) * Self.gap
                columns.append((x, try self.card(card.figure, card.row, width: width)))
                x += width + Self.gap
            }
            let height = columns.map(\.card.height).max() ?? 0
            blocks.append(
                Block(height: height, spaceBefore: blocks.isEmpty ? 18 : Self.gap) { canvas, x, y in
                    for column in columns { try column.card.draw(canvas, x + column.x, y, height) }
                })
        }
        return blocks
    }

    /// A card, which can be drawn higher than it needs to be.
    private struct Card {
        let height: Double
        let draw: (_ canvas: Canvas, _ x: Double, _ y: Double, _ height: Double) throws -> Void
    }

    private func card(_ figure: ReportContent.Figure, _ row: ReportFigureRow, width: Double) throws -> Card {
        let inner = width - 2 * Self.padding
        let sparkHeight = 24.0
        let change = TextStyle(size: 8.5, isBold: true, ink: ink(row.meaning))
        let texts = Block.stack([
            .text(try TextBlock(row.label, TextStyle(size: 8.5, ink: .muted), width: inner, on: canvas)),
            .text(
                try TextBlock.fitting(row.value, TextStyle(size: 16, isBold: true), width: inner, on: canvas),
                spaceBefore: 1),
            .text(try TextBlock.fitting(row.changeText, change, width: inner, on: canvas), spaceBefore: 2),
            .text(
                try TextBlock.fitting("Previous: \(row.previous)", .caption, width: inner, on: canvas), spaceBefore: 1),
        ])
        let picture = try Picture(
            svg: charts.sparkline(figure, width: Int(inner / 0.75), height: Int(sparkHeight / 0.75)))
        let height = texts.height + sparkHeight + 6 + 2 * Self.padding
        return Card(height: height) { canvas, x, y, height in
            canvas.stroke(Frame(x: x, y: y, width: width, height: height), radius: 6, ink: .hairline)
            try texts.draw(canvas, x + Self.padding, y + Self.padding)
            let top = y + height - Self.padding - sparkHeight
            try picture.draw(
                on: canvas, in: Frame(x: x + Self.padding, y: top, width: inner, height: sparkHeight))
        }
    }

    private func ink(_ meaning: ReportFigureRow.Meaning) -> Ink {
        switch meaning {
        case .good: .good
        case .bad: .bad
        case .flat, .unknown: .muted
        }
    }
}
