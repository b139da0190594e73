/// Texts of people as they stand in mail that the server writes.
public enum MailText {
    /// The number of characters of a name in a mail.
    static let nameLength = 100

    /// A name on one line, without what could be taken for a link or for a text of the server.
    ///
    /// Controls, line ends and marks that turn the direction of writing become spaces, and so does what makes a client
    /// show a link: schemes, `www.`, `@`, and the dot between two labels of a domain, as in `evil.example`.
    public static func name(_ text: String) -> String {
        let plain = line(text)
        let words = plain.split(separator: " ").map(unlinked).filter { !$0.isEmpty }
        let name = words.joined(separator: " ")
        return name.count > nameLength ? name.prefix(nameLength - 1) + "…" : name
    }

    /// A text on one line, without controls and marks that turn the direction of writing.
    public static func line(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(isShown(scalar) ? scalar : " ") }
        return String(scalars).split(separator: " ").joined(separator: " ")
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        // Joiners are needed within words of some scripts and within emoji.
        case .format: scalar.value == 0x200C || scalar.value == 0x200D
        default: true
        }
    }

    /// A word without what makes it a link.
    private static func unlinked(_ word: Substring) -> String {
        let text = String(word.replacing(/(?i)www\.|:\/\/|@|＠/, with: " "))
        // "Inc." and "3.5" are no domains; "evil.example" and "1.2.3.4" may be.
        var result = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let isDot = dots.contains(character)
            let before = index > 0 ? characters[index - 1] : " "
            let after = index + 1 < characters.count ? characters[index + 1] : " "
            let joinsLabels =
                (before.isLetter || before.isNumber) && (after.isLetter || after.isNumber)
                && !(before.isNumber && after.isNumber && text.filter(dots.contains).count == 1)
            result.append(isDot && joinsLabels ? " " : character)
        }
        return result.split(separator: " ").joined(separator: " ")
    }

    /// Full stops that clients and resolvers read as one: also full-width, half-width and ideographic.
    private static let dots: Set<Character> = [".", "\u{FF0E}", "\u{3002}", "\u{FF61}"]
}
