public import AnalyticsCore

/// How accounts come to be, and by what they are let in.
public struct AccountStore: Sendable {
    let database: any Database

    /// The accounts of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// What an account is made of.
    public struct NewUser: Sendable {
        /// What the person is called.
        public var name: String
        /// How the person logs in.
        public var email: EmailAddress
        /// The password's hash in PHC form.
        public var passwordHash: String

        /// An account of the given parts.
        public init(name: String, email: EmailAddress, passwordHash: String) {
            self.name = name
            self.email = email
            self.passwordHash = passwordHash
        }
    }

    /// Where a new account belongs, and as what.
    public enum Home: Sendable {
        /// A workspace that is made with it, as its admin.
        case newWorkspace(name: String)
        /// The same, but only where there is no workspace yet.
        case firstWorkspace(name: String)
        /// One that is there.
        case workspace(id: Int64, Role)
        /// The one that an invitation leads to, which is used up.
        case invitation(code: String)
    }

    /// What became of an account that was asked for.
    public enum Registration: Sendable {
        /// It is there, with a token where one was asked for.
        case done(Member, IssuedToken?)
        /// Another account has the address.
        case emailTaken
        /// There is a workspace already.
        case closed
        /// No invitation has the code, or it is for another address, or over.
        case invitationInvalid
    }

    /// Makes an account, its workspace where that is new, and a token with all scopes, all in one transaction.
    ///
    /// - Parameters:
    ///   - user: The account.
    ///   - home: The workspace that it belongs to.
    ///   - token: What token is made; none unless it is given.
    ///   - author: Who does it, for the audit log; nil where it is the new user.
    ///   - address: The client's address, for the audit log.
    ///   - origins: What is known from now on as being the user's: see ``KnownOrigin``.
    ///   - now: When.
    public func create(
        _ user: NewUser, in home: Home, token new: NewLoginToken? = nil, by author: Author? = nil,
        from address: String? = nil, at origins: [KnownOrigin] = [], now: Instant
    ) async throws -> Registration {
        try await database.write { connection in
            // The address is looked at before anything is written, and the unique index decides where two ask at once.
            guard try connection.account(email: user.email) == nil else { return .emailTaken }
            let workspaceID: Int64
            var role = Role.admin
            var isJoining = false
            // Who makes an account for somebody else knows whom the address belongs to.
            var isConfirmed = author != nil
            switch home {
            case .workspace(let id, let itsRole):
                (workspaceID, role, isConfirmed) = (id, itsRole, true)
            case .invitation(let code):
                isConfirmed = try connection.isMailed(code)
                guard let invitation = try connection.takeInvitation(code: code, email: user.email, now: now) else {
                    return .invitationInvalid
                }
                (workspaceID, role, isJoining) = (invitation.workspaceID, invitation.role, true)
            case .newWorkspace(let name):
                workspaceID = try connection.insertWorkspace(name: name, now: now)
            case .firstWorkspace(let name):
                guard try connection.first("SELECT 1 FROM workspace LIMIT 1", { try $0.integer(0) }) == nil else {
                    return .closed
                }
                workspaceID = try connection.insertWorkspace(name: name, now: now)
            }
            let userID = try connection.nextID(of: .user)
            try connection.execute(
                """
                INSERT INTO user_account (
                    workspace_id, id, name, email, password_hash, role, created_at, email_confirmed_at
                )
                VALUES (
                    \(workspaceID), \(userID), \(user.name), \(user.email.text), \(user.passwordHash),
                    \(role.rawValue), \(now), \(isConfirmed ? now : nil)
                )
                """)
            try connection.countUser(1, role: role, workspaceID: workspaceID)
            guard let member = try connection.member(id: userID, workspaceID: workspaceID) else {
                throw StoreError(.corrupt, "an account that was just stored is not there")
            }
            let token = try new.map { try connection.insert($0, for: member.user, now: now) }
            try connection.remember(origins, of: member.user, now: now)
            try connection.audit(
                isJoining ? .userJoined : .userRegistered, of: userID,
                [
                    AuditChange("name", from: nil, to: user.name), AuditChange("email", from: nil, to: user.email.text),
                    AuditChange("role", from: nil, to: role.rawValue),
                ],
                by: author ?? Author(person: .init(member.user), tokenID: token?.token.id, address: address),
                workspaceID: workspaceID, now: now)
            return .done(member, token)
        }
    }

