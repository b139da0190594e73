import AnalyticsCore
import Crypto

/// The end of an embed's public link: whose it is and which, signed with the embed's own key (HMAC-SHA256, RFC 2104).
///
/// Nobody can make one for another embed, and a removed embed takes its key with it.
struct EmbedLink {
    let workspaceID: Int64
    let embedID: Int64
    private let signature: [UInt8]

    init(to embed: ChartEmbed, workspaceID: Int64) {
        self.workspaceID = workspaceID
        embedID = embed.id
        let key = SymmetricKey(data: embed.key)
        signature = Array(HMAC<SHA256>.authenticationCode(for: Self.signed(workspaceID, embed.id), using: key))
    }

    /// Nil for what ``text`` never makes.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let workspaceID = Int64(parts[0]), let embedID = Int64(parts[1]),
            let signature = [UInt8](hexadecimal: parts[2]), signature.count == SHA256.byteCount
        else { return nil }
        self.workspaceID = workspaceID
        self.embedID = embedID
        self.signature = signature
        // Of several spellings of one link only that of ``text`` is one.
        guard self.text == text else { return nil }
    }

    /// As in `1-5-9f86…`: workspace, embed and 64 hexadecimal digits.
    var text: String { "\(workspaceID)-\(embedID)-\(signature.hexadecimal)" }

    /// Whether it was signed for that embed; how long that takes tells nothing of the key.
    func isSigned(for embed: ChartEmbed) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            signature, authenticating: Self.signed(workspaceID, embedID), using: SymmetricKey(data: embed.key))
    }

    private static func signed(_ workspaceID: Int64, _ embedID: Int64) -> [UInt8] {
        Array("chart \(workspaceID) \(embedID)".utf8)
    }
}

extension [UInt8] {
    /// The bytes that pairs of lower-case hexadecimal digits are, or nil.
    fileprivate init?(hexadecimal text: some StringProtocol) {
        let digits = text.utf8.map { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard digits.count.isMultiple(of: 2) else { return nil }
        self.init()
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            append(high << 4 | low)
        }
    }
}
