import AnalyticsCore
import Foundation

/// The header field by which a receiver says when it wants to be asked again (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// The seconds that it names, as a number or by a date; nil where it names neither.
    static func seconds(_ text: String, now: Instant) -> Int64? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return Int64(text) ?? .max
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = .gmt
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = format.date(from: text) else { return nil }
        let seconds = date.timeIntervalSince1970 - Double(now.milliseconds) / 1000
        return Int64(exactly: seconds.rounded(.up)).map { max(0, $0) }
    }
}
