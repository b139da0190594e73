/// A run of whole days, both ends included.
public struct Period: Sendable, Hashable {
    /// The first day.
    public let from: Day
    /// The last day.
    public let to: Day

    /// The lengths in days that a client may ask for by number.
    public static let lengths = [7, 14, 30]
    /// How many days a period of a client's own choice may have.
    public static let longest = 366

    /// The days from one to another, or nil where that is none or more than ``longest``.
    public init?(from: Day, to: Day) {
        guard from <= to, from.distance(to: to) < Self.longest else { return nil }
        self.from = from
        self.to = to
    }

    /// So many days that end with one, at least one and at most ``longest``; fewer where year 1 begins among them.
    public init(days: Int, endingOn last: Day) {
        to = last
        from = last.advanced(by: 1 - min(max(days, 1), Self.longest))
    }

    /// How many days there are.
    public var length: Int { from.distance(to: to) + 1 }

    /// Each day, earliest first.
    public var days: [Day] { (0..<length).map(from.advanced(by:)) }

    /// The period of the same length that ends on the day before this one begins.
    ///
    /// Where the calendar has not that many days left it is shorter, and before ``Day/first`` it is that day alone.
    public var previous: Period { Period(days: length, endingOn: from.advanced(by: -1)) }

    /// Whether the day is one of these.
    public func contains(_ day: Day) -> Bool { from <= day && day <= to }
}

extension Period: Codable {
    private enum CodingKeys: String, CodingKey {
        case from, to
    }

    /// The members `from` and `to`, both days.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let period = Period(
            from: try members.decode(Day.self, forKey: .from), to: try members.decode(Day.self, forKey: .to))
        guard let period else {
            throw DecodingError.dataCorruptedError(
                forKey: .to, in: members, debugDescription: "no period of 1 to 366 days")
        }
        self = period
    }

    /// The members `from` and `to`, both days.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(from, forKey: .from)
        try members.encode(to, forKey: .to)
    }
}
