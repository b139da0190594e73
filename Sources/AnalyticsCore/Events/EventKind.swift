/// What happens in a workspace and others are told of, by the names that streams and webhooks use.
public enum EventKind: String, Sendable, CaseIterable, Codable {
    /// The data has changed: points came, were corrected or removed.
    case dataIngested = "data-ingested"
    /// An alert was opened.
    case alertTriggered = "alert-triggered"
    /// An alert was read, or its rule was broken once more.
    case alertUpdated = "alert-updated"
    /// An alert was resolved.
    case alertResolved = "alert-resolved"
    /// A report was asked for, was begun or could not be made.
    case reportUpdated = "report-updated"
    /// A report is there.
    case reportCompleted = "report-completed"

    /// That a report is now as it is.
    public init(of report: Report) {
        self = report.status == .completed ? .reportCompleted : .reportUpdated
    }

    /// What one must be allowed to do to be told.
    public var permission: Permission {
        switch self {
        case .dataIngested: .viewAnalytics
        case .alertTriggered, .alertUpdated, .alertResolved: .manageAlerts
        case .reportUpdated, .reportCompleted: .viewReports
        }
    }
}
