import AnalyticsCore
import AnalyticsStore

/// `/settings/team`: who is in the workspace, and who may come.
struct TeamPage {
    let kit: PageKit
    let members: MemberStore
    let invitations: InvitationStore
    /// Whether invitations are mailed, too.
    let hasMail: Bool

    var route: Route { kit.page(.team, template: "settings-team", model) }

    private struct Model: Sendable {
        let tabs: [PageChoice]
        let users: [UserItem]
        let userPager: ListPager
        let invitations: [InvitationItem]
        let hasInvitations: Bool
        let invitationPager: ListPager
        let roles: [PageOption]
        let publicURL: String
        let hasMail: Bool
    }

    private struct UserItem: Sendable {
        let id: Int64
        let name: String
        let email: String
        let roles: [PageOption]
        let joinedAt: PageWords.Time
        /// Whether it is who looks at the page.
        let isSelf: Bool
    }

    private struct InvitationItem: Sendable {
        let id: Int64
        let email: String
        let role: String
        let expiresAt: PageWords.Time
        let isExpired: Bool
    }

    @Sendable private func model(_ visit: PageKit.Visit) async throws -> any Sendable {
        var rules = FieldRules()
        let userPage = PageQuery(behind: rules.cursor(visit.query["cursor"], "cursor"), size: 20)
        let invitationPage = PageQuery(behind: rules.cursor(visit.query["invitations"], "invitations"), size: 20)
        try rules.check()
        let workspaceID = visit.workspace.id
        let users = try await members.list(userPage.slice, workspaceID: workspaceID)
        let open = try await invitations.list(invitationPage.slice, workspaceID: workspaceID)
        let words = PageWords(workspace: visit.workspace, now: visit.now)
        return Model(
            tabs: SettingsTab.team.links(for: visit),
            users: users.items.map { member in
                let user = member.user
                return UserItem(
                    id: user.id, name: user.name, email: user.email.text, roles: Self.options(user.role),
                    joinedAt: words.time(user.createdAt), isSelf: user.id == visit.session.member.user.id)
            },
            userPager: ListPager(
                users, of: userPage, query: visit.query, path: SettingsTab.team.path, noun: "user",
                id: \.user.id),
            invitations: open.items.map { invitation in
                InvitationItem(
                    id: invitation.id, email: invitation.email.text, role: invitation.role.rawValue,
                    expiresAt: words.time(invitation.expiresAt), isExpired: invitation.expiresAt <= visit.now)
            },
            hasInvitations: !open.items.isEmpty,
            invitationPager: ListPager(
                open, of: invitationPage, query: visit.query, path: SettingsTab.team.path, cursor: "invitations",
                noun: "invitation",
                id: \.id),
            roles: Self.options(.viewer), publicURL: visit.call.publicURL.text, hasMail: hasMail)
    }

    private static func options(_ selected: Role) -> [PageOption] {
        Role.allCases.map { role in
            PageOption(value: role.rawValue, label: role.rawValue.capitalizedFirst, isSelected: role == selected)
        }
    }
}
