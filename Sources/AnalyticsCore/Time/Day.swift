/// A date of the proleptic Gregorian calendar, held as the number of days since 1970-01-01.
///
/// A day has no time zone; which one is today depends on where one stands, see ``init(of:in:)``.
public struct Day: Sendable, Hashable {
    /// Days since 1970-01-01; negative before it.
    public let number: Int

    /// 1970-01-01, the earliest day that a data point may have.
    public static let epoch = Day(unchecked: 0)
    /// 0001-01-01.
    public static let first = Day(unchecked: -719_162)
    /// 9999-12-31.
    public static let last = Day(unchecked: 2_932_896)

    /// The day so many days after 1970-01-01, or nil outside the years 1 to 9999.
    public init?(number: Int) {
        guard (Self.first.number...Self.last.number).contains(number) else { return nil }
        self.number = number
    }

    private init(unchecked number: Int) {
        self.number = number
    }

    /// The day of that calendar date, or nil when there is none (month 13, 30 February) or its year is not 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.lengthOfMonth(month, year: year)
        else { return nil }
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil: years are counted from
        // March, so that the leap day ends them, in eras of 400 years.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.number = era * 146_097 + dayOfEra - 719_468
    }

    /// The day that a text of the form `2026-11-23` names, or nil for any other text and for dates that do not exist.
    ///
    /// - Parameter text: Exactly four digits, two and two, with hyphens between them.
    public init?(_ text: some Collection<UInt8>) {
        guard text.count == 10 else { return nil }
        var fields = (year: 0, month: 0, day: 0)
        for (position, byte) in text.enumerated() {
            if position == 4 || position == 7 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let digit = Int(byte - UInt8(ascii: "0"))
            switch position {
            case 0...3: fields.year = fields.year * 10 + digit
            case 5, 6: fields.month = fields.month * 10 + digit
            default: fields.day = fields.day * 10 + digit
            }
        }
        self.init(year: fields.year, month: fields.month, day: fields.day)
    }

    /// The day that a text of the form `2026-11-23` names, or nil for any other text and for dates that do not exist.
    public init?(_ text: String) {
        self.init(text.utf8)
    }

    /// The day so many days later (earlier when negative), held to the years 1 to 9999.
    public func advanced(by days: Int) -> Day {
        let (sum, overflow) = number.addingReportingOverflow(days)
        guard !overflow else { return days < 0 ? .first : .last }
        return Day(unchecked: min(max(sum, Self.first.number), Self.last.number))
    }

    /// How many days later the other day is; negative when it is earlier.
    public func distance(to other: Day) -> Int {
        other.number - number
    }

    /// The year, month (1 to 12) and day of the month (1 to 31).
    public var date: (year: Int, month: Int, day: Int) {
        // The inverse of the above, civil_from_days of the same paper. Day 1 of year 1 lies in era 0, so no division
        // sees a negative number.
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// How many days the month has.
    var lengthOfMonth: Int {
        let date = date
        return Self.lengthOfMonth(date.month, year: date.year)
    }

    /// How many days ago the week began (ISO 8601): 0 on a Monday, 6 on a Sunday.
    public var daysSinceMonday: Int { (number + 719_162) % 7 }

    private static func lengthOfMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Day: Comparable {
    /// Whether the left day is the earlier one.
    public static func < (left: Day, right: Day) -> Bool { left.number < right.number }
}

extension Day: CustomStringConvertible {
    /// The date as `2026-11-23`.
    public var description: String {
        let date = date
        return String(unsafeUninitializedCapacity: 10) { bytes in
            bytes.write(date.year, digits: 4, at: 0)
            bytes[4] = UInt8(ascii: "-")
            bytes.write(date.month, digits: 2, at: 5)
            bytes[7] = UInt8(ascii: "-")
            bytes.write(date.day, digits: 2, at: 8)
            return 10
        }
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Writes a number, which is not negative, in so many decimal digits from a place on.
    func write(_ number: Int, digits: Int, at start: Int) {
        var rest = number
        for place in stride(from: start + digits - 1, through: start, by: -1) {
            self[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}

extension Int {
    /// This number, which is not negative, in decimal with leading zeros up to a width.
    func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}

extension Day: Codable {
    /// An integer of days since 1970-01-01.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let day = Day(number: try container.decode(Int.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no day of the years 1 to 9999")
        }
        self = day
    }

    /// An integer of days since 1970-01-01.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
