/// Something that happened to an alert and that others are told of.
public struct AlertEvent: Sendable, Equatable {
    /// What happened.
    public enum Kind: Sendable, CaseIterable {
        /// It was opened.
        case triggered
        /// It was read, or the rule was broken once more.
        case updated
        /// It was resolved.
        case resolved

        /// By what streams and webhooks call it.
        public var eventKind: EventKind {
            switch self {
            case .triggered: .alertTriggered
            case .updated: .alertUpdated
            case .resolved: .alertResolved
            }
        }
    }

    /// What happened.
    public let kind: Kind
    /// The alert as it was right after that.
    public let alert: Alert
    /// Whether those who are notified of alerts are to be told: not of further occurrences, nor while the rule is snoozed.
    public let notifies: Bool

    /// An event of the given parts.
    public init(_ kind: Kind, _ alert: Alert, notifies: Bool) {
        self.kind = kind
        self.alert = alert
        self.notifies = notifies
    }
}
