/// A field of a CSV file (RFC 4180).
enum CSVField {
    /// A text that a person wrote: one that a spreadsheet would take for a formula gets an apostrophe before it.
    ///
    /// Texts that begin with apostrophes before such a character get one more, so that taking off one gives back what it
    /// was (OWASP, CSV Injection). It is the rule of the export of data points.
    static func text(_ text: String) -> String {
        let first = text.utf8.first { $0 != UInt8(ascii: "'") }
        return switch first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: quoted("'" + text)
        default: quoted(text)
        }
    }

    /// A text in quotation marks where it needs them.
    private static func quoted(_ text: String) -> String {
        let isPlain = !text.utf8.contains {
            [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains($0)
        }
        guard !isPlain else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
