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
    let failures: FailedSignIns
    let failureLog: FailedSignInLog
    let services: NotificationServices
    let accountMail: AccountMail
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
        let entry = try await signIn.register(call, as: .token)
        return Self.loggedIn("User registered successfully.", entry, status: .created)
    }

    @Sendable private func login(_ call: Call) async throws -> Response {
        let entry = try await signIn.login(call, as: .token)
        return Self.loggedIn("Logged in successfully.", entry, status: .ok)
    }

    @Sendable private func me(_ call: Call, _ session: Session) async throws -> Response {
        let emails = try await accounts.alertEmails(of: session.member.user)
        return .data(
            UserView(
                member: session.member, token: session.token, alertEmails: emails.severities,
                emailConfirmedAt: .some(emails.confirmedAt)))
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
        try await tokens.end(session.token.id, of: session.member.user, by: call.author(session), now: now())
        return .message("Logged out successfully.")
    }

    @Sendable private func changePassword(_ call: Call, _ session: Session) async throws -> Response {
        let body = try PasswordBody(call.body, of: session.member)
        let user = session.member.user
        let account = try await accounts.credentials(email: user.email)
        try await check(body.currentPassword, against: account?.passwordHash, call, session)
        let ending: EndingTokens =
            if body.revokesOthers {
                .all(but: session.token.id)
            } else if body.keepsSessions {
                .none
            } else {
                .browsers(but: session.token.id)
            }
        let hash = try await passwords.hash(body.password, for: .change(in: session.member.workspace.id))
        let revoked = try await accounts.changePassword(
            of: user, toHash: hash, ending: ending, by: call.author(session), now: now())
        accountMail.tell(user, of: .passwordChanged, call, now: now())
        return .message("Password changed successfully.", revoked: revoked)
    }

    /// Checks the current password.
    ///
    /// A wrong one is a guess as at a login, and too many of them end the token.
    private func check(
        _ password: String, against hash: String?, _ call: Call, _ session: Session
    ) async throws {
        let user = session.member.user
        let attempt = try failures.beginChange(
            of: user.email, from: call.client, tokenID: session.token.id, now: now())
        do {
            let work = PasswordHasher.Work.change(in: session.member.workspace.id)
            if try await passwords.verify(password, against: hash, for: work) { return failures.takeBack(attempt) }
        } catch {
            // It was not looked at.
            failures.takeBack(attempt)
            throw error
        }
        failureLog.note(
            .passwordChange(tokenID: session.token.id), of: user, from: call.client?.description, at: now())
        if attempt.isLastOfToken {
            try await tokens.end(session.token.id, of: user, by: call.author(session), now: now())
        }
        throw ValidationError.incorrectPassword(field: "current_password")
    }

    private static func loggedIn(_ message: String, _ entry: SignIn.Entry, status: HTTPResponse.Status) -> Response {
        .json(
            bytes: JSONWriter.written(
                LoginView(message: message, member: entry.member, secret: entry.token.secret)),
            status: status)
    }
}
