/// A message by e-mail.
public struct Mail: Sendable, Equatable {
    /// Whom it is for, one at least; each sees the others.
    public let recipients: [EmailAddress]
    /// What it is about.
    public let subject: String
    /// What it says, as plain text.
    public let text: String
    /// The same as HTML, in which everything from outside is escaped.
    public let html: String
    /// What tells it from every other mail of this server; a repetition has the same.
    public let id: String
    /// Where the recipient leaves with one click (RFC 8058); nil where there is no such thing.
    public let unsubscribeURL: String?
    /// The file that comes with it; nil for none.
    public let attachment: MailAttachment?

    /// The workspace that it is of, which takes turns with others; 0 for none.
    public var workspaceID: Int64 = 0

    /// A message of the given parts.
    ///
    /// - Parameters:
    ///   - id: Letters, digits, `_` and `-`.
    ///   - unsubscribeURL: ASCII, without spaces and angle brackets.
    public init(
        to recipients: [EmailAddress], subject: String, text: String, html: String, id: String,
        unsubscribeURL: String? = nil, attachment: MailAttachment? = nil
    ) {
        self.recipients = recipients
        self.subject = subject
        self.text = text
        self.html = html
        self.id = id
        self.unsubscribeURL = unsubscribeURL
        self.attachment = attachment
    }
}

/// A file that comes with a mail.
public struct MailAttachment: Sendable, Equatable {
    /// What it is called: letters and digits of ASCII, `-`, `_` and `.`.
    public let name: String
    /// Its media type, such as `application/pdf`.
    public let type: String
    /// All of it.
    public let content: [UInt8]

    /// A file of the given parts.
    public init(name: String, type: String, content: [UInt8]) {
        self.name = name
        self.type = type
        self.content = content
    }
}

/// Hands a mail over to be sent, and tells what became of it.
public typealias MailDispatch = @Sendable (Mail) async -> DeliveryResult

/// Whom mail is from.
public struct MailSender: Sendable, Equatable {
    /// What stands before the address; nil for nothing.
    public let name: String?
    /// The address.
    public let address: EmailAddress

    /// The sender that a text is, or nil.
    ///
    /// - Parameter text: `reports@example.com` or `AnalyticsPro <reports@example.com>`.
    public init?(_ text: String) {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return nil }
        func trimmed(_ part: Substring) -> String {
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        let whole = trimmed(text[...])
        if let open = whole.lastIndex(of: "<") {
            guard whole.hasSuffix(">") else { return nil }
            let inside = whole[whole.index(after: open)...].dropLast()
            guard let address = EmailAddress(String(inside)) else { return nil }
            var name = trimmed(whole[..<open])
            if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
                name = String(name.dropFirst().dropLast())
            }
            guard !name.contains(where: { "\"<>\\".contains($0) }) else { return nil }
            self.name = name.isEmpty ? nil : name
            self.address = address
        } else {
            guard let address = EmailAddress(whole) else { return nil }
            name = nil
            self.address = address
        }
    }

    /// The part of the address behind the `@`.
    public var domain: String { String(address.text.drop { $0 != "@" }.dropFirst()) }
}
