/// A table in a mail, whose cells are text as it came from outside.
public struct MailTable: Sendable, Equatable {
    /// What stands above its columns; empty for nothing.
    public var heading: [String]
    /// Its rows, each with a name in front; all have as many cells as the heading, where there is one.
    public var rows: [[String]]

    /// A table of the given parts.
    public init(heading: [String] = [], rows: [[String]] = []) {
        self.heading = heading
        self.rows = rows
    }

    /// What a mail shows of the subject of a notice.
    init(_ notice: Notice) {
        self.init()
        switch notice.subject {
        case .nothing: rows = [["Workspace", MailText.name(notice.workspace)]]
        case .confirmation: break
        case .digest(let notices, _): rows = notices.map { [$0.inMail($0.title), $0.inMail($0.message)] }
        case .report(_, let digest):
            heading = ["Figure", "Value", "Previous", "Change"]
            rows = digest.lines.map { [$0.label, $0.value, $0.previous, $0.change] }
        case .alert(let alert):
            rows = [
                ["Workspace", MailText.name(notice.workspace)], ["Metric", alert.metric.spoken],
                ["Day", alert.breach.day.description], ["Severity", alert.severity.rawValue],
                ["Occurrences", String(alert.occurrences)],
            ]
            if let person = alert.resolution?.person { rows.append(["Resolved by", MailText.name(person.name)]) }
            if let note = alert.resolution?.note { rows.append(["Note", MailText.line(note)]) }
        }
    }

    /// A line for each row: `Severity: warning`, or with what stands above the further columns
    /// `Revenue: 12.00 USD; previous: 10.00 USD; change: ▲ +20 % better`.
    var text: String {
        rows.map { row in
            let further = zip(heading, row).dropFirst(2).map { "; \($0.lowercased()): \($1)" }.joined()
            return row.prefix(2).joined(separator: ": ") + further
        }.joined(separator: "\r\n")
    }

    /// As HTML, nothing where it has no rows.
    ///
    /// What stands under a heading are figures, which are set to the right and break before the last word of a row at most:
    /// so four columns fit on a phone.
    var html: String {
        guard !rows.isEmpty else { return "" }
        var html = "<table style=\"border-collapse:collapse;font-size:13px\">\n"
        if !heading.isEmpty {
            html += "<tr>\(cells("th scope=\"col\"", heading, endsWith: "</th>"))</tr>\n"
        }
        for row in rows {
            let name = cells("th scope=\"row\"", Array(row.prefix(1)), endsWith: "</th>")
            html += "<tr>\(name)\(cells("td", row, endsWith: "</td>", from: 1))</tr>\n"
        }
        return html + "</table>\n"
    }

    private func cells(_ tag: String, _ row: [String], endsWith end: String, from first: Int = 0) -> String {
        row.indices.dropFirst(first).map { column in
            let isFigure = column > 0 && !heading.isEmpty
            var text = Mail.escaped(row[column])
            if isFigure {
                let words = text.split(separator: " ")
                let isLast = column == row.count - 1
                text = words.dropLast(isLast ? 1 : 0).joined(separator: "&nbsp;")
                if isLast { text += (text.isEmpty ? "" : " ") + (words.last ?? "") }
            }
            let alignment = isFigure ? "right" : "left"
            return "<\(tag) align=\"\(alignment)\" style=\"padding:4px 8px 4px 0\">\(text)\(end)"
        }.joined()
    }
}
