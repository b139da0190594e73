import AnalyticsCore

/// An alert in a list of a page.
struct AlertItem: Sendable {
    let id: Int64
    let severity: String
    let status: String
    let message: String
    let rule: String
    /// Where the rule is; nil where it was deleted.
    let rulePath: String?
    /// When it was triggered last.
    let time: PageWords.Time
    let occurrences: Int
    let isRepeated: Bool
    let isUnread: Bool
    let isResolved: Bool
    /// Who resolved it, and the note; nil where nobody did.
    let resolution: String?

    init(_ alert: Alert, words: PageWords) {
        id = alert.id
        severity = alert.severity.rawValue
        status = alert.status.rawValue
        message = AlertSentence(alert).text
        rule = alert.rule?.name ?? "a rule that was deleted"
        rulePath = alert.rule.map { "/rules/\($0.id)" }
        time = words.time(alert.lastTriggeredAt)
        occurrences = alert.occurrences
        isRepeated = alert.occurrences > 1
        isUnread = alert.status == .unread
        isResolved = alert.status == .resolved
        resolution = alert.resolution.map { resolution in
            let person = resolution.person.map { " by \($0.name)" } ?? ""
            return "Resolved\(person) \(words.time(resolution.at).age)" + (resolution.note.map { ": \($0)" } ?? "")
        }
    }
}
