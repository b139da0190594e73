/// Walks over JSON (RFC 8259) byte by byte, strictly: no comments, no trailing commas, no byte that is not UTF-8.
///
/// It does not recurse, so no nesting can exhaust the stack, and keeps nothing of what it passes over.
struct JSONScanner {
    /// Where the bytes stop being JSON, and why.
    struct Malformed: Error, Equatable {
        /// The number of bytes before what does not belong there.
        let offset: Int
        /// What was expected or found, as the middle of a sentence.
        let reason: String
    }

    /// A value, with what is needed to read it later.
    enum Token {
        case null
        case boolean(Bool)
        case number(ArraySlice<UInt8>)
        /// The text with its escapes resolved, and whether it had half of a surrogate pair.
        case string(ArraySlice<UInt8>, hasLoneSurrogate: Bool)
        /// The bytes of a list with its brackets, known to be well formed.
        case list(ArraySlice<UInt8>)
        /// The bytes of an object with its braces, known to be well formed.
        case object(ArraySlice<UInt8>)
    }

    /// How deep lists and objects may be nested.
    static let mostDepth = 64

    let bytes: [UInt8]
    private(set) var index: Int
    private let end: Int

    /// - Parameter range: Which of the bytes are walked over; all, unless it is given.
    init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
        self.bytes = bytes
        index = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    var isAtEnd: Bool { index == end }

    func malformed(_ reason: String) -> Malformed {
        Malformed(offset: index, reason: index == bytes.count ? "unexpected end, \(reason)" : reason)
    }

