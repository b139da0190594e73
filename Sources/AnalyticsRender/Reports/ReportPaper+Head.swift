import AnalyticsCore

extension ReportPaper {
    /// Whose report it is, what it is called and which days it is about; at the end how to read it.
    func head() throws -> [Block] {
        let workspace = TextStyle(size: 10, isBold: true, ink: .accent)
        var periods = TextStyle.body
        periods.size = 11
        return [
            try paragraph(content.workspace, workspace, lines: 3),
            try paragraph(content.name, .title, lines: 5, spaceBefore: 2),
            try paragraph("\(ReportWords.type(content.type)) · \(document.periodText)", periods, spaceBefore: 4),
            try paragraph(ReportWords.origin(content), .caption, lines: 2, spaceBefore: 3),
        ]
    }

    /// How the figures are to be read.
    func notes() throws -> [Block] {
        let style = TextStyle(size: 7.5, ink: .muted)
        let notes = try ReportWords.notes(content).map { try paragraph($0, style, spaceBefore: 3) }
        return [try section("Notes"), .stack(notes)]
    }
}
