import AnalyticsCore

/// A field of a CSV file (RFC 4180).
enum CSVField {
    /// A text that a person wrote: one that a spreadsheet would run as a formula gets an apostrophe before it.
    static func text(_ text: String) -> String {
        quoted(SpreadsheetFormula.needsApostrophe(text) ? "'" + text : text)
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
