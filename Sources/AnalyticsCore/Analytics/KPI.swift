/// A metric's value of a period beside that of the period before, and what the difference means.
public struct KPI: Sendable, Equatable {
    /// Which way a value went.
    public enum Trend: String, Sendable {
        case up, down, flat
    }

    /// The period's sum or mean; nil for a mean over no points.
    public let value: WideAmount?
    /// The same of the period before.
    public let previousValue: WideAmount?
    /// `(value − previous) / |previous|` in percent, rounded half to even at two decimals; nil where the base is zero
    /// or either value is nil.
    ///
    /// It is computed from the exact fractions, not from the rounded means.
    public let changePercent: Percentage?
    /// Which way it went; nil where either value is nil.
    public let trend: Trend?
    /// Whether that is good for this metric; nil where there is no trend or it is flat.
    public let isGood: Bool?
    /// How many data points the value is of.
    public let count: Int

    /// Compares a metric's two periods.
    public init(of metric: Metric, current: PeriodTotal, previous: PeriodTotal) {
        value = current.value(metric.aggregation)
        previousValue = previous.value(metric.aggregation)
        count = current.count
        guard value != nil, previousValue != nil else {
            (changePercent, trend, isGood) = (nil, nil, nil)
            return
        }
        let change = Change(
            from: Fraction(previous, aggregation: metric.aggregation),
            to: Fraction(current, aggregation: metric.aggregation))
        changePercent = change.percent
        trend = change.trend
        isGood =
            switch change.trend {
            case .up: metric.goodDirection == .up
            case .down: metric.goodDirection == .down
            case .flat: nil
            }
    }
}

/// A period's value before any rounding.
private struct Fraction {
    let numerator: Int128
    let denominator: Int128

    init(_ total: PeriodTotal, aggregation: Metric.Aggregation) {
        numerator = total.sum.tenThousandths
        denominator = aggregation == .sum ? 1 : Int128(total.count)
    }
}

/// The exact difference of two fractions.
private struct Change {
    let trend: KPI.Trend
    let percent: Percentage?

    init(from old: Fraction, to new: Fraction) {
        // Over their common denominator the fractions are left and right. A sum stays below 2^72 and a count below 2^46
        // (366 days of 2^63 and 2^37), so both stay below 2^118. Beyond 2^127, which no stored data reaches, the trend
        // is still right and the percentage is left out rather than wrong.
        let left = new.numerator.multipliedFullWidth(by: old.denominator)
        let right = old.numerator.multipliedFullWidth(by: new.denominator)
        trend = left == right ? .flat : left > right ? .up : .down
        percent = Self.percent(from: Int128(exactly: right), to: Int128(exactly: left))
    }

    private static func percent(from old: Int128?, to new: Int128?) -> Percentage? {
        guard let old, let new, old != 0 else { return nil }
        let (difference, overflow) = new.subtractingReportingOverflow(old)
        // Hundredths of a percent: times 100 for percent, times 100 again for the two decimals.
        let scaled = difference.magnitude.multipliedFullWidth(by: 10_000)
        guard !overflow, scaled.high < old.magnitude else { return nil }
        let (quotient, remainder) = old.magnitude.dividingFullWidth(scaled)
        guard quotient < Int128.max.magnitude else { return nil }
        let hundredths = Int128(quotient.roundedHalfToEven(remainder, of: old.magnitude))
        return Percentage(hundredths: difference < 0 ? -hundredths : hundredths)
    }
}

extension Int128 {
    /// A product of full width, or nil where it does not fit.
    fileprivate init?(exactly product: (high: Int128, low: UInt128)) {
        self.init(truncatingIfNeeded: product.low)
        guard product.high == (self < 0 ? -1 : 0) else { return nil }
    }
}
