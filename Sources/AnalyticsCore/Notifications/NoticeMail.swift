extension Mail {
    /// A notice as a mail.
    ///
    /// - Parameters:
    ///   - notice: What is told.
    ///   - recipients: Whom it is told.
    ///   - id: What tells it from every other mail.
    ///   - publicURL: Where the server is found.
    ///   - attachment: The file that comes with it; nil for none.
    public init(
        _ notice: Notice, to recipients: [EmailAddress], id: String, publicURL: String,
        attachment: MailAttachment? = nil
    ) {
        self.init(
            to: recipients, subject: "[\(notice.workspace)] \(notice.title)", paragraphs: [notice.message],
            table: MailTable(notice), footer: publicURL, id: id, attachment: attachment)
    }

    /// A mail of some paragraphs and a table, as text and as HTML.
    ///
    /// - Parameters:
    ///   - recipients: Whom it is for.
    ///   - subject: What it is about.
    ///   - paragraphs: What it says.
    ///   - link: A URL of ours to open; nil for none.
    ///   - table: What stands below.
    ///   - footer: The last line.
    ///   - id: What tells it from every other mail.
    ///   - attachment: The file that comes with it; nil for none.
    public init(
        to recipients: [EmailAddress], subject: String, paragraphs: [String], link: String? = nil,
        table: MailTable = MailTable(), footer: String, id: String, attachment: MailAttachment? = nil
    ) {
        var text = paragraphs.joined(separator: "\r\n\r\n")
        if let link { text += "\r\n\r\n\(link)" }
        if !table.rows.isEmpty { text += "\r\n\r\n" + table.text }
        text += "\r\n\r\n-- \r\n\(footer)\r\n"

        var html = "<!DOCTYPE html><html><body style=\"font-family:sans-serif\">\n"
        for paragraph in paragraphs { html += "<p>\(Self.escaped(paragraph))</p>\n" }
        if let link { html += "<p><a href=\"\(Self.escaped(link))\">\(Self.escaped(link))</a></p>\n" }
        html += table.html
        html += "<p><small>\(Self.escaped(footer))</small></p>\n</body></html>\n"
        self.init(to: recipients, subject: subject, text: text, html: html, id: id, attachment: attachment)
    }

    /// A text as HTML shows it as it is.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
