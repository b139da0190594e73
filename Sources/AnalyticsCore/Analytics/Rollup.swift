/// What is kept of a set of data points instead of looking at each: how many, their sum, the smallest and the largest.
public struct Rollup: Sendable, Equatable {
    /// How many points there are, at least one.
    public private(set) var count: Int
    /// The sum of their values.
    public private(set) var sum: Amount
    /// The smallest value.
    public private(set) var minimum: Amount
    /// The largest value.
    public private(set) var maximum: Amount

    /// The rollup of a single point.
    public init(_ value: Amount) {
        self.init(count: 1, sum: value, minimum: value, maximum: value)
    }

    /// A rollup of which the parts are known.
    public init(count: Int, sum: Amount, minimum: Amount, maximum: Amount) {
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }

    /// The rollup of both sets of points, or nil where the sum or the count would leave 64 bits.
    public func merging(_ other: Rollup) -> Rollup? {
        let (count, overflow) = count.addingReportingOverflow(other.count)
        guard !overflow, let sum = sum.adding(other.sum) else { return nil }
        return Rollup(
            count: count, sum: sum, minimum: min(minimum, other.minimum), maximum: max(maximum, other.maximum))
    }
}
