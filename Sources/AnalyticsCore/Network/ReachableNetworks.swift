/// Which addresses the server connects to when somebody tells it a URL.
///
/// Addresses of the public internet alone, so that nobody outside gets at what only this machine or its neighbours can
/// reach; and those that the operator allowed.
public struct ReachableNetworks: Sendable, Equatable {
    private let allowed: [Network]

    /// The public internet and the given networks.
    public init(allowed: [Network] = []) {
        self.allowed = allowed
    }

    /// Whether the server may connect to an address.
    public func contains(_ address: NetworkAddress) -> Bool {
        allowed.contains { $0.contains(address) } || Self.isPublic(address)
    }

    /// Whether an address is one of the public internet.
    private static func isPublic(_ address: NetworkAddress) -> Bool {
        if address.isVersion4 { return !reserved4.contains { $0.contains(address) } }
        // A translator (RFC 6052) leads to the address of version 4 in the last 32 bits.
        if translated.contains(where: { $0.contains(address) }) {
            return isPublic(NetworkAddress(high: 0, low: 0xFFFF_0000_0000 | address.low & 0xFFFF_FFFF))
        }
        return global6.contains { $0.contains(address) } && !reserved6.contains { $0.contains(address) }
    }

    /// What of version 4 is no address of a host on the public internet (IANA's registry of special-purpose addresses).
    private static let reserved4 = networks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4")

    /// What of version 6 is given out to hosts on the public internet.
    private static let global6 = networks("2000::/3")

    /// What lies inside and is none: protocols of their own, documentation, 6to4 with any address of version 4 in it.
    private static let reserved6 = networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

    private static let translated = networks("64:ff9b::/96")

    private static func networks(_ texts: String...) -> [Network] { texts.compactMap { Network($0) } }
}
