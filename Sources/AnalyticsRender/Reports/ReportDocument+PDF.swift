extension ReportDocument {
    /// The report as a PDF document of A4 pages, with text that can be selected and charts of lines.
    ///
    /// The same content gives the same bytes with the same fonts and libraries.
    ///
    /// - Throws: ``RenderError`` where memory runs out or a chart cannot be drawn.
    public func pdf() throws -> [UInt8] {
        let canvas = try Canvas(width: ReportPaper.width, height: ReportPaper.height)
        try ReportPaper(self, on: canvas).draw()
        return try canvas.finish()
    }
}
