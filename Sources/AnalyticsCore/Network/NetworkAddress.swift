#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An address of the internet, of either version.
///
/// One of version 4 counts as the one of version 6 that it is mapped to (RFC 4291, section 2.5.5.2).
public struct NetworkAddress: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address that a text is, or nil.
    ///
    /// - Parameter text: `192.0.2.1`, `2001:db8::1`; a zone as in `fe80::1%eth0` is left out.
    public init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        var version4 = in_addr()
        var version6 = in6_addr()
        if inet_pton(AF_INET, text, &version4) == 1 {
            self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: version4.s_addr)))
        } else if inet_pton(AF_INET6, text, &version6) == 1 {
            let bytes = withUnsafeBytes(of: &version6) { Array($0) }
            func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
            self.init(high: number(bytes[0..<8]), low: number(bytes[8..<16]))
        } else {
            return nil
        }
    }

    var isVersion4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What one subscriber has at least: an address of version 4, and of version 6 the network of 64 bits.
    ///
    /// Whoever has one address of version 6 has 2^64 of them, and could come with another each time.
    public var subscriber: NetworkAddress { isVersion4 ? self : NetworkAddress(high: high, low: 0) }

    /// The network of 48 bits that a provider gives one site at most (RFC 6177); nil for an address of version 4.
    public var site: NetworkAddress? { isVersion4 ? nil : NetworkAddress(high: high & ~0xFFFF, low: 0) }
}

extension NetworkAddress: CustomStringConvertible {
    /// The address as people write it.
    public var description: String {
        if isVersion4 {
            return [24, 16, 8, 0].map { String(low >> $0 & 0xFF) }.joined(separator: ".")
        }
        var bytes = in6_addr()
        withUnsafeMutableBytes(of: &bytes) { buffer in
            for index in 0..<16 {
                let half = index < 8 ? high : low
                buffer[index] = UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (index % 8)))
            }
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count)) != nil else { return "::" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// All addresses that begin alike.
public struct Network: Sendable, Equatable {
    private let address: NetworkAddress
    /// How many bits, of the 128 of version 6, are alike.
    private let prefixLength: Int

    /// The network that a text is, or nil.
    ///
    /// - Parameter text: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = NetworkAddress(first) else { return nil }
        self.address = address
        guard parts.count == 2 else {
            prefixLength = 128
            return
        }
        let isVersion4 = address.isVersion4 && first.contains(".")
        guard let length = Int(parts[1]), (0...(isVersion4 ? 32 : 128)).contains(length),
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        prefixLength = isVersion4 ? length + 96 : length
    }

    /// Whether an address is one of them.
    public func contains(_ other: NetworkAddress) -> Bool {
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : .max << UInt64(64 - bits) }
        return (address.high ^ other.high) & mask(prefixLength) == 0
            && (address.low ^ other.low) & mask(prefixLength - 64) == 0
    }
}
