import AnalyticsCore
import AnalyticsStore
import Hummingbird

/// `/api/v1/users`: the users of the caller's workspace.
///
/// | route       | needs        |
/// |-------------|--------------|
/// | GET    /    | manage-users |
/// | PATCH  /:id | manage-users |
/// | DELETE /:id | manage-users |
struct UserRoutes {
    let members: MemberStore
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(.get, "/api/v1/users", .manageUsers, .listUsers, list),
            .authorized(.patch, "/api/v1/users/{id}", .manageUsers, .changeRole, body: .json, changeRole),
            .authorized(.delete, "/api/v1/users/{id}", .manageUsers, .removeUser, remove),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        try await call.list(
            { try await members.list($0, workspaceID: session.member.workspace.id) }, id: \.user.id,
            { UserView(member: $0) })
    }

    @Sendable private func changeRole(_ call: Call, _ session: Session) async throws -> Response {
        let id = try call.id()
        let workspaceID = session.member.workspace.id
        guard try await members.member(id, workspaceID: workspaceID) != nil else { throw APIError.notFound }
        var rules = FieldRules()
        let role = rules.role(call.body["role"], "role")
        guard let role else { throw ValidationError(issues: rules.issues) }
        let change = try await members.changeRole(
            of: id, to: role, workspaceID: workspaceID, by: call.author(session), now: now())
        return .data(UserView(member: try finished(change)))
    }

    @Sendable private func remove(_ call: Call, _ session: Session) async throws -> Response {
        let change = try await members.remove(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        if case .removed(_, let tokenCount) = change {
            return .message("User removed successfully.", revoked: tokenCount)
        }
        _ = try finished(change)
        throw APIError.notFound
    }

    private func finished(_ change: MemberStore.Change) throws -> Member {
        switch change {
        case .done(let member), .removed(let member, _): return member
        case .notFound: throw APIError.notFound
        case .lastAdmin: throw APIError.conflict("The last admin of a workspace must stay one.")
        }
    }
}