    mutating func skipWhitespace() {
        while index < end {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    /// Passes over a byte if it is the next one.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard index < end, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    // MARK: - Values

    /// Reads the value that begins here.
    ///
    /// - Parameter depth: How many lists and objects are around it.
    mutating func value(depth: Int) throws(Malformed) -> Token {
        guard index < end else { throw malformed("expected a value") }
        let start = index
        switch bytes[index] {
        case UInt8(ascii: "\""):
            index += 1
            let (text, hasLoneSurrogate) = try string()
            return .string(text, hasLoneSurrogate: hasLoneSurrogate)
        case UInt8(ascii: "{"):
            try skipNested(depth: depth)
            return .object(bytes[start..<index])
        case UInt8(ascii: "["):
            try skipNested(depth: depth)
            return .list(bytes[start..<index])
        case UInt8(ascii: "t"):
            try skipLiteral("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try skipLiteral("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try skipLiteral("null")
            return .null
        default:
            try skipNumber()
            return .number(bytes[start..<index])
        }
    }

    /// Passes over the list or object that begins here, with all that is in it.
    private mutating func skipNested(depth outer: Int) throws(Malformed) {
        // Bit n says whether the container at depth n is an object.
        var kinds: UInt64 = 0
        var depth = 0
        var wantsValue = true
        while true {
            if wantsValue {
                skipWhitespace()
                guard index < end else { throw malformed("expected a value") }
                let byte = bytes[index]
                guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") else {
                    _ = try value(depth: outer + depth)
                    wantsValue = false
                    continue
                }
                guard outer + depth < Self.mostDepth else {
                    throw malformed("more than \(Self.mostDepth) levels of nesting")
                }
                index += 1
                let isObject = byte == UInt8(ascii: "{")
                kinds = isObject ? kinds | (1 << UInt64(depth)) : kinds & ~(1 << UInt64(depth))
                depth += 1
                skipWhitespace()
                if skip(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    depth -= 1
                    wantsValue = false
                } else if isObject {
                    _ = try memberName()
                }
            } else {
                guard depth > 0 else { return }
                skipWhitespace()
                let isObject = kinds & (1 << UInt64(depth - 1)) != 0
                if skip(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    depth -= 1
                } else if skip(UInt8(ascii: ",")) {
                    wantsValue = true
                    if isObject {
                        skipWhitespace()
                        _ = try memberName()
                    }
                } else {
                    throw malformed(isObject ? "expected , or }" : "expected , or ]")
                }
            }
        }
    }

    /// Reads a member's name and the colon behind it.
    mutating func memberName() throws(Malformed) -> ArraySlice<UInt8> {
        guard skip(UInt8(ascii: "\"")) else { throw malformed("expected a name in quotation marks") }
        let (name, _) = try string()
        skipWhitespace()
        guard skip(UInt8(ascii: ":")) else { throw malformed("expected :") }
        return name
    }

    private mutating func skipLiteral(_ literal: StaticString) throws(Malformed) {
        let start = index
        for offset in 0..<literal.utf8CodeUnitCount {
            guard skip(literal.utf8Start[offset]) else {
                index = index == end ? end : start
                throw malformed("expected a value")
            }
        }
    }

    private mutating func skipNumber() throws(Malformed) {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        func skipDigits() throws(Malformed) {
            guard index < end, isDigit(bytes[index]) else { throw malformed("expected a digit") }
            while index < end, isDigit(bytes[index]) { index += 1 }
        }
        let isNegative = skip(UInt8(ascii: "-"))
        guard index < end, isDigit(bytes[index]) else {
            throw malformed(isNegative ? "expected a digit" : "expected a value")
        }
        if !skip(UInt8(ascii: "0")) { try skipDigits() }
        if skip(UInt8(ascii: ".")) { try skipDigits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try skipDigits()
        }
    }

    // MARK: - Strings

    /// Reads a string whose opening quotation mark was passed.
    ///
    /// Without escapes the result is a slice of the body.
    private mutating func string() throws(Malformed) -> (text: ArraySlice<UInt8>, hasLoneSurrogate: Bool) {
        let start = index
        var resolved: [UInt8] = []
        var copied = start
        var hasLoneSurrogate = false
        while index < end {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                let text = bytes[copied..<index]
                index += 1
                return copied == start ? (text, false) : ((resolved + text)[...], hasLoneSurrogate)
            case UInt8(ascii: "\\"):
                resolved += bytes[copied..<index]
                index += 1
                if try !escape(into: &resolved) { hasLoneSurrogate = true }
                copied = index
            case 0..<0x20:
                throw malformed("a control character in a string")
            case 0x20..<0x80:
                index += 1
            default:
                try skipScalar()
            }
        }
        throw malformed("expected a closing quotation mark")
    }

    /// Resolves an escape whose backslash was passed.
    ///
    /// - Returns: False where it was half of a surrogate pair, for which U+FFFD stands.
    private mutating func escape(into text: inout [UInt8]) throws(Malformed) -> Bool {
        guard index < end else { throw malformed("expected the rest of an escape") }
        let byte = bytes[index]
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            index += 1
            let scalar = try unicodeEscape()
            text += Array(String(scalar ?? "\u{FFFD}").utf8)
            return scalar != nil
        default:
            throw malformed("an unknown escape")
        }
        text.append(plain)
        index += 1
        return true
    }

    /// Reads the digits of `\uXXXX` and, behind a high surrogate, the low one; nil for a half alone.
    private mutating func unicodeEscape() throws(Malformed) -> Unicode.Scalar? {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        guard (0xD800..<0xDC00).contains(first), index + 1 < end, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let afterFirst = index
        index += 2
        let second = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(second) else {
            index = afterFirst
            return nil
        }
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }

    private mutating func fourHexDigits() throws(Malformed) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard index < end, let digit = Self.hexDigit(bytes[index]) else {
                throw malformed("expected four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Passes over a scalar beyond ASCII, well formed by table 3-7 of the Unicode Standard.
    private mutating func skipScalar() throws(Malformed) {
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[index] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw malformed("a byte that is not UTF-8")
        }
        for position in 1..<length {
            let allowed = position == 1 ? second : 0x80...0xBF
            guard index + position < end, allowed.contains(bytes[index + position]) else {
                throw malformed("a byte that is not UTF-8")
            }
        }
        index += length
    }
}
