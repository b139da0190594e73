import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/auth`, without its tokens.
///
/// | route           | needs                |
/// |-----------------|----------------------|
/// | POST  /register | nothing              |
/// | POST  /login    | nothing              |
/// | GET   /me       | a token              |
/// | PATCH /me       | a token with scope * |
/// | POST  /logout   | a token              |
/// | PATCH /password | a token with scope * |
struct AuthRoutes {
    let accounts: AccountStore
    let tokens: TokenStore
    let passwords: PasswordHasher
    let signIn: SignIn
    let services: NotificationServices
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/api/v1/auth/register", .register, limit: .auth, body: .json, register),
            .open(.post, "/api/v1/auth/login", .login, limit: .auth, body: .json, login),
            .authorized(.get, "/api/v1/auth/me", nil, .me, me),
            .authorized(.patch, "/api/v1/auth/me", nil, .updateMe, body: .json, needsEveryScope: true, updateMe),
            .authorized(.post, "/api/v1/auth/logout", nil, .logout, logout),
            .authorized(
                .patch, "/api/v1/auth/password", nil, .changePassword, body: .json, needsEveryScope: true,
                changePassword),
        ]
    }

    @Sendable private func register(_ call: Call) async throws -> Response {
        let (member, token) = try await signIn.register(call, as: .token)
        return Self.loggedIn("User registered successfully.", member, token, status: .created)
    }

    @Sendable private func login(_ call: Call) async throws -> Response {
        let (member, token) = try await signIn.login(call, as: .token)
        return Self.loggedIn("Logged in successfully.", member, token, status: .ok)
    }

    @Sendable private func me(_ call: Call, _ session: Session) async throws -> Response {
        let emails = try await accounts.alertEmails(of: session.member.user)
        return .data(UserView(member: session.member, token: session.token, alertEmails: emails))
    }

    @Sendable private func updateMe(_ call: Call, _ session: Session) async throws -> Response {
        var rules = FieldRules()
        rules.refuseOtherThanObject(call.body)
        var emails: [Severity]?
        if call.body.contains("alert_emails") {
            emails = rules.severities(
                call.body.elements("alert_emails", upTo: Severity.allCases.count + 1), "alert_emails",
                allowsNone: true)
            if emails?.isEmpty == false, services.mail == nil {
                rules.refuse("alert_emails", .inList, "There are no alert emails: \(NotificationServices.mailIsOff)")
            }
        }
        try rules.check()
        if let emails {
            try await accounts.setAlertEmails(
                emails, of: session.member.user, by: call.author(session), now: now())
        }
        return try await me(call, session)
    }

    @Sendable private func logout(_ call: Call, _ session: Session) async throws -> Response {
        try await tokens.revoke(session.token.id, of: session.member.user, by: call.author(session), now: now())
        return .message("Logged out successfully.")
    }

    @Sendable private func changePassword(_ call: Call, _ session: Session) async throws -> Response {
        let body = try PasswordBody(call.body)
        let user = session.member.user
        let account = try await accounts.credentials(email: user.email)
        guard try await passwords.verify(body.currentPassword, against: account?.passwordHash) else {
            throw ValidationError.incorrectPassword(field: "current_password")
        }
        try await accounts.changePassword(
            of: user, toHash: try await passwords.hash(body.password),
            revokingAllTokensBut: body.revokesOthers ? session.token.id : nil, by: call.author(session), now: now())
        return .message("Password changed successfully.")
    }

    private static func loggedIn(
        _ message: String, _ member: Member, _ token: IssuedToken, status: HTTPResponse.Status
    ) -> Response {
        .json(
            bytes: JSONWriter.written(LoginView(message: message, member: member, secret: token.secret)),
            status: status)
    }
}
