/// Texts that a spreadsheet would run as a formula when it opens a CSV file.
///
/// An apostrophe before such a text keeps it a text (OWASP, CSV Injection). A text that begins with apostrophes before such a
/// character gets one more, so that taking off one gives back the text.
public enum SpreadsheetFormula {
    /// Whether the text must be written with one more apostrophe, after which no spreadsheet runs it.
    ///
    /// A formula begins with `=`, `+`, `-`, `@`, a tab or the end of a line; some spreadsheets also take the full-width
    /// forms of the first four (U+FF1D, U+FF0B, U+FF0D, U+FF20), as East Asian keyboards write them.
    public static func needsApostrophe(_ text: String) -> Bool { isFormula(text.utf8) }

    /// The text without the apostrophe that was put before it.
    public static func withoutApostrophe(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.first == UInt8(ascii: "'") && isFormula(text) ? text.dropFirst() : text
    }

    private static func isFormula(_ text: some Collection<UInt8>) -> Bool {
        let rest = text.drop { $0 == UInt8(ascii: "'") }
        switch rest.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: return true
        case 0xEF: return fullWidth.contains { rest.starts(with: $0) }
        default: return false
        }
    }

    private static let fullWidth = ["\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].map { Array($0.utf8) }
}
