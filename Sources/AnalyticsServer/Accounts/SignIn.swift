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
    let failures: FailedSignIns
    let failureLog: FailedSignInLog
    /// Whether anyone may register, or only the first user of an empty server.
    let isRegistrationOpen: Bool
    let registrations: WorkspaceRegistrations
    let now: @Sendable () -> Instant

    /// What one gets.
    enum Kind {
        /// A token that is good until it is revoked.
        case token
        /// The session of a browser, which ends when it is not used for a time.
        case browser
    }

    /// Somebody who was let in.
    struct Entry {
        let member: Member
        let token: IssuedToken
        /// By what a browser is known again; nil for programs.
        let browserSecret: String?
    }

    /// Makes an account, with what is in the call's body.
    ///
    /// - Throws: ``ValidationError`` with every fault.
    func register(_ call: Call, as kind: Kind) async throws -> Entry {
        let body = try RegisterBody(call.body)
        if let code = body.invitation { return try await accept(code, body, call, as: kind) }
        try await refuseWithoutInvitation()
        // Looked at first because a hash is expensive, and again with the insert because two may ask at once.
        guard try await accounts.credentials(email: body.email) == nil else { throw Self.emailTaken }
        try registrations.count(from: call.client, now: now())
        let work = PasswordHasher.Work.newPassword(from: call.client)
        let (origins, secret) = newOrigins(of: call, kind, known: [])
        let registration = try await accounts.create(
            .init(name: body.name, email: body.email, passwordHash: try await passwords.hash(body.password, for: work)),
            in: isRegistrationOpen ? .newWorkspace(name: body.workspace) : .firstWorkspace(name: body.workspace),
            token: token(kind, after: "register"), from: call.client?.description, at: origins, now: now())
        return try Self.entry(of: registration, secret)
    }

    /// Lets somebody in with an address and a password.
    ///
    /// - Throws: ``ValidationError``, and ``APIError`` of status 401 where both do not belong together.
    func login(_ call: Call, as kind: Kind) async throws -> Entry {
        let body = try LoginBody(call.body)
        guard let email = body.email else {
            // It takes as long as with an address.
            _ = try await passwords.verify(body.password, against: nil, for: .login(from: call.client))
            throw Self.wrongCredentials
        }
        let account = try await accounts.credentials(email: email)
        let known = try await check(body.password, of: email, account, call, .login(from: call.client))
        guard let known, let account else {
            var refusal = Self.wrongCredentials
            refusal.userID = account?.member.user.id
            throw refusal
        }
        let (origins, secret) = newOrigins(of: call, kind, known: known)
        let token = try await tokens.issueForLogin(
            token(kind, after: "login"), of: account.member.user, from: call.client?.description, at: origins,
            now: now())
        return Entry(member: account.member, token: token, browserSecret: secret)
    }

    /// Checks a password, and counts it where it is wrong.
    ///
    /// - Returns: From which origins of the call the user has logged in before; nil where the password is wrong.
    private func check(
        _ password: String, of email: EmailAddress, _ account: (member: Member, passwordHash: String)?, _ call: Call,
        _ work: PasswordHasher.Work
    ) async throws -> Set<KnownOrigin>? {
        let visitor = FailedSignIns.Visitor(call)
        var known: Set<KnownOrigin> = []
        if let user = account?.member.user { known = try await accounts.known(visitor.origins, of: user) }
        let attempt = try failures.begin(email, from: visitor, known: known, now: now())
        do {
            if try await passwords.verify(password, against: account?.passwordHash, for: work) {
                failures.takeBack(attempt)
                return known
            }
        } catch {
            // It was not looked at.
            failures.takeBack(attempt)
            throw error
        }
        if let user = account?.member.user {
            failureLog.note(.login, of: user, from: call.client?.description, at: now())
        }
        return nil
    }

    /// What is known from now on as being the user's, with the secret that a browser gets.
    ///
    /// A browser that is known keeps its secret. One that somebody else has logged in with gets another, since whoever gave
    /// it its secret would know that.
    private func newOrigins(
        of call: Call, _ kind: Kind, known: Set<KnownOrigin>
    ) -> (origins: [KnownOrigin], browserSecret: String?) {
        let visitor = FailedSignIns.Visitor(call)
        let network = visitor.network.map { [$0] } ?? []
        guard kind == .browser else { return (network, nil) }
        let held = visitor.browserSecret.flatMap { known.contains(.browser(secret: $0)) ? $0 : nil }
        let secret = held ?? KnownBrowser.makeSecret()
        return (network + [.browser(secret: secret)], secret)
    }

    /// Whether a newcomer needs an invitation: where registration is closed and somebody is there already.
    func needsInvitation() async throws -> Bool {
        if isRegistrationOpen { return false }
        return try await !workspaces.first(1).isEmpty
    }

    /// Joins the workspace of an invitation, with a new account or with one that has nothing to leave behind.
    private func accept(_ code: String, _ body: RegisterBody, _ call: Call, as kind: Kind) async throws -> Entry {
        let invitation = try await invitations.invitation(code: code, email: body.email, now: now())
        guard let invitation else { throw Self.invitationInvalid }
        let token = token(kind, after: "register")
        let work = PasswordHasher.Work.newPassword(from: call.client)
        if let account = try await accounts.credentials(email: body.email) {
            // Whoever made the invitation knows the code, and must not get at somebody's account by it.
            guard let known = try await check(body.password, of: body.email, account, call, work) else {
                throw ValidationError.incorrectPassword(field: "password")
            }
            let (origins, secret) = newOrigins(of: call, kind, known: known)
            let registration = try await accounts.move(
                account.member, name: body.name, byInvitation: code, token: token, from: call.client?.description,
                at: origins, now: now())
            return try Self.entry(of: registration, secret)
        }
        let workspace = try await workspaces.workspace(id: invitation.workspaceID)
        var rules = FieldRules()
        _ = rules.isStrong(body.password, unlike: PasswordWords(workspace: workspace?.name))
        try rules.check()
        let (origins, secret) = newOrigins(of: call, kind, known: [])
        let registration = try await accounts.create(
            .init(
                name: body.name, email: body.email, passwordHash: try await passwords.hash(body.password, for: work)),
            in: .invitation(code: code), token: token, from: call.client?.description, at: origins, now: now())
        return try Self.entry(of: registration, secret)
    }

    private func token(_ kind: Kind, after event: String) -> NewLoginToken {
        switch kind {
        case .token: NewLoginToken(name: event)
        case .browser:
            NewLoginToken(
                name: "dashboard", expiresAt: now().advanced(bySeconds: BrowserSession.idleSeconds), isBrowser: true)
        }
    }

    private static func entry(of registration: AccountStore.Registration, _ browserSecret: String?) throws -> Entry {
        switch registration {
        case .done(let member, let token?):
            return Entry(member: member, token: token, browserSecret: browserSecret)
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

extension FailedSignIns.Visitor {
    /// Where a call comes from.
    fileprivate init(_ call: Call) {
        self.init(
            address: call.client, browserSecret: KnownBrowser.secret(in: call.request, publicURL: call.publicURL.text))
    }
}

extension ValidationError {
    static func incorrectPassword(field: String) -> ValidationError {
        ValidationError(field: field, code: .incorrect, message: "The password is incorrect.")
    }
}
