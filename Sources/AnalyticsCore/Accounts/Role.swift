/// A user's part in a workspace: a set of permissions, not a rank.
public enum Role: String, Sendable, CaseIterable, Hashable {
    case admin, manager, analyst, viewer

    /// What a user of this role may do.
    public var permissions: Set<Permission> {
        switch self {
        case .admin: Self.ofAdmins
        case .manager: Self.ofManagers
        case .analyst: Self.ofAnalysts
        case .viewer: Self.ofViewers
        }
    }

    private static let ofAdmins = Set(Permission.allCases)
    private static let ofManagers: Set<Permission> = [
        .viewAnalytics, .ingestAnalytics, .exportAnalytics, .viewReports, .createReports,
    ]
    private static let ofAnalysts: Set<Permission> = [
        .viewAnalytics, .ingestAnalytics, .exportAnalytics, .manageAlerts, .viewReports,
    ]
    private static let ofViewers: Set<Permission> = [.viewAnalytics, .viewReports]
}
