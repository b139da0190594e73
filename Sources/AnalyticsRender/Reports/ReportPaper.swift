import AnalyticsCore

/// A report on A4 pages: what is drawn, in the order of reading.
struct ReportPaper {
    let document: ReportDocument
    let canvas: Canvas
    let charts: ReportCharts

    var content: ReportContent { document.content }

    /// A4 in points.
    static let width = 595.28
    /// A4 in points.
    static let height = 841.89
    /// 15 mm.
    static let margin = 42.52
    /// The width of what is inside the margins.
    static let contentWidth = width - 2 * margin
    private static let footerHeight = 24.0

    /// A report to be drawn on a canvas.
    init(_ document: ReportDocument, on canvas: Canvas) {
        self.document = document
        self.canvas = canvas
        charts = ReportCharts(content: document.content, theme: .light)
    }

    /// Lays out all pages, then draws them, so that each can say how many there are.
    func draw() throws {
        canvas.describe(
            Canvas.Metadata(
                title: content.name, author: content.workspace,
                subject: "\(ReportWords.type(content.type)): \(document.periodText)", createdAt: content.madeAt))
        let pages = PageLayout(try blocks(), height: Self.height - 2 * Self.margin - Self.footerHeight).pages
        for (index, page) in pages.enumerated() {
            for placed in page {
                let y = Self.margin + placed.y
                if let outline = placed.outline { canvas.addOutline(outline, page: index + 1, y: y) }
                try placed.draw(canvas, Self.margin, y)
            }
            try drawFooter(page: index + 1, of: pages.count)
            canvas.showPage()
        }
    }

    private func blocks() throws -> [Block] {
        try head() + cards() + dailyCharts() + categories() + alerts() + notes()
    }

    private func drawFooter(page: Int, of count: Int) throws {
        let style = TextStyle(size: 7.5, ink: .muted)
        let numberWidth = 90.0
        let top = Self.height - Self.margin - 10
        canvas.rule(x: Self.margin, y: top - 6, width: Self.contentWidth, thickness: 0.5)
        // A long name of one leaves half of the line to the other. Each is a text of its own, so that none of them turns
        // about the other's direction of writing.
        let room = Self.contentWidth - numberWidth
        let workspace = try TextBlock(content.workspace, style, width: room / 2, on: canvas)
        let dot = try TextBlock("·", style, width: 10, on: canvas)
        let start = workspace.width + dot.width + 6
        let name = try TextBlock(content.name, style, width: room - start - 10, on: canvas)
        var trailing = style
        trailing.isTrailing = true
        let number = try TextBlock("Page \(page) of \(count)", trailing, width: numberWidth, on: canvas)
        workspace.draw(on: canvas, x: Self.margin, y: top)
        dot.draw(on: canvas, x: Self.margin + workspace.width + 3, y: top)
        name.draw(on: canvas, x: Self.margin + start, y: top)
        number.draw(on: canvas, x: Self.margin + Self.contentWidth - numberWidth, y: top)
    }

    /// The heading of a section, which stays with what follows it.
    func section(_ title: String) throws -> Block {
        let text = try TextBlock(title, .section, width: Self.contentWidth, on: canvas)
        var block = Block.text(text, spaceBefore: 18)
        block.height += 6
        block.keepsWithNext = true
        block.outline = title
        return block
    }

    /// A paragraph as wide as the page.
    func paragraph(_ text: String, _ style: TextStyle = .body, lines: Int = 12, spaceBefore: Double = 0) throws -> Block
    {
        let text = try TextBlock(text, style, width: Self.contentWidth, lines: lines, on: canvas)
        return Block.text(text, spaceBefore: spaceBefore)
    }
}
