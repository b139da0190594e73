import Crypto
import Foundation

/// The keys that seal what must be read again but not by whoever sees the database: webhooks' secrets, their URLs, and the
/// keys of embeds.
///
/// A text is sealed by AES-256 in Galois/Counter Mode (NIST SP 800-38D) with a random nonce, and bound to the row that it
/// belongs to. It is kept as `sealed:ID:TEXT`: the key's id and, in base64, nonce, ciphertext and tag. A text that does not
/// begin so was kept before there was a key, and is read as it is.
public struct SecretKeyring: Sendable {
    /// A key with the id by which sealed texts name it.
    public struct Key: Sendable, Equatable {
        /// The first eight hexadecimal digits of the key's SHA-256.
        public let id: String
        let key: SymmetricKey

        /// A new, random key.
        public init() {
            self.init(SymmetricKey(size: .bits256))
        }

        /// The key of 32 bytes in base64; nil for any other text.
        public init?(base64 text: some StringProtocol) {
            guard let data = Data(base64Encoded: String(text)), data.count == 32 else { return nil }
            self.init(SymmetricKey(data: data))
        }

        private init(_ key: SymmetricKey) {
            self.key = key
            let digest = key.withUnsafeBytes { SHA256.hash(data: $0) }
            id = digest.prefix(4).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }

        /// The 32 bytes in base64.
        public var base64: String { key.withUnsafeBytes { Data($0).base64EncodedString() } }
    }

    /// The keys; the first one seals, all of them open.
    public let keys: [Key]

    /// Whether a secret that cannot be sealed is refused in the place of being kept as it is.
    private let isRequired: Bool

    private static let mark = "sealed:"

    /// A keyring of the given keys, the current one first.
    ///
    /// - Parameter isRequired: Whether, without a key, new secrets are refused; else they are kept as they are.
    public init(_ keys: [Key], isRequired: Bool = true) {
        self.keys = keys
        self.isRequired = isRequired
    }

    /// A keyring without a key, with which secrets are kept as they are.
    public static let empty = SecretKeyring([], isRequired: false)

    /// Whether something can be sealed.
    public var canSeal: Bool { !keys.isEmpty }

    /// Whether a stored text is sealed with the current key.
    public func isCurrent(_ stored: String) -> Bool {
        keys.first.map { stored.hasPrefix(Self.mark + $0.id + ":") } ?? true
    }

    /// Whether a stored text is sealed at all.
    public static func isSealed(_ stored: String) -> Bool { stored.hasPrefix(mark) }

    /// The text to keep of a secret: sealed, or as it is where there is no key and none is required.
    ///
    /// - Throws: ``SealingUnavailable`` where a key is required and there is none.
    func kept(_ text: String, of owner: String) throws -> String {
        canSeal || isRequired ? try seal(text, of: owner) : text
    }

    /// Seals a text.
    ///
    /// - Parameters:
    ///   - text: The secret.
    ///   - owner: The row and column that it belongs to; opening it asks for the same.
    /// - Throws: ``SealingUnavailable`` without a key.
    public func seal(_ text: String, of owner: String) throws -> String {
        guard let key = keys.first else { throw SealingUnavailable() }
        let box = try AES.GCM.seal(Data(text.utf8), using: key.key, authenticating: Data(owner.utf8))
        // With a nonce of the usual length there is always a combined form.
        guard let combined = box.combined else { throw SealingUnavailable() }
        return Self.mark + key.id + ":" + combined.base64EncodedString()
    }

    /// Opens a stored text.
    ///
    /// - Throws: ``SealedSecret`` where its key is not here, or where it is another row's.
    public func open(_ stored: String, of owner: String) throws -> String {
        guard stored.hasPrefix(Self.mark) else { return stored }
        let parts = stored.dropFirst(Self.mark.count).split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let key = keys.first(where: { $0.id == parts[0] }),
            let data = Data(base64Encoded: String(parts[1])), let box = try? AES.GCM.SealedBox(combined: data),
            let opened = try? AES.GCM.open(box, using: key.key, authenticating: Data(owner.utf8)),
            let text = String(data: opened, encoding: .utf8)
        else { throw SealedSecret(owner: owner, keyID: parts.first.map(String.init) ?? "") }
        return text
    }
}

/// That there is no key to seal a secret with.
public struct SealingUnavailable: Error, Sendable, Equatable {
    /// The error.
    public init() {}
}

/// A secret that cannot be opened with the keys that are here.
public struct SealedSecret: Error, Sendable, Equatable {
    /// The row and column that it belongs to, such as `channel 1/7 secret`.
    public let owner: String
    /// The id of the key that it was sealed with.
    public let keyID: String
}
