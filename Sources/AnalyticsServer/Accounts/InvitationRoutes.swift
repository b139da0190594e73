import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import Logging

/// `/api/v1/users/invitations`: the open invitations to the caller's workspace.
///
/// | route       | needs        |
/// |-------------|--------------|
/// | GET    /    | manage-users |
/// | POST   /    | manage-users |
/// | DELETE /:id | manage-users |
struct InvitationRoutes {
    let invitations: InvitationStore
    let services: NotificationServices
    let budget: MailBudget
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(.get, "/api/v1/users/invitations", .manageUsers, .listInvitations, list),
            .authorized(.post, "/api/v1/users/invitations", .manageUsers, .createInvitation, body: .creating, create),
            .authorized(.delete, "/api/v1/users/invitations/{id}", .manageUsers, .revokeInvitation, revoke),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        try await call.list(
            { try await invitations.list($0, workspaceID: session.member.workspace.id) }, id: \.id,
            InvitationView.init(invitation:))
    }

    @Sendable private func create(_ call: Call, _ session: Session) async throws -> Response {
        var rules = FieldRules()
        let email = rules.email(call.body["email"], "email")
        let role = rules.role(call.body["role"], "role")
        guard let email, let role else { throw ValidationError(issues: rules.issues) }
        if services.mail != nil {
            try await budget.take(field: "email", workspaceID: session.member.workspace.id, now: now())
        }
        let outcome = try await invitations.create(
            email: email, role: role, workspaceID: session.member.workspace.id,
            once: call.once { DataView(InvitationView(issued: $0, showsCode: false)) }, by: call.author(session),
            now: now())
        if case .done(let issued) = outcome { send(issued, from: session.member, call) }
        return call.response(to: outcome) {
            DataView(InvitationView(issued: $0, showsCode: true))
        }
    }

    /// Sends the code where it is meant to go, which nobody waits for: the answer has it, too.
    ///
    /// The link has a code of its own. Only who reads the mail of the address knows that one, so it proves the address.
    private func send(_ issued: InvitationStore.Issued, from member: Member, _ call: Call) {
        guard let mail = services.mail else { return }
        let (base, logger) = (call.publicURL.text, call.context.logger)
        let (workspace, role) = (MailText.name(member.workspace.name), issued.invitation.role.rawValue)
        let name = MailText.name(member.user.name)
        var invitation = Mail(
            to: [issued.invitation.email], subject: "Invitation to \(workspace)",
            paragraphs: [
                "\(name) invites you to the workspace \(workspace).",
                "Open this link and register with this address. It holds until \(issued.invitation.expiresAt).",
            ], link: "\(base)/join/\(issued.mailCode)",
            table: MailTable(rows: [["Code", issued.code], ["Role", role], ["Server", base]]), footer: base,
            id: .mailID())
        invitation.workspaceID = member.workspace.id
        Task { [invitation] in
            let result = await mail(invitation)
            if let error = result.error {
                logger.error("A mail was not sent", metadata: ["mail": "invitation", "error": "\(error)"])
            }
        }
    }

    @Sendable private func revoke(_ call: Call, _ session: Session) async throws -> Response {
        let isRevoked = try await invitations.revoke(
            try call.id(), workspaceID: session.member.workspace.id, by: call.author(session), now: now())
        guard isRevoked else { throw APIError.notFound }
        return .message("Invitation revoked successfully.")
    }
}

/// An invitation as the API shows one.
struct InvitationView: JSONView {
    private let invitation: Invitation
    /// Nil where the invitation was made before, and has no such field.
    private let code: String??

    /// An invitation of a list.
    init(invitation: Invitation) {
        self.invitation = invitation
        code = nil
    }

    /// An invitation that was just made.
    ///
    /// - Parameter showsCode: False in an answer that is kept.
    init(issued: InvitationStore.Issued, showsCode: Bool) {
        invitation = issued.invitation
        code = .some(showsCode ? issued.code : nil)
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", invitation.id)
            json.member("email", invitation.email.text)
            json.member("role", invitation.role.rawValue)
            json.member("expires_at", invitation.expiresAt.description)
            json.member("created_at", invitation.createdAt.description)
            if let code { json.member("code", code) }
        }
    }
}
