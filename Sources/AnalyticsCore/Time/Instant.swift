/// A point in time in UTC, to the millisecond.
public struct Instant: Sendable, Hashable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The instant so many seconds later (earlier when negative), held to what 64 bits can name.
    public func advanced(bySeconds seconds: Int64) -> Instant {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, overflowOfSum) = milliseconds.addingReportingOverflow(product)
        guard !overflow, !overflowOfSum else { return Instant(milliseconds: seconds < 0 ? .min : .max) }
        return Instant(milliseconds: sum)
    }
}

extension Instant: Comparable {
    /// Whether the left instant is the earlier one.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
}

extension Instant: CustomStringConvertible {
    /// The instant in the form of RFC 3339, always in UTC and with milliseconds: `2026-11-23T10:00:00.000Z`.
    ///
    /// Instants outside the years 1 to 9999 print the nearest day inside them.
    public var description: String {
        let (day, timeOfDay) = dayAndTime
        let seconds = timeOfDay / 1000
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0.padded(to: 2) }.joined(separator: ":")
        return "\(day)T\(time).\((timeOfDay % 1000).padded(to: 3))Z"
    }

    /// The day in UTC, and the milliseconds since its midnight.
    private var dayAndTime: (Day, Int) {
        let perDay: Int64 = 86_400_000
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: perDay)
        let days = remainder < 0 ? quotient - 1 : quotient
        return (Day.epoch.advanced(by: Int(days)), Int(remainder < 0 ? remainder + perDay : remainder))
    }
}
