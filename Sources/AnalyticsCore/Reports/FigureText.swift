/// How figures are written where people read them: with separators between thousands and a unit, exact to the last digit.
public struct FigureText: Sendable, Equatable {
    /// The workspace's currency, ISO 4217.
    public let currency: String

    /// Writes money in a currency, ISO 4217.
    public init(currency: String) {
        self.currency = currency
    }

    /// A value with its unit, such as `1,234.50 EUR`, `12,000`, `3.25 %` or `205.4 s`; a dash where there is none.
    ///
    /// - Parameters:
    ///   - value: What is written, with at least two decimals where it is money.
    ///   - kind: What it measures.
    public func value(_ value: WideAmount?, _ kind: Metric.Kind) -> String {
        guard let value else { return "–" }
        return Self.grouped(value.description, fraction: kind == .money ? 2 : 0, always: kind == .money) + unit(kind)
    }

    /// A value without its unit; money that is whole without decimals.
    public func number(_ value: WideAmount, _ kind: Metric.Kind) -> String {
        Self.grouped(value.description, fraction: kind == .money ? 2 : 0)
    }

    /// A whole number, such as `1,170`.
    public static func whole(_ number: Int) -> String { grouped(String(number), fraction: 0) }

    /// A percentage with its sign, such as `+12.5 %` or `−3 %`; a dash where there is none.
    public func change(_ percentage: Percentage?) -> String {
        guard let percentage else { return "–" }
        let sign = percentage.hundredths > 0 ? "+" : ""
        return sign + Self.grouped(percentage.description, fraction: 0) + " %"
    }

    /// A share, such as `12.50 %`; a dash where there is none.
    public func share(_ percentage: Percentage?) -> String {
        guard let percentage else { return "–" }
        return Self.grouped(percentage.description, fraction: 2, always: true) + " %"
    }

    private func unit(_ kind: Metric.Kind) -> String {
        switch kind {
        case .money: " \(currency)"
        case .count: ""
        case .percent: " %"
        case .seconds: " s"
        }
    }

    /// A decimal with separators between thousands and a minus in the place of the hyphen.
    ///
    /// - Parameters:
    ///   - decimal: Digits, perhaps with a hyphen before and a fraction behind.
    ///   - fraction: How many decimals there are at least where there are any.
    ///   - always: Whether there are that many in any case.
    static func grouped(_ decimal: String, fraction: Int, always: Bool = false) -> String {
        let isNegative = decimal.hasPrefix("-")
        let parts = decimal.drop { $0 == "-" }.split(separator: ".")
        var text = ""
        let whole = parts.first ?? "0"
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        var decimals = parts.count > 1 ? String(parts[1]) : ""
        if !decimals.isEmpty || always {
            decimals += String(repeating: "0", count: max(0, fraction - decimals.count))
            text += "." + decimals
        }
        return (isNegative ? "−" : "") + text
    }
}