    /// Moves an account that is alone in a workspace without data into the one that an invitation leads to.
    ///
    /// The workspace that it leaves is removed, and the account's tokens with it. The invitation is used up.
    ///
    /// - Parameters:
    ///   - member: The account, whose password was checked.
    ///   - name: What the person is called from now on.
    ///   - code: The invitation's.
    ///   - new: What the new token is called, and when it ends.
    ///   - address: The client's address, for the audit log.
    ///   - origins: What is known from now on as being the user's: see ``KnownOrigin``.
    ///   - now: When.
    public func move(
        _ member: Member, name: String, byInvitation code: String, token new: NewLoginToken, from address: String?,
        at origins: [KnownOrigin] = [], now: Instant
    ) async throws -> Registration {
        try await database.write { connection in
            let former = member.workspace.id
            guard try connection.member(id: member.user.id, workspaceID: former) != nil,
                try connection.isAlone(member.user.id, workspaceID: former),
                try connection.hasNoData(workspaceID: former)
            else { return .emailTaken }
            let isConfirmed = try connection.isMailed(code)
            guard let invitation = try connection.takeInvitation(code: code, email: member.user.email, now: now) else {
                return .invitationInvalid
            }
            try connection.execute(
                "DELETE FROM access_token WHERE workspace_id = \(former) AND user_id = \(member.user.id)")
            try connection.deletePasswordReset(of: member.user)
            try connection.forgetOrigins(of: member.user)
            try connection.execute(
                """
                UPDATE user_account
                SET workspace_id = \(invitation.workspaceID), name = \(name), role = \(invitation.role.rawValue),
                    token_count = 0,
                    email_confirmed_at = COALESCE(email_confirmed_at, \(isConfirmed ? now : nil))
                WHERE workspace_id = \(former) AND id = \(member.user.id)
                """)
            try connection.deleteWorkspace(id: former)
            connection.note(.sessions, in: former)
            try connection.countUser(1, role: invitation.role, workspaceID: invitation.workspaceID)
            guard let moved = try connection.member(id: member.user.id, workspaceID: invitation.workspaceID) else {
                throw StoreError(.corrupt, "an account that was just moved is not there")
            }
            let token = try connection.insert(new, for: moved.user, now: now)
            try connection.remember(origins, of: moved.user, now: now)
            try connection.audit(
                .userJoined, of: moved.user.id,
                [
                    AuditChange("name", from: nil, to: name),
                    AuditChange("email", from: nil, to: moved.user.email.text),
                    AuditChange("role", from: nil, to: moved.user.role.rawValue),
                ],
                by: Author(person: .init(moved.user), tokenID: token.token.id, address: address),
                workspaceID: moved.workspace.id, now: now)
            return .done(moved, token)
        }
    }

    /// The account with that address and its password's hash, or nil.
    public func credentials(email: EmailAddress) async throws -> (member: Member, passwordHash: String)? {
        try await database.read { try $0.account(email: email) }
    }

    /// Of alerts of which severities a user wants mail, and when the user showed that mail arrives; nil for not yet, and
    /// then there is none.
    public func alertEmails(of user: User) async throws -> (severities: [Severity], confirmedAt: Instant?) {
        try await database.read { try $0.alertEmails(of: user) ?? ([], nil) }
    }

