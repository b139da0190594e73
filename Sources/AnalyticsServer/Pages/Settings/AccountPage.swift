import AnalyticsCore
import AnalyticsStore

/// `/settings`: one's own account, with its password, mail and tokens.
struct AccountPage {
    let kit: PageKit
    let accounts: AccountStore
    let tokens: TokenStore
    /// Whether alerts can be mailed.
    let hasMail: Bool

    var route: Route { kit.page(.account, template: "settings-account", model) }

    private struct Model: Sendable {
        let tabs: [PageChoice]
        let name: String
        let email: String
        let role: String
        let shortestPassword: Int
        /// Whether one can have alerts mailed.
        let hasAlertMails: Bool
        /// Whether mail waits until the address is confirmed.
        let isUnconfirmed: Bool
        let severities: [PageOption]
        let tokens: [TokenItem]
        let pager: ListPager
        let nameLength: Int
        let scopes: [PageOption]
        /// For how long a new token can be good.
        let ends: [PageOption]
    }

    /// After how many days a new token can end.
    private static let lifetimes: [Int64] = [7, 30, 90, 365]

    @Sendable private func model(_ visit: PageKit.Visit) async throws -> any Sendable {
        var rules = FieldRules()
        let page = PageQuery(behind: rules.cursor(visit.query["cursor"], "cursor"), size: 20)
        try rules.check()
        let user = visit.session.member.user
        let hasAlertMails = hasMail && user.role.permissions.contains(.manageAlerts)
        let mailed = hasAlertMails ? try await accounts.alertEmails(of: user) : (severities: [], confirmedAt: nil)
        let found = try await tokens.list(page.slice, of: user)
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        return Model(
            tabs: SettingsTab.account.links(for: visit), name: user.name, email: user.email.text,
            role: user.role.rawValue, shortestPassword: User.shortestPassword, hasAlertMails: hasAlertMails,
            isUnconfirmed: !mailed.severities.isEmpty && mailed.confirmedAt == nil,
            severities: Severity.allCases.map { severity in
                PageOption(
                    value: severity.rawValue, label: severity.rawValue.capitalizedFirst,
                    isSelected: mailed.severities.contains(severity))
            },
            tokens: found.items.map { TokenItem($0, current: visit.session.token, words: words) },
            pager: ListPager(
                found, of: page, query: visit.query, path: SettingsTab.account.path, noun: "token",
                id: \.token.id),
            nameLength: AccessToken.nameLength.upperBound,
            scopes: Permission.allCases.filter(visit.may).map { permission in
                PageOption(value: permission.rawValue, label: Self.label(of: permission), isSelected: false)
            },
            ends: Self.lifetimes.map { days in
                let end = visit.now.advanced(bySeconds: days * 86_400)
                return PageOption(
                    value: end.description, label: "After \(days) days, \(words.time(end).text)", isSelected: false)
            })
    }

    /// What a token of that scope may be used for.
    private static func label(of permission: Permission) -> String {
        switch permission {
        case .viewAnalytics: "Read figures"
        case .ingestAnalytics: "Send, correct and import data"
        case .exportAnalytics: "Export data"
        case .manageAlerts: "See and manage alerts and rules"
        case .viewReports: "See reports"
        case .createReports: "Make reports"
        case .deleteReports: "Delete reports"
        case .manageUsers: "Manage users, read the audit log"
        case .manageWorkspace: "Change the workspace"
        }
    }
}
