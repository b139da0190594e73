extension Mail {
    /// A notice as a mail.
    ///
    /// - Parameters:
    ///   - notice: What is told.
    ///   - recipients: Whom it is told.
    ///   - id: What tells it from every other mail.
    ///   - publicURL: Where the server is found.
    ///   - unsubscribeCode: The end of the link by which the recipient leaves; nil where there is none.
    ///   - attachment: The file that comes with it; nil for none.
    public init(
        _ notice: Notice, to recipients: [EmailAddress], id: String, publicURL: String, unsubscribeCode: String? = nil,
        attachment: MailAttachment? = nil
    ) {
        var link: String?
        var subject = "[\(MailText.name(notice.workspace))] \(notice.inMail(notice.title))"
        if case .confirmation(let code) = notice.subject {
            link = MailLink.confirmation(code).url(publicURL)
            subject = notice.title
        }
        self.init(
            to: recipients, subject: subject, paragraphs: [notice.inMail(notice.message)], link: link,
            table: MailTable(notice), footer: publicURL, id: id,
            unsubscribeURL: unsubscribeCode.map { MailLink.unsubscription($0).url(publicURL) }, attachment: attachment)
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
    ///   - unsubscribeURL: Where the recipient leaves; nil where there is no such page.
    ///   - attachment: The file that comes with it; nil for none.
    public init(
        to recipients: [EmailAddress], subject: String, paragraphs: [String], link: String? = nil,
        table: MailTable = MailTable(), footer: String, id: String, unsubscribeURL: String? = nil,
        attachment: MailAttachment? = nil
    ) {
        var text = paragraphs.joined(separator: "\r\n\r\n")
        if let link { text += "\r\n\r\n\(link)" }
        if !table.rows.isEmpty { text += "\r\n\r\n" + table.text }
        text += "\r\n\r\n-- \r\n\(footer)\r\n"
        if let unsubscribeURL { text += "No more reports by mail: \(unsubscribeURL)\r\n" }

        var html = "<!DOCTYPE html><html><body style=\"font-family:sans-serif\">\n"
        for paragraph in paragraphs { html += "<p>\(Self.escaped(paragraph))</p>\n" }
        if let link { html += "<p><a href=\"\(Self.escaped(link))\">\(Self.escaped(link))</a></p>\n" }
        html += table.html
        html += "<p><small>\(Self.escaped(footer))</small></p>\n"
        if let unsubscribeURL {
            html += "<p><small><a href=\"\(Self.escaped(unsubscribeURL))\">No more reports by mail</a></small></p>\n"
        }
        html += "</body></html>\n"
        self.init(
            to: recipients, subject: subject, text: text, html: html, id: id, unsubscribeURL: unsubscribeURL,
            attachment: attachment)
    }

    /// A text as HTML shows it as it is.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}

extension Notice {
    /// A text of the notice as it stands in a mail: on one line, and its names without what could be taken for a link.
    func inMail(_ text: String) -> String {
        var names = [workspace]
        switch subject {
        case .nothing, .digest, .confirmation: break
        case .alert(let alert): if let rule = alert.rule { names.append(rule.name) }
        case .report(let report, _): names.append(report.name)
        }
        let clean = names.reduce(text) { text, name in
            name.isEmpty ? text : text.replacing(name, with: MailText.name(name))
        }
        return MailText.line(clean)
    }
}

/// A link in a mail, of which the recipient alone knows the end.
public enum MailLink: Sendable, Equatable {
    /// To the page that asks whether the address wants mail.
    case confirmation(String)
    /// To the page, and for programs the address to post to, that ends mail with reports.
    case unsubscription(String)

    /// The link on a server.
    ///
    /// - Parameter publicURL: Where the server is found, without a slash at the end.
    public func url(_ publicURL: String) -> String {
        switch self {
        case .confirmation(let code): "\(publicURL)/mail/confirm/\(code)"
        case .unsubscription(let code): "\(publicURL)/mail/unsubscribe/\(code)"
        }
    }
}
