import AnalyticsCore

/// A rule in a list of a page.
struct RuleItem: Sendable {
    let id: Int64
    let name: String
    let severity: String
    /// When it opens an alert.
    let condition: String
    /// What else was chosen; nil for nothing.
    let choices: String?
    let isActive: Bool
    /// Until when nobody is notified; nil where the rule is not snoozed.
    let snooze: String?

    init(_ rule: AlertRule, words: PageWords) {
        let definition = rule.definition
        let inWords = RuleWords(definition, figures: words.figures)
        id = rule.id
        name = definition.name
        severity = definition.severity.rawValue
        condition = inWords.condition
        choices = inWords.choices
        isActive = definition.isActive
        guard rule.isSnoozed(at: words.now) else {
            snooze = nil
            return
        }
        snooze =
            switch rule.snooze {
            case .until(let end)?: "until \(words.time(end).text)"
            case .untilRecovered?, nil: "until a figure is good again"
            }
    }
}

/// A moment until which a rule can be snoozed.
struct SnoozeChoice: Sendable {
    /// As the API takes it.
    let until: String
    let label: String

    /// What can be chosen now, on the workspace's clocks.
    static func all(words: PageWords) -> [SnoozeChoice] {
        let zone = words.workspace.timeZone
        let tomorrow = Day(of: words.now, in: zone).advanced(by: 1)
        let morning = LocalTime(minutes: 9 * 60)?.instant(on: tomorrow, in: zone)
        let moments: [(String, Instant?)] = [
            ("For an hour", words.now.advanced(bySeconds: 3_600)),
            ("For four hours", words.now.advanced(bySeconds: 4 * 3_600)), ("Until tomorrow morning", morning),
            ("For a week", words.now.advanced(bySeconds: 7 * 86_400)),
        ]
        return moments.compactMap { label, instant in
            instant.map { SnoozeChoice(until: $0.description, label: "\(label) (\(words.time($0).text))") }
        } + [SnoozeChoice(until: "recovered", label: "Until a figure is good again")]
    }
}
