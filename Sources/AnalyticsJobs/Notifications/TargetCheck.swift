public import AnalyticsCore

/// Decides whether the server may send something to a URL, and to which address.
public struct TargetCheck: Sendable {
    private let networks: ReachableNetworks
    private let resolve: @Sendable (String, _ workspaceID: Int64) async -> [NetworkAddress]

    /// Why it may not.
    public enum Refusal: Error, Sendable, Equatable {
        /// The host, or one of its addresses, is private, local or reserved.
        case unreachable
        /// The host has no address.
        case unknownHost

        /// The reason, as a sentence for people; it does not tell what a name inside the network stands for.
        public var reason: String {
            switch self {
            case .unreachable:
                "The URL leads to a private, local or reserved address, which WEBHOOK_ALLOW does not name."
            case .unknownHost: "The URL's host has no address."
            }
        }
    }

    /// A check.
    ///
    /// - Parameters:
    ///   - networks: What may be reached.
    ///   - resolve: Gives all addresses of a host, in the turn of a workspace.
    public init(
        networks: ReachableNetworks,
        resolve: @escaping @Sendable (String, _ workspaceID: Int64) async -> [NetworkAddress]
    ) {
        self.networks = networks
        self.resolve = resolve
    }

    /// The address to connect to.
    ///
    /// Every address of the host must be one that may be reached: of a name with several anyone could be asked next.
    public func address(of url: WebhookURL, for workspaceID: Int64) async throws(Refusal) -> NetworkAddress {
        let addresses: [NetworkAddress]
        if let address = url.address { addresses = [address] } else { addresses = await resolve(url.host, workspaceID) }
        guard let first = addresses.first else { throw .unknownHost }
        guard addresses.allSatisfy(networks.contains) else { throw .unreachable }
        return first
    }

    /// Why nothing may be sent to a URL; nil where something may, or its host has no address yet.
    public func refusal(of url: WebhookURL, for workspaceID: Int64) async -> String? {
        do throws(Refusal) {
            _ = try await address(of: url, for: workspaceID)
            return nil
        } catch {
            return error == .unreachable ? error.reason : nil
        }
    }
}
