import AnalyticsCore

/// The fields behind `?` of an address, decoded as a form's (`application/x-www-form-urlencoded`).
struct QueryString {
    private let fields: [(name: [UInt8], value: [UInt8])]

    init(_ query: String) {
        fields = query.utf8.split(separator: UInt8(ascii: "&")).map { field in
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : [])
        }
    }

    /// What was sent under a name; of several the last counts.
    subscript(_ name: String) -> FieldInput {
        guard let value = fields.last(where: { $0.name.elementsEqual(name.utf8) })?.value else { return .missing }
        guard String(validating: value, as: UTF8.self) != nil else { return .unprintable }
        return FieldInput(trimming: value[...])
    }

    /// The same fields, one of them replaced, added or (nil) left out, encoded again.
    func replacing(_ replacements: [(name: String, value: String?)]) -> String {
        var kept = fields.filter { field in !replacements.contains { field.name.elementsEqual($0.name.utf8) } }
        for (name, value) in replacements {
            if let value { kept.append((Array(name.utf8), Array(value.utf8))) }
        }
        return kept.map { Self.encoded($0.name) + "=" + Self.encoded($0.value) }.joined(separator: "&")
    }

    private static func decoded(_ text: Substring.UTF8View.SubSequence) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                if digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) {
                    bytes.append(value)
                    rest.removeFirst(2)
                } else {
                    bytes.append(byte)
                }
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            let isPlain = byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || (0x30...0x39).contains(byte))
            if isPlain || "-._~".utf8.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
