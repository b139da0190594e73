/// What a client sent for one field, before anything is known of it but its form.
///
/// A JSON member, a CSV field and a query parameter all become one of these, so that one set of rules reads them all.
/// Bytes are UTF-8 and slices of the buffer they arrived in; a rule copies what it keeps.
public enum FieldInput: Sendable {
    /// Nothing, JSON's `null`, or a text that is empty once it is trimmed.
    case missing
    /// A text, trimmed of white space at both ends.
    case text(ArraySlice<UInt8>)
    /// A text that cannot be stored: it contains U+0000 or half of a surrogate pair.
    case unprintable
    /// A number in JSON's grammar.
    case number(ArraySlice<UInt8>)
    /// `true` or `false`.
    case boolean(Bool)
    /// A list or an object.
    case nested

    /// A text, trimmed; ``missing`` where nothing is left of it and ``unprintable`` where it contains U+0000.
    ///
    /// - Parameter bytes: Valid UTF-8.
    public init(trimming bytes: ArraySlice<UInt8>) {
        let text = bytes.trimmingWhitespace()
        if text.isEmpty {
            self = .missing
        } else if text.contains(0) {
            self = .unprintable
        } else {
            self = .text(text)
        }
    }
}

extension ArraySlice<UInt8> {
    /// These bytes of UTF-8 without the white space (Unicode's White_Space property) at both ends.
    fileprivate func trimmingWhitespace() -> ArraySlice<UInt8> {
        func isPlain(_ byte: UInt8?) -> Bool {
            guard let byte else { return true }
            return byte > 0x20 && byte < 0x7F
        }
        if isPlain(first), isPlain(last) { return self }
        let scalars = String(decoding: self, as: UTF8.self).unicodeScalars
        var start = startIndex
        var end = endIndex
        for scalar in scalars {
            guard scalar.properties.isWhitespace else { break }
            start += UTF8.width(scalar)
        }
        for scalar in scalars.reversed() {
            guard scalar.properties.isWhitespace, end > start else { break }
            end -= UTF8.width(scalar)
        }
        return self[start..<end]
    }
}
