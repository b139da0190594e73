import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/auth`.
///
/// | route          | needs   |
/// |----------------|---------|
/// | POST /register | nothing |
/// | POST /login    | nothing |
/// | GET  /me       | a token |
/// | POST /logout   | a token |
struct AuthRoutes {
    let accounts: AccountStore
    let tokens: TokenStore
    let authentication: Authentication
    let passwords: PasswordHasher
    /// Whether anyone may register, or only the first user of an empty server.
    let isRegistrationOpen: Bool
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/api/v1/auth/register", readsBody: true, register),
            .open(.post, "/api/v1/auth/login", readsBody: true, login),
            .authorized(.get, "/api/v1/auth/me", nil, me),
            .authorized(.post, "/api/v1/auth/logout", nil, logout),
        ]
    }

    @Sendable private func register(_ call: Call) async throws -> Response {
        let body = try RegisterBody(call.body)
        try await refuseWithoutInvitation()
        // Looked at first because a hash is expensive, and again with the insert because two may ask at once.
        guard try await accounts.credentials(email: body.email) == nil else { throw Self.emailTaken }
        let user = AccountStore.NewUser(
            name: body.name, email: body.email, passwordHash: try await passwords.hash(body.password), role: .admin)
        guard
            let (member, token) = try await accounts.create(
                user,
                in: isRegistrationOpen
                    ? .newWorkspace(name: body.workspace) : .firstWorkspace(name: body.workspace),
                tokenName: "register", now: now()),
            let token
        else {
            try await refuseWithoutInvitation()
            throw Self.emailTaken
        }
        return Self.loggedIn("User registered successfully.", member, token, status: .created)
    }

    /// Throws where registration is closed and somebody is there already.
    private func refuseWithoutInvitation() async throws {
        if isRegistrationOpen { return }
        guard try await accounts.workspaces(limit: 1).isEmpty else { throw Self.invitationMissing }
    }

    @Sendable private func login(_ call: Call) async throws -> Response {
        let body = try LoginBody(call.body)
        var account: (member: Member, passwordHash: String)?
        if let email = body.email { account = try await accounts.credentials(email: email) }
        guard try await passwords.verify(body.password, against: account?.passwordHash), let account else {
            throw Self.wrongCredentials
        }
        let token = try await tokens.issue(name: "login", scopes: .all, for: account.member.user, now: now())
        return Self.loggedIn("Logged in successfully.", account.member, token, status: .ok)
    }

    @Sendable private func me(_ call: Call, _ session: Session) async throws -> Response {
        .data(UserView(member: session.member, token: session.token))
    }

    @Sendable private func logout(_ call: Call, _ session: Session) async throws -> Response {
        try await authentication.revoke(session)
        return .message("Logged out successfully.")
    }

    private static func loggedIn(
        _ message: String, _ member: Member, _ token: IssuedToken, status: HTTPResponse.Status
    ) -> Response {
        var json = JSONWriter()
        LoginView(message: message, member: member, secret: token.secret).write(to: &json)
        return .json(json, status: status, headers: [.cacheControl: "no-store"])
    }

    private static let emailTaken = ValidationError(
        field: "email", code: .unique, message: "The email has already been taken.")

    private static let invitationMissing = ValidationError(
        field: "invitation", code: .required, message: "The invitation field is required.")

    private static let wrongCredentials = APIError(
        status: .unauthorized, code: "unauthenticated", message: "These credentials do not match our records.",
        issues: [
            .init(field: "email", code: .unknown, message: "These credentials do not match our records.")
        ])
}
