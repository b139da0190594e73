/// A text that stands in a chart: what may be in XML, and how wide it is at most.
struct ChartText {
    /// The characters that are shown.
    let characters: String

    /// Without what XML 1.0 forbids; tabs and line ends become spaces.
    init(_ text: String) {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: scalars.append(" ")
            case ..<0x20, 0xFFFE, 0xFFFF: continue
            default: scalars.append(scalar)
            }
        }
        characters = String(scalars)
    }

    /// The text as it stands between tags or in an attribute.
    var escaped: String {
        var escaped = ""
        for scalar in characters.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// About how wide the text is in the widest of the fonts it may be set in (DejaVu Sans), so that what is measured
    /// never overlaps.
    ///
    /// - Parameters:
    ///   - size: The size of the font in pixels.
    ///   - isBold: Whether its letters are bold ones, which are wider.
    func width(size: Double, isBold: Bool = false) -> Double {
        characters.unicodeScalars.reduce(0) { $0 + Self.advance(of: $1) } * size * (isBold ? Self.boldness : 1)
    }

    /// The text, or as much of its beginning as fits with an ellipsis behind it.
    ///
    /// - Parameters:
    ///   - width: How many pixels there are.
    ///   - size: The size of the font in pixels.
    ///   - isBold: Whether its letters are bold ones.
    func fitted(to width: Double, size: Double, isBold: Bool = false) -> ChartText {
        guard self.width(size: size, isBold: isBold) > width else { return self }
        let size = isBold ? size * Self.boldness : size
        var rest = width - Self.advance(of: "…") * size
        var kept = ""
        for character in characters {
            rest -= character.unicodeScalars.reduce(0) { $0 + Self.advance(of: $1) } * size
            guard rest >= 0 else { break }
            kept.append(character)
        }
        while kept.last == " " { kept.removeLast() }
        return ChartText(kept + "…")
    }

    /// How much wider bold letters are.
    private static let boldness = 1.12

    /// How far a character moves the pen, in parts of the size of the font.
    private static func advance(of scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", " ", ",", ".", ":", ";", "'", "|", "!": 0.33
        case "0"..."9": 0.64
        case "m", "w", "M", "W", "%", "@", "−", "…": 1
        case "–": 0.5
        case "A"..."Z": 0.72
        case "a"..."z": 0.62
        case "\u{0}"..."\u{24F}": 0.75
        default: 1.1
        }
    }
}
