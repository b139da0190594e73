extension FigureText {
    /// A value as a card shows it at a glance, such as `12,345.67 USD`, `1.27 M USD`, `3.2 %` or `3 m 25 s`; a dash where there
    /// is none.
    ///
    /// From a million on money and counts have three digits that count, percentages have one decimal and durations whole
    /// seconds, all of them rounded half away from zero. The exact value is ``value(_:_:)``.
    public func glance(_ value: WideAmount?, _ kind: Metric.Kind) -> String {
        guard let value else { return "–" }
        switch kind {
        case .money, .count:
            let short = Self.short(value)
            guard let short else { return self.value(value, kind) }
            return short + (kind == .money ? " \(currency)" : "")
        case .percent: return Self.rounded(value, to: 1) + " %"
        case .seconds: return Self.duration(value)
        }
    }

    /// A percentage with its sign and one decimal, such as `+12.5 %`; a dash where there is none.
    public func glance(change percentage: Percentage?) -> String {
        guard let percentage else { return "–" }
        let text = Self.rounded(WideAmount(tenThousandths: percentage.hundredths * 100), to: 1)
        return (percentage.hundredths > 0 ? "+" : "") + text + " %"
    }

    /// A number of a million or more in three digits with a letter; nil for less.
    private static func short(_ value: WideAmount) -> String? {
        let units: [(size: Int128, letter: String)] = [
            (1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"),
        ]
        let magnitude = value.tenThousandths.magnitude / 10_000
        guard let unit = units.first(where: { magnitude >= $0.size.magnitude }) else { return nil }
        let whole = magnitude / unit.size.magnitude
        let digits = whole >= 100 ? 0 : whole >= 10 ? 1 : 2
        return rounded(WideAmount(tenThousandths: value.tenThousandths / unit.size), to: digits) + " \(unit.letter)"
    }

    /// A number with so many decimals, at most four.
    private static func rounded(_ value: WideAmount, to digits: Int) -> String {
        let step = (0..<(4 - min(max(digits, 0), 4))).reduce(Int128(1)) { step, _ in step * 10 }
        let half = value.tenThousandths < 0 ? -step / 2 : step / 2
        let rounded = WideAmount(tenThousandths: (value.tenThousandths + half) / step * step)
        return grouped(rounded.description, fraction: digits, always: digits > 0)
    }

    /// Seconds as hours, minutes and seconds, without those that are zero in front.
    private static func duration(_ value: WideAmount) -> String {
        let half: Int128 = value.tenThousandths < 0 ? -5_000 : 5_000
        let seconds = ((value.tenThousandths + half) / 10_000).magnitude
        let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        let shown = parts.drop { $0.0 == 0 && $0.1 != "s" }
        let sign = value.tenThousandths <= -5_000 ? "−" : ""
        return sign
            + shown.map { number, unit in "\(grouped(String(number), fraction: 0)) \(unit)" }.joined(separator: " ")
    }
}
