import Foundation

/// The names of the rows and columns that sealed secrets belong to: a sealed text opens for its own place alone.
enum SecretOwner {
    static func target(ofChannel id: Int64, workspaceID: Int64) -> String { "channel \(workspaceID)/\(id) target" }

    /// Of the secret and, for a day, of the former one.
    static func secret(ofChannel id: Int64, workspaceID: Int64) -> String { "channel \(workspaceID)/\(id) secret" }

    static func key(ofEmbed id: Int64, workspaceID: Int64) -> String { "embed \(workspaceID)/\(id) key" }
}

extension [UInt8] {
    /// The bytes in base64.
    var base64: String { Data(self).base64EncodedString() }

    /// The bytes of a text in base64; nil for any other text.
    init?(base64 text: String) {
        guard let data = Data(base64Encoded: text) else { return nil }
        self = Array(data)
    }
}
