import Crypto

/// What is kept of a secret that is long and of chance: its SHA-256.
enum SecretHash {
    static func of(_ secret: String) -> [UInt8] { Array(digest(of: secret)) }

    static func digest(of secret: String) -> SHA256Digest {
        var text = secret
        return text.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
    }
}
