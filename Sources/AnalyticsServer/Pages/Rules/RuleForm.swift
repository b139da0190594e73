import AnalyticsCore

/// The form that makes a rule or changes one.
struct RuleForm: Sendable {
    /// A metric to choose.
    struct MetricOption: Sendable {
        let value: String
        let label: String
        /// What stands behind its figures; empty for counts.
        let unit: String
        let isSelected: Bool
    }

    /// The rule's number; nil for a new one.
    let id: Int64?
    let heading: String
    /// The request that it sends.
    let api: String
    let name: String
    let metrics: [MetricOption]
    let conditions: [PageOption]
    let comparisons: [PageOption]
    let threshold: String
    let severities: [PageOption]
    let category: String
    let time: String
    let recoverThreshold: String
    let consecutiveDays: String
    let resolvesItself: Bool
    let reminderMinutes: String
    let isActive: Bool
    /// Whether something is chosen that need not be.
    let hasChoices: Bool
    let currency: String
    let timeZone: String

    /// - Parameters:
    ///   - rule: The rule that is changed; nil for a new one.
    ///   - words: Where it is written.
    init(_ rule: AlertRule?, words: PageWords) {
        let definition = rule?.definition
        id = rule?.id
        heading = definition?.name ?? "New rule"
        api = rule.map { "PATCH /api/v1/alert-rules/\($0.id)" } ?? "POST /api/v1/alert-rules"
        name = definition?.name ?? ""
        metrics = Metric.allCases.map { metric in
            MetricOption(
                value: metric.rawValue, label: metric.title,
                unit: Self.unit(of: metric, currency: words.workspace.currency),
                isSelected: metric == definition?.metric)
        }
        conditions = AlertCondition.allCases.map { condition in
            PageOption(
                value: condition.rawValue, label: Self.label(condition), isSelected: condition == definition?.condition)
        }
        comparisons = Comparison.allCases.map { comparison in
            PageOption(
                value: comparison.rawValue, label: comparison.spoken, isSelected: comparison == definition?.comparison)
        }
        threshold = definition?.threshold?.description ?? ""
        severities = Severity.allCases.map { severity in
            PageOption(
                value: severity.rawValue, label: severity.rawValue.capitalizedFirst,
                isSelected: severity == definition?.severity ?? .warning)
        }
        category = definition?.category?.text ?? ""
        time = definition?.time?.description ?? ""
        recoverThreshold = definition?.recoverThreshold?.description ?? ""
        consecutiveDays = definition.map { $0.consecutiveDays > 1 ? String($0.consecutiveDays) : "" } ?? ""
        resolvesItself = definition?.resolvesItself ?? false
        reminderMinutes = definition?.reminderMinutes.map { String($0) } ?? ""
        isActive = definition?.isActive ?? true
        hasChoices =
            resolvesItself || !isActive
            || [category, time, recoverThreshold, consecutiveDays, reminderMinutes].contains { !$0.isEmpty }
        currency = words.workspace.currency
        timeZone = words.workspace.timeZoneName
    }

    private static func label(_ condition: AlertCondition) -> String {
        switch condition {
        case .value: "Each data point"
        case .daily: "A day's total or mean"
        case .dailyChangePercent: "A day's change in a week"
        case .missing: "Missing data"
        }
    }

    private static func unit(of metric: Metric, currency: String) -> String {
        switch metric.kind {
        case .money: currency
        case .count: ""
        case .percent: "%"
        case .seconds: "s"
        }
    }
}
