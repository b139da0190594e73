public import AnalyticsCore
import HTTPTypes
import Hummingbird

/// The proxies in front of the server whose word about a client's address counts.
public struct TrustedProxies: Sendable, Equatable {
    private let networks: [Network]

    /// The proxies with the given addresses; none by default.
    public init(_ networks: [Network] = []) {
        self.networks = networks
    }

    /// The address of the client behind the proxies.
    ///
    /// Each proxy appends to `X-Forwarded-For` whom it was asked by, so the list is read from its end: as long as who
    /// asked is trusted, the entry before counts. What stands before the first stranger may be made up.
    ///
    /// - Parameters:
    ///   - peer: Who is connected to this server.
    ///   - forwardedFor: The field's value, or nil.
    func client(peer: NetworkAddress, forwardedFor: String?) -> NetworkAddress {
        guard let forwardedFor, trusts(peer) else { return peer }
        var client = peer
        for hop in forwardedFor.split(separator: ",").reversed() {
            // An entry that is no address tells of nobody; the proxy that wrote it is as far as one can see.
            guard let address = Self.address(hop) else { return client }
            client = address
            if !trusts(address) { return client }
        }
        return client
    }

    /// The address of the client that sent a request, or nil where it is not known.
    func client(of request: Request, _ context: AppContext) -> NetworkAddress? {
        context.peer.map { client(peer: $0, forwardedFor: request.headers[.forwardedFor]) }
    }

    /// Whether an address is one of them.
    func trusts(_ address: NetworkAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// The address in an entry: `192.0.2.1`, `2001:db8::1`, or either with a port, as in `[2001:db8::1]:443`.
    private static func address(_ entry: Substring) -> NetworkAddress? {
        let text = entry.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        if text.first == "[" { return NetworkAddress(text.dropFirst().prefix { $0 != "]" }) }
        if let address = NetworkAddress(text) { return address }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? NetworkAddress(parts[0]) : nil
    }
}
