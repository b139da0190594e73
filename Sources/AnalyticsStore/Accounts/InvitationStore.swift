public import AnalyticsCore

/// Invitations that were not accepted yet.
public struct InvitationStore: Sendable {
    private let database: any Database

    /// The invitations of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// An invitation that was just made: the only moment at which its code is known.
    public struct Issued: Sendable, Equatable {
        /// The invitation.
        public let invitation: Invitation
        /// What proves it.
        public let code: String
        /// What proves it, too, and that whoever has it reads the mail of the address: it is mailed and not shown.
        public let mailCode: String
    }

    /// Makes an invitation in the place of one for the same address, whose code is good for nothing then.
    ///
    /// - Parameters:
    ///   - email: Who may accept it.
    ///   - role: What the person will be.
    ///   - workspaceID: Where it leads.
    ///   - request: The request's idempotency key, if it has one.
    ///   - author: Who does it, for the audit log.
    ///   - now: When; it holds for ``AnalyticsCore/Invitation/lifetimeSeconds``.
    /// - Throws: ``ValidationError`` where the address has an account that cannot move.
    public func create(
        email: EmailAddress, role: Role, workspaceID: Int64, once request: KeyedRequest<Issued>? = nil,
        by author: Author, now: Instant
    ) async throws -> Outcome<Issued> {
        try await database.write(once: request, now: now) { connection in
            guard try connection.mayBeInvited(email, to: workspaceID) else {
                throw ValidationError(field: "email", code: .unique, message: "The email has already been taken.")
            }
            let replaced = try connection.execute(
                "DELETE FROM invitation WHERE workspace_id = \(workspaceID) AND email = \(email.text)")
            var generator = SystemRandomNumberGenerator()
            let code = Invitation.makeCode(using: &generator)
            let mailCode = Invitation.makeCode(using: &generator)
            let invitation = Invitation(
                id: try connection.nextID(of: .invitation), workspaceID: workspaceID, email: email, role: role,
                expiresAt: now.advanced(bySeconds: Invitation.lifetimeSeconds), createdAt: now)
            try connection.execute(
                """
                INSERT INTO invitation (
                    workspace_id, id, email, role, code_hash, mail_code_hash, expires_at, created_at
                )
                VALUES (
                    \(workspaceID), \(invitation.id), \(email.text), \(role.rawValue), \(SecretHash.of(code)),
                    \(SecretHash.of(mailCode)), \(invitation.expiresAt), \(now)
                )
                """)
            try connection.count(1 - replaced, .invitations, workspaceID: workspaceID)
            try connection.audit(
                .invitationCreated, of: invitation.id,
                [AuditChange("email", from: nil, to: email.text), AuditChange("role", from: nil, to: role.rawValue)],
                by: author, workspaceID: workspaceID, now: now)
            return Issued(invitation: invitation, code: code, mailCode: mailCode)
        }
    }

    /// The invitation that a code proves, or nil where there is none for that address that still holds.
    public func invitation(code: String, email: EmailAddress, now: Instant) async throws -> Invitation? {
        try await database.read { try $0.invitation(code: code, email: email, now: now) }
    }

    /// A part of a workspace's invitations, newest first, with those that are over.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<Invitation> {
        try await database.read { connection in
            let invitations = try connection.all(
                """
                SELECT id, workspace_id, email, role, expires_at, created_at
                FROM invitation
                WHERE workspace_id = \(workspaceID) AND id < \(slice.bound)
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """, Invitation.init(row:))
            let total = try connection.total(.invitations, workspaceID: workspaceID)
            return ListPage(invitations, of: slice, total: Int(total))
        }
    }

    /// Removes an invitation, whose code is good for nothing then.
    ///
    /// - Returns: Whether the workspace had it.
    public func revoke(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            let invitation = try connection.first(
                """
                SELECT id, workspace_id, email, role, expires_at, created_at
                FROM invitation
                WHERE workspace_id = \(workspaceID) AND id = \(id)
                """, Invitation.init(row:))
            guard let invitation else { return false }
            try connection.deleteInvitation(invitation)
            try connection.audit(
                .invitationRevoked, of: id,
                [
                    AuditChange("email", from: invitation.email.text, to: nil),
                    AuditChange("role", from: invitation.role.rawValue, to: nil),
                ],
                by: author, workspaceID: workspaceID, now: now)
            return true
        }
    }
}

extension Connection {
    /// Uses up the invitation that a code proves; nil where there is none for that address that still holds.
    func takeInvitation(code: String, email: EmailAddress, now: Instant) throws -> Invitation? {
        guard let invitation = try invitation(code: code, email: email, now: now) else { return nil }
        try deleteInvitation(invitation)
        return invitation
    }

    /// Whether a code of an invitation is the one that is mailed alone.
    func isMailed(_ code: String) throws -> Bool {
        try first("SELECT 1 FROM invitation WHERE mail_code_hash = \(SecretHash.of(code))") {
            try $0.integer(0)
        } != nil
    }

    fileprivate func invitation(code: String, email: EmailAddress, now: Instant) throws -> Invitation? {
        try first(
            """
            SELECT id, workspace_id, email, role, expires_at, created_at
            FROM invitation
            WHERE (code_hash = \(SecretHash.of(code)) OR mail_code_hash = \(SecretHash.of(code))) AND email = \(email.text) AND expires_at > \(now)
            """, Invitation.init(row:))
    }

    fileprivate func deleteInvitation(_ invitation: Invitation) throws {
        let removed = try execute(
            "DELETE FROM invitation WHERE workspace_id = \(invitation.workspaceID) AND id = \(invitation.id)")
        guard removed == 1 else { throw StoreError(.conflict, "an invitation was used twice at once") }
        try count(-1, .invitations, workspaceID: invitation.workspaceID)
    }

    /// Whether an address has no account, or one that is alone in another workspace without data.
    fileprivate func mayBeInvited(_ email: EmailAddress, to workspaceID: Int64) throws -> Bool {
        guard let (member, _) = try account(email: email) else { return true }
        let home = member.workspace.id
        return try home != workspaceID && isAlone(member.user.id, workspaceID: home) && hasNoData(workspaceID: home)
    }
}

extension Invitation {
    /// Reads six columns: id, workspace_id, email, role, expires_at and created_at.
    fileprivate init(row: any Row) throws {
        self.init(
            id: try row.integer(0), workspaceID: try row.integer(1), email: EmailAddress(trusted: try row.text(2)),
            role: try row.role(3), expiresAt: try row.instant(4), createdAt: try row.instant(5))
    }
}
