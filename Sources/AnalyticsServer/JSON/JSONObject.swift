import AnalyticsCore

/// The members of a body's object, read once and asked for by name.
///
/// A body that is JSON but no object has no members, so each field it should have is reported as missing. Of members
/// with the same name the last counts.
struct JSONObject {
    private var members: [(name: ArraySlice<UInt8>, value: JSONScanner.Token)] = []

    /// Whether the body is an object, or there is none.
    private(set) var isObject = true

    /// No members, as of an empty body.
    init() {}

    /// The members of a body.
    ///
    /// - Parameter range: Which of the bytes are the body; all, unless it is given.
    /// - Throws: ``JSONScanner/Malformed`` where the body is not one JSON value, all of it.
    init(parsing bytes: [UInt8], in range: Range<Int>? = nil) throws(JSONScanner.Malformed) {
        var scanner = JSONScanner(bytes, in: range)
        scanner.skipWhitespace()
        if scanner.skip(UInt8(ascii: "{")) {
            try readMembers(&scanner)
        } else {
            isObject = false
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
    subscript(_ name: StaticString) -> FieldInput { FieldInput(token(name)) }

    /// Whether a member of that name was sent, whatever its value.
    func contains(_ name: StaticString) -> Bool { token(name) != nil }

    /// The first elements of the list under a name; nil where there is something else or nothing.
    ///
    /// - Parameter limit: How many are read at most.
    func elements(_ name: StaticString, upTo limit: Int) -> [FieldInput]? {
        guard case .list(let bytes) = token(name) else { return nil }
        var scanner = JSONScanner(Array(bytes))
        var elements: [FieldInput] = []
        guard scanner.skip(UInt8(ascii: "[")) else { return nil }
        scanner.skipWhitespace()
        // The list was found well formed when the body was read.
        while elements.count < limit, !scanner.skip(UInt8(ascii: "]")), let element = try? scanner.value(depth: 1) {
            elements.append(FieldInput(element))
            scanner.skipWhitespace()
            _ = scanner.skip(UInt8(ascii: ","))
            scanner.skipWhitespace()
        }
        return elements
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

extension FieldRules {
    /// Notes a body that is no object, which one without required fields would not show otherwise.
    mutating func refuseOtherThanObject(_ body: JSONObject) {
        if !body.isObject { refuse("body", .unknown, "The body must be a JSON object.") }
    }
}

extension FieldInput {
    /// What a rule reads of a JSON value; nil is a member that was not sent.
    fileprivate init(_ token: JSONScanner.Token?) {
        switch token {
        case nil, .null: self = .missing
        case .boolean(let value): self = .boolean(value)
        case .number(let bytes): self = .number(bytes)
        case .string(_, hasLoneSurrogate: true): self = .unprintable
        case .string(let bytes, hasLoneSurrogate: false): self = FieldInput(trimming: bytes)
        case .list, .object: self = .nested
        }
    }
}
