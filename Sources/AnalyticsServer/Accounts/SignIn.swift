import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// How people get in: with a new account, an invitation or a password, and whether they come with a program or a browser.
struct SignIn: Sendable {
    let accounts: AccountStore
    let workspaces: WorkspaceStore
    let invitations: InvitationStore
    let tokens: TokenStore
    let passwords: PasswordHasher
    let limits: RateLimitCounters
    /// Whether anyone may register, or only the first user of an empty server.
    let isRegistrationOpen: Bool
    let now: @Sendable () -> Instant

    /// What one gets.
    enum Kind {
        /// A token that is good until it is revoked.
        case token
        /// The session of a browser, which ends when it is not used for a time.
        case browser
    }

    /// Makes an account, with what is in the call's body.
    ///
    /// - Throws: ``ValidationError`` with every fault.
    func register(_ call: Call, as kind: Kind) async throws -> (member: Member, token: IssuedToken) {
        let body = try RegisterBody(call.body)
        if let code = body.invitation { return try await accept(code, body, call, as: kind) }
        try await refuseWithoutInvitation()
        // Looked at first because a hash is expensive, and again with the insert because two may ask at once.
        guard try await accounts.credentials(email: body.email) == nil else { throw Self.emailTaken }
        let registration = try await accounts.create(
            .init(name: body.name, email: body.email, passwordHash: try await passwords.hash(body.password)),
            in: isRegistrationOpen ? .newWorkspace(name: body.workspace) : .firstWorkspace(name: body.workspace),
            token: token(kind, after: "register"), from: call.client?.description, now: now())
        return try Self.member(of: registration)
    }

    /// Lets somebody in with an address and a password.
    ///
    /// - Throws: ``ValidationError``, and ``APIError`` of status 401 where both do not belong together.
    func login(_ call: Call, as kind: Kind) async throws -> (member: Member, token: IssuedToken) {
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
            token(kind, after: "login"), of: account.member.user, from: call.client?.description, now: now())
        return (account.member, token)
    }

    /// Whether a newcomer needs an invitation: where registration is closed and somebody is there already.
    func needsInvitation() async throws -> Bool {
        if isRegistrationOpen { return false }
        return try await !workspaces.first(1).isEmpty
    }

    /// Joins the workspace of an invitation, with a new account or with one that has nothing to leave behind.
    private func accept(
        _ code: String, _ body: RegisterBody, _ call: Call, as kind: Kind
    ) async throws -> (member: Member, token: IssuedToken) {
        guard try await invitations.invitation(code: code, email: body.email, now: now()) != nil else {
            throw Self.invitationInvalid
        }
        let token = token(kind, after: "register")
        let registration: AccountStore.Registration
        if let (member, hash) = try await accounts.credentials(email: body.email) {
            // Whoever made the invitation knows the code, and must not get at somebody's account by it.
            guard try await passwords.verify(body.password, against: hash) else {
                throw ValidationError.incorrectPassword(field: "password")
            }
            registration = try await accounts.move(
                member, name: body.name, byInvitation: code, token: token, from: call.client?.description, now: now())
        } else {
            registration = try await accounts.create(
                .init(name: body.name, email: body.email, passwordHash: try await passwords.hash(body.password)),
                in: .invitation(code: code), token: token, from: call.client?.description, now: now())
        }
        return try Self.member(of: registration)
    }

    private func token(_ kind: Kind, after event: String) -> NewLoginToken {
        switch kind {
        case .token: NewLoginToken(name: event)
        case .browser:
            NewLoginToken(name: "dashboard", expiresAt: now().advanced(bySeconds: BrowserSession.idleSeconds))
        }
    }

    private static func member(
        of registration: AccountStore.Registration
    ) throws -> (member: Member, token: IssuedToken) {
        switch registration {
        case .done(let member, let token?): return (member, token)
        case .done(_, nil): throw StoreError(.programming, "an account was stored without the token that goes with it")
        case .emailTaken: throw emailTaken
        case .closed: throw invitationMissing
        case .invitationInvalid: throw invitationInvalid
        }
    }

    /// Throws where registration is closed and somebody is there already.
    private func refuseWithoutInvitation() async throws {
        if try await needsInvitation() { throw Self.invitationMissing }
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
    static func incorrectPassword(field: String) -> ValidationError {
        ValidationError(field: field, code: .incorrect, message: "The password is incorrect.")
    }
}
