public import struct Foundation.Date
public import struct Foundation.TimeZone

extension Day {
    /// The day that a clock on the wall of a time zone shows at an instant.
    public init(of instant: Instant, in zone: TimeZone) {
        let seconds = instant.wholeSeconds
        self = Day.epoch.advanced(by: Int((seconds + zone.offset(at: seconds)).flooredDivision(by: .secondsPerDay)))
    }
}

/// What day it is somewhere, and until when that holds.
///
/// An answer that depends on today is good until ``end``; asking the calendar again before that is wasted.
public struct LocalDay: Sendable, Equatable {
    /// The date on the wall.
    public let day: Day
    /// The first instant of which this is no longer known: at the latest the next local midnight.
    public let end: Instant

    /// The day at an instant in a time zone.
    public init(at instant: Instant, in zone: TimeZone) {
        day = Day(of: instant, in: zone)
        let seconds = instant.wholeSeconds
        let offset = zone.offset(at: seconds)
        let midnight = ((seconds + offset).flooredDivision(by: .secondsPerDay) + 1) * .secondsPerDay - offset
        // Looked ahead is no further than the next quarter of an hour in UTC. Clocks are changed at those but for a few
        // (one minute past midnight in Newfoundland until 2011, in Casey until 2022), and never twice within one: where
        // the offset is still the same at its end, it was all the time.
        let quarter = (seconds.flooredDivision(by: 900) + 1) * 900
        let next = min(midnight, quarter)
        let isSteady = zone.offset(at: next - 1) == offset
        end = Instant(milliseconds: 0).advanced(bySeconds: isSteady ? next : seconds + 1)
    }
}

extension TimeZone {
    /// The name in IANA's database; that of the zone without an offset is `UTC`.
    public var databaseName: String { self == .gmt ? "UTC" : identifier }

    /// How many seconds the zone's clocks are ahead of UTC, so many seconds after 1970-01-01T00:00:00Z.
    func offset(at seconds: Int64) -> Int64 {
        Int64(secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
}

extension Int64 {
    fileprivate static let secondsPerDay: Int64 = 86_400

    /// The quotient rounded towards negative infinity; the divisor is positive.
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension Day {
    /// The day of an instant in UTC.
    public init(utc instant: Instant) {
        self.init(of: instant, in: .gmt)
    }

    /// The first instant of an instant's day in UTC.
    public static func startUTC(of instant: Instant) -> Instant { Day(utc: instant).start(in: .gmt) }
}
