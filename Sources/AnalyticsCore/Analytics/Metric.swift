/// One of the seven figures of a business that data points are about.
public enum Metric: String, Sendable, CaseIterable, Hashable, Codable {
    case revenue
    case users
    case orders
    case conversionRate = "conversion_rate"
    case bounceRate = "bounce_rate"
    case sessionDuration = "session_duration"
    case pageViews = "page_views"

    /// How the points of a period become its one value.
    public enum Aggregation: Sendable {
        /// They add up; a period without points is zero.
        case sum
        /// Their mean; a period without points has none.
        case mean
    }

    /// What a metric measures.
    public enum Kind: Sendable {
        /// Money in the workspace's currency.
        case money
        /// A number of things.
        case count
        /// A share in percent.
        case percent
        /// A length of time in seconds.
        case seconds
    }

    /// Which way is the good one.
    public enum Direction: Sendable {
        case up, down
    }

    /// The metric of that name, in UTF-8, or nil.
    public init?(name: ArraySlice<UInt8>) {
        // No name is longer, and whoever sends a megabyte here shall not have it copied.
        guard name.count <= 16 else { return nil }
        self.init(rawValue: String(decoding: name, as: UTF8.self))
    }

    /// What it measures.
    public var kind: Kind {
        switch self {
        case .revenue: .money
        case .users, .orders, .pageViews: .count
        case .conversionRate, .bounceRate: .percent
        case .sessionDuration: .seconds
        }
    }

    /// How a period's value comes about: money and counts add up, rates and durations are means over data points.
    public var aggregation: Aggregation {
        switch kind {
        case .money, .count: .sum
        case .percent, .seconds: .mean
        }
    }

    /// Which way is the good one: fewer visitors who bounce is better, more of anything else is.
    public var goodDirection: Direction {
        self == .bounceRate ? .down : .up
    }

    /// The unit as the API names it: the currency's code for money, else `count`, `percent` or `seconds`.
    ///
    /// - Parameter currency: The workspace's currency, ISO 4217.
    public func unit(currency: String) -> String {
        switch kind {
        case .money: currency
        case .count: "count"
        case .percent: "percent"
        case .seconds: "seconds"
        }
    }

    /// Its name as a title: "Conversion rate".
    public var title: String {
        switch self {
        case .revenue: "Revenue"
        case .users: "Users"
        case .orders: "Orders"
        case .conversionRate: "Conversion rate"
        case .bounceRate: "Bounce rate"
        case .sessionDuration: "Session duration"
        case .pageViews: "Page views"
        }
    }
}
