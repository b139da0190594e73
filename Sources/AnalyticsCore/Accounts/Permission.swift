/// Something that a user may do, and the scope of a token that may be used for it.
public enum Permission: String, Sendable, CaseIterable, Hashable {
    case viewAnalytics = "view-analytics"
    case ingestAnalytics = "ingest-analytics"
    case exportAnalytics = "export-analytics"
    case manageAlerts = "manage-alerts"
    case viewReports = "view-reports"
    case createReports = "create-reports"
    case deleteReports = "delete-reports"
    case manageUsers = "manage-users"
    case manageWorkspace = "manage-workspace"
}
