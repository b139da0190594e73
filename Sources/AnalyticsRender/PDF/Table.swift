/// A table whose rows may go on over pages, with its heading on each.
struct Table {
    /// A column.
    struct Column {
        var title: String
        /// In points, the white beside it included.
        var width: Double
        /// Whether it holds figures, which end at the right edge and lose no digit.
        var isFigure = false
    }

    /// What is in a row of a column.
    struct Cell {
        var text: String
        var ink = Ink.text
        var isBold = false
        /// The colour of a square before the text.
        var mark: Ink?
        /// How many lines it may have.
        var lines = 4
    }

    let columns: [Column]

    private static let gap = 10.0
    private static let padding = 3.5
    private static let markWidth = 12.0

    /// The rows, each with a line below.
    ///
    /// - Parameter rows: As many cells each as there are columns; what is missing is empty.
    func blocks(_ rows: [[Cell]], on canvas: Canvas) throws -> [Block] {
        let heading = try heading(on: canvas)
        var blocks: [Block] = []
        for cells in rows {
            var block = try row(cells, size: TextStyle.body.size, on: canvas)
            block.tableHeading = heading
            blocks.append(block)
        }
        return blocks
    }

    private func heading(on canvas: Canvas) throws -> TableHeading {
        let cells = columns.map { Cell(text: $0.title, ink: .muted, isBold: true) }
        let block = try row(cells, size: TextStyle.caption.size, ink: .muted, on: canvas)
        return TableHeading(height: block.height, draw: block.draw)
    }

    private func row(_ cells: [Cell], size: Double, ink: Ink = .hairline, on canvas: Canvas) throws -> Block {
        var texts: [(x: Double, text: TextBlock)] = []
        var marks: [(x: Double, ink: Ink)] = []
        var x = 0.0
        for (index, (column, cell)) in zip(columns, cells).enumerated() {
            let indent = cell.mark == nil ? 0 : Self.markWidth
            if let mark = cell.mark { marks.append((x, mark)) }
            let width = column.width - indent - (index + 1 == columns.count ? 0 : Self.gap)
            let style = TextStyle(size: size, isBold: cell.isBold, ink: cell.ink, isTrailing: column.isFigure)
            let text =
                column.isFigure
                ? try TextBlock.fitting(cell.text, style, width: width, on: canvas)
                : try TextBlock(cell.text, style, width: width, lines: cell.lines, on: canvas)
            texts.append((x + indent, text))
            x += column.width
        }
        let width = x
        let height = (texts.map(\.text.height).max() ?? 0) + 2 * Self.padding
        let firstLine = texts.first.map { $0.text.height / Double(max($0.text.lineCount, 1)) } ?? 0
        return Block(height: height) { canvas, x, y in
            for mark in marks {
                let top = y + Self.padding + firstLine / 2 - 3.5
                canvas.fill(Frame(x: x + mark.x, y: top, width: 7, height: 7), radius: 1.5, ink: mark.ink)
            }
            for text in texts { text.text.draw(on: canvas, x: x + text.x, y: y + Self.padding) }
            canvas.rule(x: x, y: y + height, width: width, ink: ink, thickness: 0.5)
        }
    }
}
