extension Mail {
    /// A notice as a mail.
    ///
    /// - Parameters:
    ///   - notice: What is told.
    ///   - recipients: Whom it is told.
    ///   - id: What tells it from every other mail.
    ///   - publicURL: Where the server is found.
    public init(_ notice: Notice, to recipients: [EmailAddress], id: String, publicURL: String) {
        var facts: [(name: String, value: String)] = [("Workspace", notice.workspace)]
        if let alert = notice.alert {
            facts.append(("Metric", alert.metric.spoken))
            facts.append(("Day", alert.breach.day.description))
            facts.append(("Severity", alert.severity.rawValue))
            facts.append(("Occurrences", String(alert.occurrences)))
            if let person = alert.resolution?.person { facts.append(("Resolved by", person.name)) }
            if let note = alert.resolution?.note { facts.append(("Note", note)) }
        }
        self.init(
            to: recipients, subject: "[\(notice.workspace)] \(notice.title)", paragraphs: [notice.message],
            facts: facts, footer: publicURL, id: id)
    }

    /// A mail of some paragraphs and facts, as text and as HTML.
    ///
    /// - Parameters:
    ///   - recipients: Whom it is for.
    ///   - subject: What it is about.
    ///   - paragraphs: What it says.
    ///   - link: A URL of ours to open; nil for none.
    ///   - facts: What stands in a table below.
    ///   - footer: The last line.
    ///   - id: What tells it from every other mail.
    public init(
        to recipients: [EmailAddress], subject: String, paragraphs: [String], link: String? = nil,
        facts: [(name: String, value: String)] = [], footer: String, id: String
    ) {
        var text = paragraphs.joined(separator: "\r\n\r\n")
        if let link { text += "\r\n\r\n\(link)" }
        if !facts.isEmpty { text += "\r\n\r\n" + facts.map { "\($0.name): \($0.value)" }.joined(separator: "\r\n") }
        text += "\r\n\r\n-- \r\n\(footer)\r\n"

        var html = "<!DOCTYPE html><html><body style=\"font-family:sans-serif\">\n"
        for paragraph in paragraphs { html += "<p>\(Self.escaped(paragraph))</p>\n" }
        if let link { html += "<p><a href=\"\(Self.escaped(link))\">\(Self.escaped(link))</a></p>\n" }
        if !facts.isEmpty {
            html += "<table>\n"
            for (name, value) in facts {
                html +=
                    "<tr><th scope=\"row\" align=\"left\">\(Self.escaped(name))</th><td>\(Self.escaped(value))</td></tr>\n"
            }
            html += "</table>\n"
        }
        html += "<p><small>\(Self.escaped(footer))</small></p>\n</body></html>\n"
        self.init(to: recipients, subject: subject, text: text, html: html, id: id)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
