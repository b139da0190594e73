import struct Foundation.Data

/// A mail as it is sent (RFC 5322 and MIME): lines of ASCII that end with CR and LF.
public struct MailMessage: Sendable, Equatable {
    /// All of it.
    public let text: String

    /// Writes a mail down.
    ///
    /// - Parameters:
    ///   - mail: What it says.
    ///   - sender: Whom it is from.
    ///   - now: The date on it.
    public init(_ mail: Mail, from sender: MailSender, now: Instant) {
        let from = sender.name.map { "\(Self.phrase($0)) <\(sender.address.text)>" } ?? sender.address.text
        var lines = [
            "From: \(from)",
            "To: \(mail.recipients.map(\.text).joined(separator: ",\r\n "))",
            "Subject: \(Self.unstructured(mail.subject))",
            "Date: \(Self.date(now))",
            "Message-ID: <\(mail.id)@\(sender.domain)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ]
        if let url = mail.unsubscribeURL {
            // One URL on a line of its own: it may be longer than a line should be, and cannot be folded.
            lines += ["List-Unsubscribe:\r\n <\(url)>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
        }
        let body = Self.multipart(
            "alternative", boundary: "=_\(mail.id)",
            [
                Self.part("text/plain; charset=utf-8", mail.text.utf8),
                Self.part("text/html; charset=utf-8", mail.html.utf8),
            ])
        if let file = mail.attachment {
            lines += Self.multipart(
                "mixed", boundary: "=_mixed_\(mail.id)",
                [
                    body,
                    Self.part(
                        "\(file.type); name=\"\(file.name)\"", disposition: "attachment; filename=\"\(file.name)\"",
                        file.content),
                ])
        } else {
            lines += body
        }
        text = lines.joined(separator: "\r\n") + "\r\n"
    }

    // MARK: - MIME

    /// Several parts as one, with its header fields (RFC 2046, section 5.1).
    private static func multipart(_ kind: String, boundary: String, _ parts: [[String]]) -> [String] {
        ["Content-Type: multipart/\(kind); boundary=\"\(boundary)\"", ""]
            + parts.flatMap { ["--\(boundary)"] + $0 } + ["--\(boundary)--"]
    }

    /// A part in base64, with its header fields.
    private static func part(_ type: String, disposition: String? = nil, _ content: some Sequence<UInt8>) -> [String] {
        var lines = ["Content-Type: \(type)", "Content-Transfer-Encoding: base64"]
        if let disposition { lines.append("Content-Disposition: \(disposition)") }
        let text = Array(Data(content).base64EncodedString().utf8)
        return lines + [""]
            + stride(from: 0, to: text.count, by: 76).map { start in
                String(decoding: text[start..<min(start + 76, text.count)], as: UTF8.self)
            }
    }

    // MARK: - Header fields

    /// A text as the value of a field; what is not plain ASCII, or too long for a line, as encoded words (RFC 2047).
    static func unstructured(_ text: String) -> String {
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
        let isPlain =
            clean.utf8.count <= 60 && clean.utf8.allSatisfy { $0 < 0x7F } && !clean.contains("=?")
            && !clean.hasPrefix(" ") && !clean.hasSuffix(" ")
        return isPlain ? clean : encodedWords(clean)
    }

    /// A name before an address.
    static func phrase(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain && name.utf8.count <= 60 ? name : encodedWords(name)
    }

    /// Words that fit into a line of 76 characters behind a name, none of which cuts a character in two.
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var part: [UInt8] = []
        func close() {
            if !part.isEmpty { words.append("=?utf-8?B?\(Data(part).base64EncodedString())?=") }
            part = []
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if part.count + bytes.count > 36 { close() }
            part += bytes
        }
        close()
        return words.joined(separator: "\r\n ")
    }

    /// A date as in `Mon, 23 Nov 2026 10:00:00 +0000`.
    static func date(_ instant: Instant) -> String {
        let text = instant.description
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let day = Day(text.utf8.prefix(10)), let month = Int(text.dropFirst(5).prefix(2)) else { return text }
        let weekday = days[((day.number % 7) + 7) % 7]
        let date = "\(text.dropFirst(8).prefix(2)) \(months[month - 1]) \(text.prefix(4))"
        return "\(weekday), \(date) \(text.dropFirst(11).prefix(8)) +0000"
    }
}
