/// A user's part in a workspace: a set of permissions, not a rank.
public enum Role: String, Sendable, CaseIterable, Hashable {
    case admin, manager, analyst, viewer

    /// What a user of this role may do.
    public var permissions: Set<Permission> {
        switch self {
        case .admin: Set(Permission.allCases)
        case .manager: [.viewAnalytics, .ingestAnalytics, .exportAnalytics, .viewReports, .createReports]
        case .analyst: [.viewAnalytics, .ingestAnalytics, .exportAnalytics, .manageAlerts, .viewReports]
        case .viewer: [.viewAnalytics, .viewReports]
        }
    }
}
