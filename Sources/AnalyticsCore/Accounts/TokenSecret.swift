/// The text that proves who a request is from: `{id}|{40 letters and digits}{CRC-32 of them, 8 hex digits}`.
///
/// The form is that of Laravel Sanctum. The checksum tells a mistyped or made-up token from a real one without a look
/// into the database; it proves nothing.
public struct TokenSecret: Sendable, Equatable {
    /// The token's id.
    public let id: Int64
    /// What stands after `|`, of which only the SHA-256 is kept.
    public let secret: String

    /// A new secret for the token of that id.
    ///
    /// - Parameter generator: The source of the 238 bits of chance; pass the system's.
    public init(id: Int64, using generator: inout some RandomNumberGenerator) {
        let entropy = RandomText.lettersAndDigits(Self.entropyLength, using: &generator)
        self.id = id
        let digits = String(Self.checksum(of: Array(entropy.utf8)[...]), radix: 16)
        secret = entropy + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// The parts of a token's text, or nil where it has not the form of one or its checksum is wrong.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let bar = bytes.firstIndex(of: UInt8(ascii: "|")) else { return nil }
        let secret = bytes[(bar + 1)...]
        let entropy = secret.prefix(Self.entropyLength)
        guard secret.count == Self.entropyLength + 8, entropy.allSatisfy(Self.isLetterOrDigit),
            Self.checksum(of: entropy) == Self.hexadecimal(secret.suffix(8)),
            let id = Int64(String(decoding: bytes[..<bar], as: UTF8.self)), id > 0,
            // No plus sign and no leading zeros: one token has one text.
            String(id).utf8.elementsEqual(bytes[..<bar])
        else { return nil }
        self.id = id
        self.secret = String(decoding: secret, as: UTF8.self)
    }

    /// The whole text, as a client sends it.
    public var text: String { "\(id)|\(secret)" }

    private static let entropyLength = 40

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// CRC-32 as in ISO 3309 and zlib (reflected polynomial 0xEDB88320).
    private static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder = crcTable[Int((remainder ^ UInt32(byte)) & 0xFF)] ^ (remainder >> 8)
        }
        return remainder ^ 0xFFFF_FFFF
    }

    /// The number that eight lower-case hexadecimal digits stand for, or nil.
    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        var number: UInt32 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    private static let crcTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
}
