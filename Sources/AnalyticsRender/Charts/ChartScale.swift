import AnalyticsCore

/// The values along a vertical axis: evenly spaced round ones, from the lowest that the axis shows to the highest.
struct ChartScale {
    /// At least two and at most as many as were asked for, lowest first, all of them multiples of 1, 2, 2.5 or 5 times
    /// a power of ten.
    let ticks: [WideAmount]

    /// What lies farther from zero is drawn at the edge: 10^22, which no total of stored data comes near.
    static let limit: Int128 = 100_000_000_000_000_000_000_000_000

    private let low: Int128
    private let high: Int128

    /// The closest scale that holds all values.
    ///
    /// Zero is on it where that is asked for, where there are negative values, and where the lowest value is not more
    /// than half of the highest: a scale that begins above zero is for values that lie close together. Without values
    /// it goes from 0 to 1.
    ///
    /// - Parameters:
    ///   - values: What the scale has to hold.
    ///   - kind: What is measured; counts that are whole have whole ticks.
    ///   - includesZero: Whether zero is on the scale in any case.
    ///   - most: How many ticks there may be; fewer than three would not do for values on both sides of zero.
    init(covering values: [WideAmount], kind: Metric.Kind, includesZero: Bool, most: Int = 5) {
        let numbers = values.map { min(max($0.tenThousandths, -Self.limit), Self.limit) }
        var low = numbers.min() ?? 0
        var high = numbers.max() ?? 0
        if includesZero || low <= high / 2 || low == high {
            low = min(low, 0)
            high = max(high, 0)
        } else {
            // Values that hardly differ are not blown up to the whole height.
            low = min(low, high - high / 20)
        }
        // Without anything above or below zero the next whole number is the other end.
        let isFlat = low == high
        if isFlat { high = 10_000 }
        let isWhole = isFlat || kind == .count && numbers.allSatisfy { $0.isMultiple(of: 10_000) }
        let step = Self.step(from: low, to: high, atLeast: isWhole ? 10_000 : 1, most: max(most, 3))
        let first = Self.multiple(of: step, upTo: low)
        let last = -Self.multiple(of: step, upTo: -high)
        // A stride would count in Int, which does not hold such steps.
        ticks = (0...(last - first) / step).map { WideAmount(tenThousandths: first + $0 * step) }
        self.low = first
        self.high = last
    }

    /// Whether zero is on the scale.
    var hasZero: Bool { low <= 0 && high >= 0 }

    /// Where a value lies: 0 at the lowest tick and 1 at the highest.
    func position(of value: WideAmount) -> Double {
        let number = min(max(value.tenThousandths, low), high)
        return Double(number - low) / Double(high - low)
    }

    /// The ticks as text without unit, all with the same number of decimals, from a million on in millions (`1.5M`),
    /// billions (`B`) or trillions (`T`) where that takes no digit away.
    func labels(_ text: FigureText, kind: Metric.Kind) -> [String] {
        let largest = max(low.magnitude, high.magnitude) / 10_000
        let units: [(suffix: String, size: Int128)] = [
            ("T", 1_000_000_000_000), ("B", 1_000_000_000), ("M", 1_000_000),
        ]
        let unit = units.first { unit in
            largest >= unit.size.magnitude && ticks.allSatisfy { $0.tenThousandths.isMultiple(of: unit.size) }
        }
        let numbers = ticks.map { tick in
            text.number(WideAmount(tenThousandths: tick.tenThousandths / (unit?.size ?? 1)), .count)
        }
        var decimals = numbers.map { $0.split(separator: ".").dropFirst().first?.count ?? 0 }.max() ?? 0
        if kind == .money, unit == nil, decimals == 1 { decimals = 2 }
        return zip(ticks, numbers).map { tick, number in
            guard tick != .zero else { return number }
            let parts = number.split(separator: ".")
            let fraction = parts.dropFirst().first ?? ""
            let zeros = String(repeating: "0", count: max(0, decimals - fraction.count))
            let point = fraction.isEmpty && !zeros.isEmpty ? "." : ""
            return number + point + zeros + (unit?.suffix ?? "")
        }
    }

    /// The smallest round step with which so many ticks hold both ends.
    private static func step(from low: Int128, to high: Int128, atLeast least: Int128, most: Int) -> Int128 {
        var power: Int128 = 1
        while power <= limit {
            // Two and a half ten-thousandths are none of what an amount can be.
            let steps = power >= 10 ? [power, power * 2, power / 10 * 25, power * 5] : [1, 2, 5]
            for step in steps where step >= least && step.isMultiple(of: least) {
                let count = (-multiple(of: step, upTo: -high) - multiple(of: step, upTo: low)) / step + 1
                if count <= most { return step }
            }
            power *= 10
        }
        return limit * 2
    }

    /// The largest multiple of a step that is not above a number.
    private static func multiple(of step: Int128, upTo number: Int128) -> Int128 {
        let remainder = number % step
        return number - remainder - (remainder < 0 ? step : 0)
    }
}
