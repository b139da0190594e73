/// Texts in HTML.
enum HTMLText {
    /// A text as content of an element or of an attribute in quotation marks; a space for each control character.
    static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in PlainText.line(text).unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// A text that a person wrote, whose direction of writing does not turn about what stands beside it.
    static func isolated(_ text: String) -> String {
        "<bdi>\(escaped(text))</bdi>"
    }

    /// A day that is written in words.
    static func time(_ machine: String, _ words: String) -> String {
        "<time datetime=\"\(escaped(machine))\">\(escaped(words))</time>"
    }
}
