import AnalyticsCore

/// Writes JSON, compact and in the order in which it is told.
///
/// Amounts are printed from their decimals, which no encoder that goes through `Double` can do.
struct JSONWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// What a view is as JSON.
    static func written(_ view: some JSONView) -> [UInt8] {
        var json = JSONWriter()
        view.write(to: &json)
        return json.bytes
    }

    // MARK: - Structure

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    mutating func list<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        open(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        close(UInt8(ascii: "]"))
    }

    /// Writes a member's name, which needs no escape; its value must come next.
    mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes += UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name; its value must come next.
    @_disfavoredOverload
    mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        self.name(name)
        object(members)
    }

    @_disfavoredOverload
    mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        self.name(name)
        object(members)
    }

    @_disfavoredOverload
    mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        string(value)
    }

    @_disfavoredOverload
    mutating func list<Element>(
        _ name: String, _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        list(elements, write)
    }

    mutating func list<Element>(
        _ name: StaticString, _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        list(elements, write)
    }

    mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        string(value)
    }

    mutating func member(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
        self.name(name)
        number(value.map { String($0) })
    }

    mutating func member(_ name: StaticString, _ value: Bool?) {
        self.name(name)
        boolean(value)
    }

    mutating func member(_ name: StaticString, _ value: WideAmount?) {
        self.name(name)
        number(value?.description)
    }

    mutating func member(_ name: StaticString, _ value: Percentage?) {
        self.name(name)
        number(value?.description)
    }

    // MARK: - Values

    mutating func null() { raw("null") }

    mutating func boolean(_ value: Bool?) {
        raw(value.map { $0 ? "true" : "false" } ?? "null")
    }

    /// A number as it is spelt, which must be in JSON's grammar.
    mutating func decimal(_ text: String) { raw(text) }

    mutating func amount(_ value: WideAmount?) { number(value?.description) }

    mutating func percentage(_ value: Percentage?) { number(value?.description) }

    mutating func string(_ value: String?) {
        guard var value else { return null() }
        separate()
        bytes.append(UInt8(ascii: "\""))
        value.withUTF8 { text in
            var copied = 0
            while let index = Self.firstToEscape(in: text, from: copied) {
                bytes += text[copied..<index]
                escape(text[index])
                copied = index + 1
            }
            bytes += text[copied...]
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    // MARK: - Private

    private mutating func number(_ text: String?) { raw(text ?? "null") }

    private mutating func raw(_ text: String) {
        separate()
        bytes += text.utf8
        needsComma = true
    }

    /// The index of the first byte from an index on that JSON does not take as it is.
    ///
    /// It looks at eight bytes at once ("Determine if a word has a byte less than n", Bit Twiddling Hacks, S. Anderson).
    private static func firstToEscape(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        if let base = UnsafeRawPointer(text.baseAddress) {
            while index <= text.count - 8 {
                let word = base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                guard !hasByteToEscape(word) else { break }
                index += 8
            }
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            index += 1
        }
        return nil
    }

    private static func hasByteToEscape(_ word: UInt64) -> Bool {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let (quotes, slashes) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
        let controls = (word &- ones &* 0x20) & ~word
        return (controls | (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes) & highs != 0
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): bytes += "\\\"".utf8
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes += "\\u00".utf8
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 0xF)])
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }
}

/// Something that the API answers with.
protocol JSONView: SendableMetatype {
    /// Writes it as one JSON value.
    func write(to json: inout JSONWriter)
}
