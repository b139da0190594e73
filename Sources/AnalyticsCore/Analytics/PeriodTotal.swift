/// A metric's points of a whole period: how many there are and what they add up to.
public struct PeriodTotal: Sendable, Equatable {
    /// How many points.
    public private(set) var count: Int
    /// The sum of their values.
    public private(set) var sum: WideAmount

    /// No points.
    public static let none = PeriodTotal(count: 0, sum: .zero)

    /// So many points with that sum.
    public init(count: Int, sum: WideAmount) {
        self.count = count
        self.sum = sum
    }

    /// Adds the points of a day.
    ///
    /// A period has at most ``Period/longest`` days and a day at most 2^37 points, so neither number can overflow.
    public mutating func add(_ count: Int, sum: Amount) {
        self.count += count
        self.sum = self.sum + sum
    }

    /// Adds the points of other days of the same period, with the same bounds.
    public mutating func add(_ other: PeriodTotal) {
        count += other.count
        sum = WideAmount(tenThousandths: sum.tenThousandths + other.sum.tenThousandths)
    }

    /// The period's one value: the sum, or the mean rounded half to even; a mean over no points is nil.
    public func value(_ aggregation: Metric.Aggregation) -> WideAmount? {
        switch aggregation {
        case .sum: sum
        case .mean: sum.mean(over: count)
        }
    }
}
