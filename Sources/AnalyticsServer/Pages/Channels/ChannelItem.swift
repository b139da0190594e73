import AnalyticsCore

/// A channel on a page, without secrets: of a Slack URL it has the host alone.
struct ChannelItem: Sendable {
    let id: Int64
    let name: String
    let kind: String
    /// Where it leads.
    let target: String
    let severities: [PageOption]
    let isActive: Bool
    /// Why the server stopped using it; nil where it did not.
    let disabledReason: String?
    let isWebhook: Bool
    let isSlack: Bool
    let isEmail: Bool
    /// The addresses, one a line; empty unless it is mail.
    let recipients: String
    /// The addresses that have not confirmed; nil where all have.
    let unconfirmed: String?

    init(_ channel: AlertChannel) {
        let definition = channel.definition
        id = channel.id
        name = definition.name
        kind = Self.name(of: definition.target.kind)
        severities = Self.choices(definition.severities)
        isActive = definition.isActive
        disabledReason = channel.disabledReason
        isWebhook = definition.target.kind == .webhook
        isSlack = definition.target.kind == .slack
        isEmail = definition.target.kind == .email
        let waiting = channel.unconfirmed.map(\.text).joined(separator: ", ")
        unconfirmed = waiting.isEmpty ? nil : waiting
        switch definition.target {
        case .webhook(let url): (target, recipients) = (url.text, "")
        case .slack(let url): (target, recipients) = (url.origin, "")
        case .email(let addresses):
            target = definition.target.summary
            recipients = addresses.map(\.text).joined(separator: "\n")
        }
    }

    /// Severities to choose from.
    static func choices(_ chosen: [Severity]) -> [PageOption] {
        Severity.allCases.map { severity in
            PageOption(
                value: severity.rawValue, label: severity.rawValue.capitalizedFirst,
                isSelected: chosen.contains(severity))
        }
    }

    private static func name(of kind: ChannelTarget.Kind) -> String {
        switch kind {
        case .webhook: "Webhook"
        case .slack: "Slack"
        case .email: "Email"
        }
    }
}

/// What was sent through a channel, on a page.
struct DeliveryItem: Sendable {
    /// One try.
    struct Attempt: Sendable {
        let time: PageWords.Time
        let text: String
    }

    let id: Int64
    /// What it told of, such as `Alert opened`.
    let event: String
    let messageID: String
    /// `waiting`, `delivered` or `failed`.
    let status: String
    /// The class of its badge.
    let meaning: String
    /// How often it was tried, such as `3 tries`.
    let attempts: String
    /// The latest tries, the last first.
    let tries: [Attempt]
    /// What the last try came to; nil before the first.
    let result: String?
    /// When it is tried next; nil where it is not.
    let next: PageWords.Time?
    /// What the button says that sends it once more.
    let again: String
    let time: PageWords.Time

    init(_ delivery: Delivery, words: PageWords) {
        id = delivery.id
        event = Self.text(delivery.event)
        messageID = delivery.messageID
        (status, meaning) =
            switch delivery.status {
            case .pending: ("waiting", "info")
            case .delivered: ("delivered", "good")
            case .failed: ("failed", "critical")
            }
        attempts =
            switch delivery.attemptCount {
            case 0: "not tried yet"
            case 1: "1 try"
            default: "\(delivery.attemptCount) tries"
            }
        tries = delivery.attempts.map { Attempt(time: words.time($0.at), text: Self.text($0)) }
        result = delivery.attempts.first.map(Self.text)
        next = delivery.nextAttemptAt.map { words.time($0) }
        again = delivery.status == .pending ? "Send now" : "Send again"
        time = words.time(delivery.createdAt)
    }

    private static func text(_ attempt: Delivery.Attempt) -> String {
        let code = attempt.statusCode.map { String($0) }
        let parts = [code, attempt.error].compactMap { $0 }
        return (parts.isEmpty ? "arrived" : parts.joined(separator: ": ")) + " (\(attempt.milliseconds) ms)"
    }

    private static func text(_ event: Notice.Event) -> String {
        switch event {
        case .triggered: "Alert opened"
        case .updated: "Reminder"
        case .resolved: "Alert resolved"
        case .digest: "Alerts of a minute"
        case .reportCompleted: "Report completed"
        case .test: "Test"
        case .confirmation: "Question whether an address wants mail"
        }
    }
}
