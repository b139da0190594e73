/// How a figure is held against a threshold: the figure stands on the left.
public enum Comparison: String, Sendable, CaseIterable, Hashable, Codable {
    case below = "<"
    case above = ">"
    case atMost = "<="
    case atLeast = ">="
    case equal = "="

    /// Whether it holds, by exact decimals.
    public func holds(_ value: Amount, _ threshold: Amount) -> Bool {
        switch self {
        case .below: value < threshold
        case .above: value > threshold
        case .atMost: value <= threshold
        case .atLeast: value >= threshold
        case .equal: value == threshold
        }
    }

    /// Whether more points that add to a sum can make it hold for the sum, but not end it: `>` and `>=`.
    public var isRising: Bool { self == .above || self == .atLeast }

    /// How it reads between a figure and a threshold: "is below".
    public var spoken: String {
        switch self {
        case .below: "is below"
        case .above: "is above"
        case .atMost: "is at or below"
        case .atLeast: "is at or above"
        case .equal: "is exactly"
        }
    }
}
