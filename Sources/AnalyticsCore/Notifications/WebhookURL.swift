import struct Foundation.URL

/// Where a notification is sent by HTTP.
public struct WebhookURL: Sendable, Hashable {
    /// The URL as it was given.
    public let text: String
    /// The host in it: a name, or an address without brackets.
    public let host: String

    /// How many characters a URL may have.
    public static let longest = 2_048

    /// Why a text is not such a URL, as the end of a sentence about the field.
    public enum Fault: Error, Sendable, Equatable {
        case tooLong, notAURL, credentials, fragment
    }

    /// A URL that is known to be one, as when it comes from the database.
    public init?(trusted text: String) {
        guard let url = try? WebhookURL(text) else { return nil }
        self = url
    }

    /// The URL that a text is: `http` or `https`, with a host, without a user, a password and a fragment.
    public init(_ text: String) throws(Fault) {
        guard text.unicodeScalars.count <= Self.longest else { throw .tooLong }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !#"\"<>^`{|}"#.utf8.contains($0) }),
            let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host, !host.isEmpty
        else { throw .notAURL }
        // What stands before an @ may be taken for the host by one reader and for a user by another.
        let authority = text.dropFirst(scheme.utf8.count + 3).prefix { !"/?#".contains($0) }
        guard url.user == nil, url.password == nil, !authority.contains("@") else { throw .credentials }
        guard !text.contains("#") else { throw .fragment }
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard Self.isHost(name), url.port.map({ (1...65_535).contains($0) }) ?? !authority.hasSuffix(":"),
            authority.lowercased().hasPrefix(host.lowercased())
                || authority.lowercased().hasPrefix("[\(name.lowercased())]")
        else { throw .notAURL }
        self.text = text
        self.host = name
    }

    /// The address that the host is; nil where it is a name.
    public var address: NetworkAddress? { NetworkAddress(host) }

    /// Scheme and host alone, for those who must not see the rest.
    public var origin: String {
        "\(text.prefix { $0 != ":" }.lowercased())://\(host.contains(":") ? "[\(host)]" : host)"
    }

    private static func isHost(_ host: String) -> Bool {
        if host.contains(":") { return NetworkAddress(host) != nil && !host.contains("%") }
        return (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
