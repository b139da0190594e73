/// What a channel or a user is told, as it was when it happened.
public struct Notice: Sendable, Equatable, Codable {
    /// What it tells of; the names are those of the stream and of webhooks.
    public enum Event: String, Sendable, CaseIterable, Codable {
        case triggered = "alert-triggered"
        /// A reminder of an alert that is still open.
        case updated = "alert-updated"
        case resolved = "alert-resolved"
        /// Nothing happened: somebody wants to see whether it arrives.
        case test

        /// What happened to an alert.
        public init(_ kind: AlertEvent.Kind) {
            switch kind {
            case .triggered: self = .triggered
            case .updated: self = .updated
            case .resolved: self = .resolved
            }
        }
    }

    /// What happened.
    public let event: Event
    /// When.
    public let at: Instant
    /// The workspace's name.
    public let workspace: String
    /// The alert as it was right after that; nil for a test.
    public let alert: Alert?

    /// A notice of the given parts.
    public init(event: Event, at: Instant, workspace: String, alert: Alert?) {
        self.event = event
        self.at = at
        self.workspace = workspace
        self.alert = alert
    }

    /// What happened, as one line for people: "Critical alert: Low revenue".
    public var title: String {
        guard let alert else { return "Test notification" }
        let name = alert.rule?.name ?? alert.metric.spoken
        return switch event {
        case .triggered: "\(alert.severity.rawValue.capitalizedFirst) alert: \(name)"
        case .updated: "Reminder, still open: \(name)"
        case .resolved: "Resolved: \(name)"
        case .test: "Test notification"
        }
    }

    /// The whole story, as sentences for people.
    public var message: String {
        alert?.message ?? "This is a test. Notifications of the workspace \(workspace) arrive here."
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
