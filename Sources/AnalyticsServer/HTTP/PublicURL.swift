import Synchronization

/// Where clients find this server, for the links in its answers.
///
/// Without a setting it is made of the address that the server listens on, which is known only once it does.
public final class PublicURL: Sendable {
    private let value: Mutex<String>

    /// - Parameter text: Scheme, host and port, without a slash at the end.
    public init(_ text: String) {
        value = Mutex(Self.withoutSlash(text))
    }

    /// Scheme, host and port, without a slash at the end.
    public var text: String { value.withLock { $0 } }

    /// Whether clients come over `https`.
    public var isSecure: Bool { text.hasPrefix("https://") }

    /// Replaces it.
    public func set(_ text: String) {
        value.withLock { $0 = Self.withoutSlash(text) }
    }

    private static func withoutSlash(_ text: String) -> String {
        text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