    /// Changes of alerts of which severities a user gets mail: of none by default.
    ///
    /// An address that has not shown that mail arrives is asked.
    public func setAlertEmails(_ severities: [Severity], of user: User, by author: Author, now: Instant) async throws {
        try await database.write { connection in
            let found = try connection.alertEmails(of: user)
            guard let found else { return }
            if !severities.isEmpty, found.confirmedAt == nil {
                try connection.addMailRecipients([user.email], workspaceID: user.workspaceID, now: now)
            }
            let former = found.severities
            guard former != severities else { return }
            try connection.execute(
                """
                UPDATE user_account
                SET alert_severities = \(severities.stored)
                WHERE workspace_id = \(user.workspaceID) AND id = \(user.id)
                """)
            try connection.audit(
                .userAlertEmailsChanged, of: user.id,
                [AuditChange("alert_emails", from: former.stored, to: severities.stored)], by: author,
                workspaceID: user.workspaceID, now: now)
        }
    }

    /// Replaces a user's password.
    ///
    /// - Parameters:
    ///   - user: Whose it is.
    ///   - hash: The new one's hash in PHC form.
    ///   - ending: Which tokens of the user end with it.
    ///   - author: Who does it, for the audit log.
    ///   - now: When.
    /// - Returns: How many tokens ended.
    @discardableResult
    public func changePassword(
        of user: User, toHash hash: String, ending: EndingTokens, by author: Author, now: Instant
    ) async throws -> Int {
        try await database.write { connection in
            try connection.setPassword(of: user, toHash: hash)
            let ended = try connection.revokeTokens(ending, of: user)
            try connection.audit(
                .userPasswordChanged, of: user.id,
                ending == .none ? [] : RevokedTokens.described(ended), by: author, workspaceID: user.workspaceID,
                now: now)
            return ended.count
        }
    }

    /// Returns whether any account of the database has a password hash that does not begin with a text.
    ///
    /// It reads the accounts of all workspaces until it finds one, so it is for the start of a program.
    ///
    /// - Parameter prefix: Without `%` and `_`.
    public func hasPasswordHash(notBeginningWith prefix: String) async throws -> Bool {
        try await database.read { connection in
            try connection.first(
                "SELECT id FROM user_account WHERE password_hash NOT LIKE \(prefix + "%") LIMIT 1"
            ) { try $0.integer(0) } != nil
        }
    }
}

extension Connection {
    /// Sets a user's password, after which a code that was sent for another sets none.
    func setPassword(of user: User, toHash hash: String) throws {
        try execute(
            """
            UPDATE user_account
            SET password_hash = \(hash)
            WHERE workspace_id = \(user.workspaceID) AND id = \(user.id)
            """)
        try deletePasswordReset(of: user)
    }

    fileprivate func alertEmails(of user: User) throws -> (severities: [Severity], confirmedAt: Instant?)? {
        try first(
            """
            SELECT alert_severities, email_confirmed_at
            FROM user_account
            WHERE workspace_id = \(user.workspaceID) AND id = \(user.id)
            """
        ) { (try $0.severities(0), try $0.optionalInstant(1)) }
    }

    /// Whether nobody else is in the workspace.
    func isAlone(_ userID: Int64, workspaceID: Int64) throws -> Bool {
        let other = try first(
            """
            SELECT id
            FROM user_account
            WHERE workspace_id = \(workspaceID) AND id <> \(userID)
            LIMIT 1
            """
        ) { try $0.integer(0) }
        return other == nil
    }

    /// Notes that a workspace has so many users of a role more.
    func countUser(_ change: Int, role: Role, workspaceID: Int64) throws {
        try execute(
            """
            UPDATE workspace
            SET user_count = user_count + \(change), admin_count = admin_count + \(role == .admin ? change : 0)
            WHERE id = \(workspaceID)
            """)
    }

    /// Notes that a user has so many tokens more.
    func countTokens(_ change: Int, of userID: Int64, workspaceID: Int64) throws {
        try execute(
            """
            UPDATE user_account
            SET token_count = token_count + \(change)
            WHERE workspace_id = \(workspaceID) AND id = \(userID)
            """)
    }
}
