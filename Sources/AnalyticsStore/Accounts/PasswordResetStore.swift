public import AnalyticsCore

/// Codes by which a user who forgot the password may set another.
///
/// Of a code only the SHA-256 is kept; it holds an hour and works once.
public struct PasswordResetStore: Sendable {
    private let database: any Database

    /// The codes of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// How long a code holds: an hour, in seconds.
    public static let lifetimeSeconds: Int64 = 3_600

    /// The number of codes of a user that hold at the same time.
    public static let mostCodes = 3

    /// Makes a code beside those that the user has, which stay good: who asks for another must not end them.
    ///
    /// - Returns: The code; nil where the user has as many as hold at the same time.
    public func makeCode(for user: User, now: Instant) async throws -> String? {
        var generator = SystemRandomNumberGenerator()
        let code = RandomText.lettersAndDigits(40, using: &generator)
        return try await database.write { connection in
            try connection.execute(
                """
                DELETE FROM password_reset
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND expires_at <= \(now)
                """)
            let count = try connection.first(
                """
                SELECT COUNT(*)
                FROM password_reset
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id)
                """
            ) { try $0.integer(0) }
            guard count ?? 0 < Int64(Self.mostCodes) else { return nil }
            try connection.execute(
                """
                INSERT INTO password_reset (workspace_id, user_id, code_hash, expires_at)
                VALUES (
                    \(user.workspaceID), \(user.id), \(SecretHash.of(code)),
                    \(now.advanced(bySeconds: Self.lifetimeSeconds))
                )
                """)
            return code
        }
    }

    /// Whose password a code sets; nil where it sets none, any more or at all.
    public func owner(ofCode code: String, now: Instant) async throws -> Member? {
        try await database.read { try $0.owner(ofResetCode: code, now: now) }
    }

    /// Sets a password by a code, which is used up; all tokens of the user are revoked.
    ///
    /// - Parameters:
    ///   - code: The code.
    ///   - hash: The password's hash in PHC form.
    ///   - address: The client's address, for the audit log.
    ///   - now: When.
    /// - Returns: Whether the code held.
    public func reset(byCode code: String, toHash hash: String, from address: String?, now: Instant) async throws
        -> Bool
    {
        try await database.write { connection in
            guard let user = try connection.owner(ofResetCode: code, now: now)?.user else { return false }
            try connection.setPassword(of: user, toHash: hash)
            // The code came by mail.
            try connection.confirmEmail(user.email, workspaceID: user.workspaceID, now: now)
            let revoked = try connection.revokeTokens(.all(but: nil), of: user)
            try connection.audit(
                .userPasswordReset, of: user.id, RevokedTokens.described(revoked),
                by: Author(person: .init(user), address: address),
                workspaceID: user.workspaceID, now: now)
            return true
        }
    }
}

extension Connection {
    /// Removes the codes that a user has.
    func deletePasswordReset(of user: User) throws {
        try execute("DELETE FROM password_reset WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id)")
    }

    fileprivate func owner(ofResetCode code: String, now: Instant) throws -> Member? {
        try first(
            """
            SELECT \(Member.columns)
            FROM password_reset AS r
            JOIN user_account AS u ON u.workspace_id = r.workspace_id AND u.id = r.user_id
            JOIN workspace AS w ON w.id = u.workspace_id
            WHERE r.code_hash = \(SecretHash.of(code)) AND r.expires_at > \(now)
            """
        ) { try Member(row: $0, startingAt: 0) }
    }
}
