public import AnalyticsCore

extension NewAlertRule {
    /// A rule of which a test says only what it is about: a revenue below 100 unless told otherwise.
    static func fixture(
        _ metric: Metric = .revenue, _ comparison: Comparison? = .below, _ threshold: Amount? = 100,
        category: String? = nil, condition: AlertCondition = .value, at time: LocalTime? = nil,
        recover: Amount? = nil, days: Int = 1, resolvesItself: Bool = false
    ) -> NewAlertRule {
        NewAlertRule(
            name: "Low", metric: metric, category: category.map { Label($0) }, condition: condition,
            comparison: comparison, threshold: threshold, severity: .warning, time: time, recoverThreshold: recover,
            consecutiveDays: days, resolvesItself: resolvesItself)
    }
}

extension Amount: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// A whole number that is written down.
    public init(integerLiteral value: Int64) {
        self.init(tenThousandths: value * 10_000)
    }

    /// For tests alone: up to four decimals that are written down.
    public init(floatLiteral value: Double) {
        self.init(tenThousandths: Int64((value * 10_000).rounded()))
    }
}

extension Day {
    /// 2026-11-23, a Monday.
    static let d0 = Day.epoch.advanced(by: 20_780)
}
