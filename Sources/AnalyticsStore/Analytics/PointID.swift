public import AnalyticsCore

/// A data point's id: the day in the high bits and a number of its own below.
///
/// So the order of ids is the order of the list (newest day first, and the newest point of a day first), the key of the
/// table needs no column for the day, and a point is found by its id alone with one seek in each of the seven metrics.
/// Sixteen bits of days reach to the year 2149, 37 bits of numbers are 137 thousand million points a workspace, and
/// together they stay below 2^53, which every JSON reader can hold.
public struct PointID: Sendable, Hashable {
    /// The id as clients see it.
    public let number: Int64

    /// How many bits the number within the workspace has.
    static let sequenceBits: Int64 = 37
    /// The largest number within a workspace.
    static let largestSequence: Int64 = (1 << sequenceBits) - 1
    /// The last day that an id can carry, 2149-06-06.
    static let lastDay = Day.epoch.advanced(by: 65_535)

    /// An id that a client sent or the database holds.
    public init(number: Int64) {
        self.number = number
    }

    /// The id of a point, or nil where the day is before 1970 or after 2149 or the number is used up.
    init?(day: Day, sequence: Int64) {
        guard day >= .epoch, day <= Self.lastDay, (0...Self.largestSequence).contains(sequence) else { return nil }
        number = Int64(day.number) << Self.sequenceBits | sequence
    }

    /// The day that the point counts for.
    public var day: Day { Day.epoch.advanced(by: Int(number >> Self.sequenceBits)) }

    /// The number within the workspace.
    var sequence: Int64 { number & Self.largestSequence }

    /// The smallest number that an id of that day (or a later one, where it is out of range) can be.
    static func lowest(of day: Day) -> Int64 {
        Int64(min(max(day.number, 0), 1 << 16)) << sequenceBits
    }
}
