import AnalyticsCore

/// The members of a body's object, read once and asked for by name.
///
/// A body that is JSON but no object has no members, so each field it should have is reported as missing. Of members
/// with the same name the last counts.
struct JSONObject {
    private var members: [(name: ArraySlice<UInt8>, value: JSONScanner.Token)] = []

    /// No members, as of an empty body.
    init() {}

    /// The members of a body.
    ///
    /// - Throws: ``JSONScanner/Malformed`` where the body is not one JSON value, all of it.
    init(parsing bytes: [UInt8]) throws(JSONScanner.Malformed) {
        var scanner = JSONScanner(bytes)
        scanner.skipWhitespace()
        if scanner.skip(UInt8(ascii: "{")) {
            try readMembers(&scanner)
        } else {
            _ = try scanner.value(depth: 0)
        }
        scanner.skipWhitespace()
        guard scanner.isAtEnd else { throw scanner.malformed("expected nothing more") }
    }

    private mutating func readMembers(_ scanner: inout JSONScanner) throws(JSONScanner.Malformed) {
        members.reserveCapacity(5)
        scanner.skipWhitespace()
        if scanner.skip(UInt8(ascii: "}")) { return }
        while true {
            scanner.skipWhitespace()
            let name = try scanner.memberName()
            scanner.skipWhitespace()
            members.append((name, try scanner.value(depth: 1)))
            scanner.skipWhitespace()
            if scanner.skip(UInt8(ascii: "}")) { return }
            guard scanner.skip(UInt8(ascii: ",")) else { throw scanner.malformed("expected , or }") }
        }
    }

    /// What was sent under a name.
    subscript(_ name: StaticString) -> FieldInput {
        switch token(name) {
        case nil, .null: .missing
        case .boolean(let value): .boolean(value)
        case .number(let bytes): .number(bytes)
        case .string(_, hasLoneSurrogate: true): .unprintable
        case .string(let bytes, hasLoneSurrogate: false): FieldInput(trimming: bytes)
        case .list, .object: .nested
        }
    }

    /// A text exactly as it was sent, which is what a password needs; nil where there is none, it is no text, or it is
    /// one that cannot be stored.
    func untrimmedText(_ name: StaticString) -> String? {
        guard case .string(let bytes, hasLoneSurrogate: false) = token(name), !bytes.contains(0) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func token(_ name: StaticString) -> JSONScanner.Token? {
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return members.last { $0.name.elementsEqual(wanted) }?.value
    }
}
