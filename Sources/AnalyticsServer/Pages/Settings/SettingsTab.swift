import AnalyticsCore

/// One of the pages of settings.
enum SettingsTab: String, CaseIterable {
    case account, team, workspace, audit

    var path: String { self == .account ? "/settings" : "/settings/\(rawValue)" }

    var title: String {
        switch self {
        case .account: "My account"
        case .team: "Team"
        case .workspace: "Workspace"
        case .audit: "Audit log"
        }
    }

    /// What one must be allowed to do to go there; nil for everybody.
    var permission: Permission? {
        switch self {
        case .account: nil
        case .team, .audit: .manageUsers
        case .workspace: .manageWorkspace
        }
    }

    /// The tabs that somebody may open, from this one, for the template `settings-tabs`.
    func links(for visit: PageKit.Visit) -> [PageChoice] {
        Self.allCases.filter { $0.permission.map(visit.may) ?? true }.map { tab in
            PageChoice(label: tab.title, path: tab.path, isCurrent: tab == self)
        }
    }
}

extension PageKit {
    /// A page of settings.
    func page(
        _ tab: SettingsTab, template: String, _ model: @escaping @Sendable (Visit) async throws -> any Sendable
    ) -> Route {
        page(tab.path, .settings, title: tab.title, permission: tab.permission, template: template, model)
    }
}
