/// Texts of people, made fit for a place where they are one paragraph.
enum PlainText {
    /// The text with a space for each character that would end a line or control a device.
    ///
    /// C takes a text as ended at U+0000, and pango begins a paragraph at U+2029.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { line.append(isControl(scalar) ? " " : scalar) }
        return String(line)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        default: false
        }
    }
}
