import Foundation

/// Values that a column keeps as JSON, which is not the API's: numbers are exact integers.
enum StoredJSON {
    /// A value as it is kept.
    static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The value that was kept as a text.
    ///
    /// - Parameters:
    ///   - what: What it is, for the error.
    ///   - text: What was kept.
    /// - Throws: ``StoreError`` of code `corrupt` for any other text.
    static func value<Value: Decodable>(of what: String, in text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw StoreError(.corrupt, "\(what) that was kept cannot be read: \(error)")
        }
    }
}
