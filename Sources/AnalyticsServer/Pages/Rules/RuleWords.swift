import AnalyticsCore

/// A rule in words.
struct RuleWords: Sendable {
    private let rule: NewAlertRule
    private let figures: FigureText

    init(_ rule: NewAlertRule, figures: FigureText) {
        self.rule = rule
        self.figures = figures
    }

    /// When an alert is opened, such as `Revenue of “Shoes”: a day's total is below 100.00 USD on 3 days in a row`.
    var condition: String {
        let subject = rule.metric.title + (rule.category.map { " of “\($0.text)”" } ?? "")
        let kind = rule.metric.aggregation == .sum ? "total" : "mean"
        let days = rule.consecutiveDays > 1 ? " on \(rule.consecutiveDays) days in a row" : ""
        let text =
            switch rule.condition {
            case .value: "a data point \(limit)"
            case .daily: "a day's \(kind) \(limit)\(days)"
            case .dailyChangePercent: "the change of a day's \(kind) against the week before \(limit)\(days)"
            case .missing: "no data point of the day by \(rule.time?.description ?? "its end")"
            }
        return "\(subject): \(text)"
    }

    /// What else was chosen, such as `decided at 09:00 · resolves itself`; nil for nothing.
    var choices: String? {
        var parts: [String] = []
        if rule.condition.isDaily, let time = rule.time { parts.append("decided at \(time)") }
        if rule.resolvesItself { parts.append("resolves itself") }
        if let recover = rule.recoverThreshold { parts.append("good again at \(amount(recover))") }
        if let minutes = rule.reminderMinutes { parts.append("reminds every \(Self.duration(minutes))") }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    private var limit: String {
        guard let comparison = rule.comparison, let threshold = rule.threshold else { return "" }
        return "\(comparison.spoken) \(amount(threshold))"
    }

    private func amount(_ amount: Amount) -> String {
        figures.value(WideAmount(amount), rule.condition == .dailyChangePercent ? .percent : rule.metric.kind)
    }

    private static func duration(_ minutes: Int) -> String {
        switch minutes {
        case let minutes where minutes.isMultiple(of: 1_440): "\(minutes / 1_440) d"
        case let minutes where minutes.isMultiple(of: 60): "\(minutes / 60) h"
        default: "\(minutes) min"
        }
    }
}
