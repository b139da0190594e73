public import struct Foundation.TimeZone

/// A time of the day on the clocks of some time zone, to the minute.
public struct LocalTime: Sendable, Hashable {
    /// Minutes since midnight, 0 to 1439.
    public let minutes: Int

    /// The time so many minutes after midnight, or nil outside the day.
    public init?(minutes: Int) {
        guard (0..<1440).contains(minutes) else { return nil }
        self.minutes = minutes
    }

    /// What the clocks of a zone show at an instant; seconds are left out.
    public init(of instant: Instant, in zone: TimeZone) {
        let seconds = instant.wholeSeconds
        let ofDay = (seconds + zone.offset(at: seconds)) % 86_400
        minutes = Int((ofDay + 86_400) % 86_400 / 60)
    }

    /// The time that a text of the form `09:00` names, or nil for any other text.
    public init?(_ text: some Collection<UInt8>) {
        let bytes = Array(text)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - Int(UInt8(ascii: "0")) }
        guard digits.allSatisfy((0...9).contains) else { return nil }
        let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard hour < 24, minute < 60 else { return nil }
        self.init(minutes: hour * 60 + minute)
    }

    /// The first instant at which the clocks of a zone show this time on a day, or a later one.
    ///
    /// Where the time is left out because clocks are put forward it is the first instant after the gap; where it comes
    /// twice it is the first of the two.
    public func instant(on day: Day, in zone: TimeZone) -> Instant {
        day.start(in: zone, minutes: minutes)
    }
}

extension LocalTime: CustomStringConvertible {
    /// Hours and minutes: `09:00`.
    public var description: String {
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
    }
}

extension Day {
    /// The first instant of the day on the clocks of a zone.
    public func start(in zone: TimeZone) -> Instant { start(in: zone, minutes: 0) }

    /// The first instant at which the clocks of a zone show so many minutes of this day or more.
    fileprivate func start(in zone: TimeZone, minutes: Int) -> Instant {
        let wall = Int64(number) * 86_400 + Int64(minutes) * 60
        // Offsets lie between −12 and +14 hours, and change by a few hours at most: what is right is among the offsets
        // before and after any change nearby.
        let offsets = Set([wall - 50_400, wall - 3_600, wall, wall + 3_600, wall + 43_200].map { zone.offset(at: $0) })
        let candidates = offsets.map { wall - $0 }.sorted()
        // A candidate is right where the clocks show just that time then.
        if let exact = candidates.first(where: { $0 + zone.offset(at: $0) == wall }) {
            return Instant(milliseconds: exact * 1000)
        }
        // A gap: the first second after it, found between the candidates, before which clocks show less.
        guard var low = candidates.first, var high = candidates.last else { return Instant(milliseconds: wall * 1000) }
        while low < high {
            let middle = low + (high - low) / 2
            if middle + zone.offset(at: middle) < wall { low = middle + 1 } else { high = middle }
        }
        return Instant(milliseconds: low * 1000)
    }
}
