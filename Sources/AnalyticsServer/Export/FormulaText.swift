/// Texts that a spreadsheet would take for a formula, in CSV.
///
/// An apostrophe before them makes them texts (OWASP, CSV Injection). Texts that begin with apostrophes before such a
/// character get one more, so that taking off one gives back what it was.
enum FormulaText {
    private static func isFormula(_ text: some Collection<UInt8>) -> Bool {
        switch text.first(where: { $0 != UInt8(ascii: "'") }) {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }

    /// Whether the text is written with one more apostrophe.
    static func needsApostrophe(_ text: String) -> Bool { isFormula(text.utf8) }

    /// The text without the apostrophe that was put before it.
    static func withoutApostrophe(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.first == UInt8(ascii: "'") && isFormula(text) ? text.dropFirst() : text
    }
}
