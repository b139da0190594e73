/// A point in time in UTC, to the millisecond.
public struct Instant: Sendable, Hashable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded towards the past.
    public var wholeSeconds: Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return remainder < 0 ? quotient - 1 : quotient
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
        let date = day.date
        let seconds = timeOfDay / 1000
        return String(unsafeUninitializedCapacity: 24) { bytes in
            bytes.write(date.year, digits: 4, at: 0)
            bytes[4] = UInt8(ascii: "-")
            bytes.write(date.month, digits: 2, at: 5)
            bytes[7] = UInt8(ascii: "-")
            bytes.write(date.day, digits: 2, at: 8)
            bytes[10] = UInt8(ascii: "T")
            bytes.write(seconds / 3600, digits: 2, at: 11)
            bytes[13] = UInt8(ascii: ":")
            bytes.write(seconds / 60 % 60, digits: 2, at: 14)
            bytes[16] = UInt8(ascii: ":")
            bytes.write(seconds % 60, digits: 2, at: 17)
            bytes[19] = UInt8(ascii: ".")
            bytes.write(timeOfDay % 1000, digits: 3, at: 20)
            bytes[23] = UInt8(ascii: "Z")
            return 24
        }
    }

    /// The day in UTC, and the milliseconds since its midnight.
    private var dayAndTime: (Day, Int) {
        let perDay: Int64 = 86_400_000
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: perDay)
        let days = remainder < 0 ? quotient - 1 : quotient
        return (Day.epoch.advanced(by: Int(days)), Int(remainder < 0 ? remainder + perDay : remainder))
    }
}

extension Instant {
    /// The instant that a text in the form of RFC 3339 names, or nil.
    ///
    /// `2026-11-23T10:00:00Z`, with or without a fraction of a second (what is finer than a millisecond is left out), in
    /// UTC or with an offset as in `+01:00`. A leap second counts as the one before it. Years are 1970 to 9999.
    ///
    /// - Parameter text: UTF-8 without white space around it.
    public init?(_ text: some Collection<UInt8>) {
        var rest = Array(text)[...]
        guard rest.count >= 20, let day = Day(rest.prefix(10)), day >= .epoch else { return nil }
        rest = rest.dropFirst(10)
        guard let separator = rest.popFirst(), [UInt8(ascii: "T"), UInt8(ascii: "t")].contains(separator),
            let hours = Self.number(&rest, below: 24), rest.popFirst() == UInt8(ascii: ":"),
            let minutes = Self.number(&rest, below: 60), rest.popFirst() == UInt8(ascii: ":"),
            let seconds = Self.number(&rest, below: 61)
        else { return nil }
        var milliseconds: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
            for place in 0..<3 {
                let digit = place < fraction.count ? fraction[fraction.startIndex + place] - UInt8(ascii: "0") : 0
                milliseconds = milliseconds * 10 + Int64(digit)
            }
        }
        guard let offset = Self.offset(&rest), rest.isEmpty else { return nil }
        let ofDay = Int64(hours * 3600 + minutes * 60 + min(seconds, 59) - offset)
        self.init(milliseconds: (Int64(day.number) * 86_400 + ofDay) * 1000 + milliseconds)
    }

    /// Reads two digits that are a number below a limit.
    private static func number(_ text: inout ArraySlice<UInt8>, below limit: Int) -> Int? {
        let digits = text.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        text = text.dropFirst(2)
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return number < limit ? number : nil
    }

    /// Reads `Z` or an offset such as `+01:00`, in seconds.
    private static func offset(_ text: inout ArraySlice<UInt8>) -> Int? {
        switch text.popFirst() {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            return 0
        case let sign? where sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"):
            guard let hours = number(&text, below: 24), text.popFirst() == UInt8(ascii: ":"),
                let minutes = number(&text, below: 60)
            else { return nil }
            return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
        default:
            return nil
        }
    }
}

extension Instant: Codable {
    /// An integer of milliseconds since 1970-01-01T00:00:00Z.
    public init(from decoder: any Decoder) throws {
        self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// An integer of milliseconds since 1970-01-01T00:00:00Z.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}
