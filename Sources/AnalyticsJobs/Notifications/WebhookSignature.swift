public import AnalyticsCore
import Crypto
import Foundation

/// What proves to a webhook's receiver who sent a message (Standard Webhooks 1.0).
public struct WebhookSignature: Sendable, Equatable {
    /// The names and values of the three header fields.
    public let headers: [(name: String, value: String)]

    /// Signs a message.
    ///
    /// - Parameters:
    ///   - body: Exactly what is sent.
    ///   - id: The same for each repetition of the message.
    ///   - now: When it is sent; receivers refuse what is older than some minutes.
    ///   - secrets: With each of them it is signed.
    public init(of body: [UInt8], id: String, now: Instant, secrets: [WebhookSecret]) {
        let timestamp = String(now.wholeSeconds)
        let signed = Array("\(id).\(timestamp).".utf8) + body
        let signatures = secrets.compactMap(\.key).map { key in
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
            return "v1,\(Data(code).base64EncodedString())"
        }
        headers = [
            ("webhook-id", id), ("webhook-timestamp", timestamp),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }

    /// Whether both are the same fields.
    public static func == (left: WebhookSignature, right: WebhookSignature) -> Bool {
        left.headers.elementsEqual(right.headers, by: ==)
    }
}
