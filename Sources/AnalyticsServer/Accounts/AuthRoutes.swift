import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/auth`, without its tokens.
///
/// | route           | needs   |
/// |-----------------|---------|
/// | POST  /register | nothing |
/// | POST  /login    | nothing |
/// | GET   /me       | a token |
/// | PATCH /me       | a token |
/// | POST  /logout   | a token |
/// | PATCH /password | a token |
struct AuthRoutes {
    let accounts: AccountStore
    let workspaces: WorkspaceStore
    let invitations: InvitationStore
    let tokens: TokenStore
    let passwords: PasswordHasher
    let limits: RateLimitCounters
    let services: NotificationServices
    /// Whether anyone may register, or only the first user of an empty server.
    let isRegistrationOpen: Bool
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/api/v1/auth/register", .register, limit: .auth, body: .json, register),
            .open(.post, "/api/v1/auth/login", .login, limit: .auth, body: .json, login),
            .authorized(.get, "/api/v1/auth/me", nil, .me, me),
            .authorized(.patch, "/api/v1/auth/me", nil, .updateMe, body: .json, updateMe),
            .authorized(.post, "/api/v1/auth/logout", nil, .logout, logout),
            .authorized(.patch, "/api/v1/auth/password", nil, .changePassword, body: .json, changePassword),
        ]
    }

    @Sendable private func register(_ call: Call) async throws -> Response {
        let body = try RegisterBody(call.body)
        if let code = body.invitation { return try await accept(code, body, call) }
        try await refuseWithoutInvitation()
        // Looked at first because a hash is expensive, and again with the insert because two may ask at once.
        guard try await accounts.credentials(email: body.email) == nil else { throw Self.emailTaken }
        let registration = try await accounts.create(
            .init(name: body.name, email: body.email, passwordHash: try await passwords.hash(body.password)),
            in: isRegistrationOpen ? .newWorkspace(name: body.workspace) : .firstWorkspace(name: body.workspace),
            tokenName: "register", from: call.client?.description, now: now())
        return try Self.registered(registration)
    }

    /// Joins the workspace of an invitation, with a new account or with one that has nothing to leave behind.
    private func accept(_ code: String, _ body: RegisterBody, _ call: Call) async throws -> Response {
        guard try await invitations.invitation(code: code, email: body.email, now: now()) != nil else {
            throw Self.invitationInvalid
        }
        let registration: AccountStore.Registration
        if let (member, hash) = try await accounts.credentials(email: body.email) {
            // Whoever made the invitation knows the code, and must not get at somebody's account by it.
            guard try await passwords.verify(body.password, against: hash) else {
                throw ValidationError.incorrectPassword(field: "password")
            }
            registration = try await accounts.move(
                member, name: body.name, byInvitation: code, tokenName: "register", from: call.client?.description,
                now: now())
        } else {
            registration = try await accounts.create(
                .init(name: body.name, email: body.email, passwordHash: try await passwords.hash(body.password)),
                in: .invitation(code: code), tokenName: "register", from: call.client?.description, now: now())
        }
        return try Self.registered(registration)
    }

    private static func registered(_ registration: AccountStore.Registration) throws -> Response {
        switch registration {
        case .done(let member, let token?):
            return loggedIn("User registered successfully.", member, token, status: .created)
        case .done(_, nil): throw APIError.internalFault
        case .emailTaken: throw emailTaken
        case .closed: throw invitationMissing
        case .invitationInvalid: throw invitationInvalid
        }
    }

    /// Throws where registration is closed and somebody is there already.
    private func refuseWithoutInvitation() async throws {
        if isRegistrationOpen { return }
        guard try await workspaces.first(1).isEmpty else { throw Self.invitationMissing }
    }

    @Sendable private func login(_ call: Call) async throws -> Response {
        let body = try LoginBody(call.body)
        var account: (member: Member, passwordHash: String)?
        if let email = body.email {
            try limits.hitLogin(email: email, now: now())
            account = try await accounts.credentials(email: email)
        }
        guard try await passwords.verify(body.password, against: account?.passwordHash), let account else {
            throw Self.wrongCredentials
        }
        let token = try await tokens.issueForLogin(
            of: account.member.user, from: call.client?.description, now: now())
        return Self.loggedIn("Logged in successfully.", account.member, token, status: .ok)
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
            status: status, headers: [.cacheControl: "no-store"])
    }

    private static let emailTaken = ValidationError(
        field: "email", code: .unique, message: "The email has already been taken.")

    private static let invitationMissing = ValidationError(
        field: "invitation", code: .required, message: "The invitation field is required.")

    private static let invitationInvalid = ValidationError(
        field: "invitation", code: .inList, message: "The selected invitation is invalid.")

    private static let wrongCredentials = APIError(
        status: .unauthorized, code: "unauthenticated", message: "These credentials do not match our records.",
        issues: [
            .init(field: "email", code: .incorrect, message: "These credentials do not match our records.")
        ])
}

extension ValidationError {
    fileprivate static func incorrectPassword(field: String) -> ValidationError {
        ValidationError(field: field, code: .incorrect, message: "The password is incorrect.")
    }
}
