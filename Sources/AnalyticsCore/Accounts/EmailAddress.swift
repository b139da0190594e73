/// An e-mail address, trimmed and lower-cased, of at most 254 characters.
public struct EmailAddress: Sendable, Hashable {
    /// The address.
    public let text: String

    /// How many characters an address may have (RFC 5321, section 4.5.3.1.3, without the angle brackets).
    public static let longest = 254

    /// An address that is known to be one, as when it comes from the database.
    public init(trusted text: String) {
        self.text = text
    }

    /// The address that a text is, or nil.
    ///
    /// What is asked is what HTML's `<input type="email">` asks (HTML Living Standard, "valid e-mail address") and a
    /// part before the `@` of at most 64 characters (RFC 5321, section 4.5.3.1.1). A dot-free domain is fine: whether
    /// mail arrives there, only mail can tell.
    ///
    /// - Parameter text: An address without white space around it, in any case.
    public init?(_ text: String) {
        // Before the lower-casing, which turns some letters of other scripts (the Kelvin sign) into ASCII ones.
        guard text.utf8.count <= Self.longest, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let lowered = text.lowercased()
        let parts = lowered.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, let local = parts.first, let domain = parts.last, (1...64).contains(local.count),
            local.allSatisfy(Self.isLocal)
        else { return nil }
        let names = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard
            names.allSatisfy({ name in
                (1...63).contains(name.count) && name.allSatisfy { Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                    && name.first != UInt8(ascii: "-") && name.last != UInt8(ascii: "-")
            })
        else { return nil }
        self.text = lowered
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
    }
}

extension EmailAddress: Codable {
    /// A string that is known to be an address.
    public init(from decoder: any Decoder) throws {
        self.init(trusted: try decoder.singleValueContainer().decode(String.self))
    }

    /// The address as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
