/// What a rule looks at.
public enum AlertCondition: String, Sendable, CaseIterable, Hashable, Codable {
    /// The value of each data point.
    case value
    /// A day's sum or mean, as charts show it.
    case daily
    /// By how many percent a day's sum or mean differs from that of the same day a week before.
    case dailyChangePercent = "daily_change_percent"
    /// That there is no data point for the day by a time of that day.
    case missing

    /// Whether it looks at a day's sum or mean.
    public var isDaily: Bool { self == .daily || self == .dailyChangePercent }
}
