import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import Logging

/// `/api/v1/auth/password`, for those who forgot theirs.
///
/// | route        | needs   |
/// |--------------|---------|
/// | POST /forgot | nothing |
/// | POST /reset  | nothing |
struct PasswordResetRoutes {
    let accounts: AccountStore
    let resets: PasswordResetStore
    let passwords: PasswordHasher
    let limits: RateLimitCounters
    let services: NotificationServices
    let budget: MailBudget
    let accountMail: AccountMail
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/api/v1/auth/password/forgot", .forgotPassword, limit: .auth, body: .json, forgot),
            .open(.post, "/api/v1/auth/password/reset", .resetPassword, limit: .auth, body: .json, reset),
        ]
    }

    /// Answers the same, and as fast, whether or not the address has an account: what is written and sent is done after.
    @Sendable private func forgot(_ call: Call) async throws -> Response {
        var rules = FieldRules()
        let email = rules.email(call.body["email"], "email")
        guard let email else { throw ValidationError(issues: rules.issues) }
        guard let mail = services.mail else {
            throw APIError.conflict("Mail is not configured on this server. Ask its operator for another password.")
        }
        try limits.hitReset(email: email, now: now())
        let account = try await accounts.credentials(email: email)
        if let user = account?.member.user {
            let (base, logger, now) = (call.publicURL.text, call.context.logger, now())
            Task { await send(to: user, by: mail, base: base, logger: logger, now: now) }
        }
        return .message("If the address has an account, a link to set a new password is on its way to it.")
    }

    private func send(to user: User, by mail: MailDispatch, base: String, logger: Logger, now: Instant) async {
        do {
            guard let code = try await resets.makeCode(for: user, now: now) else { return }
            guard try await budget.takeOfServer(now: now) else {
                logger.warning("A mail was not sent: the server has had as many as MAIL_LIMIT_SERVER in a day")
                return
            }
            var link = Mail(
                to: [user.email], subject: "Set a new password",
                paragraphs: [
                    "Somebody asked for a new password for this address. Within an hour this link sets one, once:"
                ], link: "\(base)/reset/\(code)",
                table: MailTable(rows: [["Not you?", "Then do nothing: the password stays as it is."]]),
                footer: base, id: .mailID())
            link.workspaceID = user.workspaceID
            let result = await mail(link)
            if let error = result.error {
                logger.error("A mail was not sent", metadata: ["mail": "password reset", "error": "\(error)"])
            }
        } catch {
            logger.error("A code to set a password was not made", metadata: ["error": "\(error)"])
        }
    }

    @Sendable private func reset(_ call: Call) async throws -> Response {
        var rules = FieldRules()
        let code = rules.text(call.body["code"], "code", required: true, length: 1...255)
        let password = rules.newPassword(call.body)
        try rules.check()
        guard let code, let password else { throw ValidationError(issues: rules.issues) }
        // Looked at first because a hash is expensive.
        guard let owner = try await resets.owner(ofCode: code, now: now()) else { throw Self.invalidCode }
        _ = rules.isStrong(password, unlike: PasswordWords(owner))
        try rules.check()
        let hash = try await passwords.hash(password, for: .newPassword(from: call.client))
        let isReset = try await resets.reset(
            byCode: code, toHash: hash, from: call.client?.description, now: now())
        guard isReset else { throw Self.invalidCode }
        accountMail.tell(owner.user, of: .passwordReset, call, now: now())
        return .message("Password reset successfully. Log in with the new one.")
    }

    private static let invalidCode = ValidationError(
        field: "code", code: .inList, message: "The selected code is invalid, or it was used or is older than an hour.")
}

extension String {
    /// What tells a mail that nobody repeats from every other.
    static func mailID() -> String {
        var generator = SystemRandomNumberGenerator()
        return "mail_\(RandomText.lettersAndDigits(24, using: &generator))"
    }
}
