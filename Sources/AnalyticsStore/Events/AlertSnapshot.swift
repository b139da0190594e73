import AnalyticsCore
import Foundation

/// An alert as it was at a moment, as the log and the outbox keep it.
enum AlertSnapshot {
    /// As JSON with exact integers, which is not the API's.
    static func text(of alert: Alert) throws -> String {
        String(decoding: try JSONEncoder().encode(alert), as: UTF8.self)
    }

    /// The alert that a text is of.
    ///
    /// - Throws: ``StoreError`` of code `corrupt` for any other text.
    static func alert(_ text: String) throws -> Alert {
        do {
            return try JSONDecoder().decode(Alert.self, from: Data(text.utf8))
        } catch {
            throw StoreError(.corrupt, "an alert that was kept cannot be read: \(error)")
        }
    }
}
