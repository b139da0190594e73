import struct Foundation.Data

/// What a webhook's receiver knows a message of ours by (Standard Webhooks): `whsec_` and 32 bytes of chance in Base64.
public struct WebhookSecret: Sendable, Equatable {
    /// As it is shown and kept.
    public let text: String

    private static let prefix = "whsec_"

    /// How long a former secret is still signed with after a rotation: a day, in seconds.
    public static let overlapSeconds: Int64 = 86_400

    /// A new secret.
    ///
    /// - Parameter generator: The source of chance; pass the system's.
    public init(using generator: inout some RandomNumberGenerator) {
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        text = Self.prefix + Data(bytes).base64EncodedString()
    }

    /// A secret that was made before.
    public init(trusted text: String) {
        self.text = text
    }

    /// The key that it stands for; nil where it stands for none.
    public var key: [UInt8]? {
        guard text.hasPrefix(Self.prefix) else { return nil }
        return Data(base64Encoded: String(text.dropFirst(Self.prefix.count))).map { Array($0) }
    }
}
