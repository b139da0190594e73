public import AnalyticsCore
import Crypto

/// Access tokens.
///
/// Of their secrets only the SHA-256 is kept.
public struct TokenStore: Sendable {
    private let database: any Database

    /// The tokens of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - scopes: What it may be used for.
    ///   - expiresAt: From when on it is refused; nil is never.
    ///   - user: Whose token it is.
    ///   - request: The request's idempotency key, if it has one.
    ///   - author: Who does it, for the audit log.
    ///   - now: When it was made.
    public func issue(
        name: String, scopes: TokenScopes, expiresAt: Instant? = nil, for user: User,
        once request: KeyedRequest<IssuedToken>? = nil, by author: Author, now: Instant
    ) async throws -> Outcome<IssuedToken> {
        try await database.write(once: request, now: now) { connection in
            let token = try connection.insertToken(
                name: name, scopes: scopes, expiresAt: expiresAt, for: user, now: now)
            try connection.audit(
                .tokenCreated, of: token.token.id,
                [
                    AuditChange("name", from: nil, to: name),
                    AuditChange("scopes", from: nil, to: scopes.names.joined(separator: " ")),
                    AuditChange("expires_at", from: nil, to: expiresAt?.description),
                ],
                by: author, workspaceID: user.workspaceID, now: now)
            return token
        }
    }

    /// Makes the token of somebody who logged in, with all scopes.
    ///
    /// - Parameters:
    ///   - new: What it is called, and when it ends.
    ///   - user: Who it is.
    ///   - address: The client's address, for the audit log.
    ///   - now: When.
    public func issueForLogin(
        _ new: NewLoginToken, of user: User, from address: String?, now: Instant
    ) async throws -> IssuedToken {
        try await database.write { connection in
            let token = try connection.insert(new, for: user, now: now)
            try connection.audit(
                .userLoggedIn, of: user.id,
                by: Author(person: .init(user), tokenID: token.token.id, address: address),
                workspaceID: user.workspaceID, now: now)
            return token
        }
    }

    /// Moves the end of a token further into the future.
    public func extend(_ session: Session, to end: Instant) async throws {
        try await database.write { connection in
            let workspaceID = session.member.workspace.id
            let extended = try connection.execute(
                """
                UPDATE access_token
                SET expires_at = \(end)
                WHERE workspace_id = \(workspaceID) AND id = \(session.token.id) AND expires_at < \(end)
                """)
            if extended > 0 { connection.note(.sessions, in: workspaceID) }
        }
    }

    /// What is needed to let a request in by the token of that id, or nil where there is none.
    public func session(tokenID: Int64) async throws -> Session? {
        try await sessions(tokenIDs: [tokenID]).first
    }

    /// What is needed to let requests in by tokens of those ids, without those that there are not.
    public func sessions(tokenIDs: [Int64]) async throws -> [Session] {
        try await database.read { connection in
            var sessions: [Session] = []
            try connection.ask([.lookup(.sessionsByToken, keys: tokenIDs.map { [.integer($0)] })]) { _, _, row in
                sessions.append(
                    Session(
                        token: try AccessToken(row: row), secretHash: try row.bytes(5),
                        member: try Member(row: row, startingAt: 6)))
            }
            return sessions
        }
    }

    /// A part of a user's tokens, newest first, with those that are over.
    public func list(_ slice: ListSlice, of user: User) async throws -> ListPage<UsedToken> {
        try await database.read { connection in
            let tokens = try connection.all(
                """
                SELECT id, name, scopes, expires_at, created_at, last_used_at
                FROM access_token
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND id < \(slice.bound)
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """
            ) { row in
                UsedToken(token: try AccessToken(row: row), lastUsedAt: try row.optionalInstant(5))
            }
            let total = try connection.first(
                """
                SELECT token_count
                FROM user_account
                WHERE workspace_id = \(user.workspaceID) AND id = \(user.id)
                """
            ) { try $0.integer(0) }
            return ListPage(tokens, of: slice, total: Int(total ?? 0))
        }
    }

    /// Removes a token of a user.
    ///
    /// - Returns: Whether the user had it.
    @discardableResult
    public func revoke(_ tokenID: Int64, of user: User, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            let removed = try connection.execute(
                """
                DELETE FROM access_token
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND id = \(tokenID)
                """)
            guard removed > 0 else { return false }
            try connection.countTokens(-removed, of: user.id, workspaceID: user.workspaceID)
            connection.note(.sessions, in: user.workspaceID)
            try connection.audit(
                .tokenRevoked, of: tokenID, by: author, workspaceID: user.workspaceID, now: now)
            return true
        }
    }

    /// Notes when tokens were last used, all in one transaction.
    ///
    /// - Parameter uses: Each token's workspace and the latest use.
    public func noteUse(_ uses: [Int64: (workspaceID: Int64, at: Instant)]) async throws {
        try await database.write { connection in
            try connection.execute(
                "UPDATE access_token SET last_used_at = ?3 WHERE workspace_id = ?1 AND id = ?2",
                forEach: uses.map { id, use in
                    [use.workspaceID.sqlValue, id.sqlValue, use.at.sqlValue]
                })
        }
    }
}

/// The token that somebody gets who logs in or registers.
public struct NewLoginToken: Sendable, Equatable {
    /// What it is called.
    public let name: String
    /// From when on it is refused; nil is never.
    public let expiresAt: Instant?

    /// A token of the given parts.
    public init(name: String, expiresAt: Instant? = nil) {
        self.name = name
        self.expiresAt = expiresAt
    }
}

/// A token that was just made: the only moment at which its secret is known.
public struct IssuedToken: Sendable, Equatable {
    /// The token.
    public let token: AccessToken
    /// What a client sends.
    public let secret: TokenSecret
}

/// A token with what is known of its use.
public struct UsedToken: Sendable, Equatable {
    /// The token.
    public let token: AccessToken
    /// When a request last came with it, to within some seconds; nil where none did.
    public let lastUsedAt: Instant?
}

/// Who a token stands for.
public struct Session: Sendable, Equatable {
    /// The token.
    public let token: AccessToken
    /// The SHA-256 of its secret.
    public let secretHash: [UInt8]
    /// Whose token it is.
    public let member: Member

    /// Whether the secret is this token's.
    ///
    /// How long it takes does not depend on where they differ.
    public func matches(_ secret: TokenSecret) -> Bool {
        guard secretHash.count == SHA256.byteCount else { return false }
        return zip(SecretHash.digest(of: secret.secret), secretHash).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Lookup {
    /// A token with its user and the user's workspace.
    fileprivate static let sessionsByToken = Lookup(
        ["t.id", "t.name", "t.scopes", "t.expires_at", "t.created_at", "t.secret_hash"] + Member.columnNames,
        """
        FROM access_token AS t
        JOIN user_account AS u ON u.workspace_id = t.workspace_id AND u.id = t.user_id
        JOIN workspace AS w ON w.id = u.workspace_id
        WHERE t.id = :id
        """, by: ["id": .integer])
}

extension AccessToken {
    /// Reads five columns: id, name, scopes, expires_at and created_at.
    fileprivate init(row: any Row) throws {
        guard let scopes = TokenScopes(names: try row.text(2).split(separator: " ").map(String.init)) else {
            throw StoreError.unexpected(value: "no scopes", column: 2)
        }
        self.init(
            id: try row.integer(0), name: try row.text(1), scopes: scopes, expiresAt: try row.optionalInstant(3),
            createdAt: try row.instant(4))
    }
}

extension Connection {
    /// Makes the token of somebody who logs in or registers, with all scopes, within a transaction.
    func insert(_ new: NewLoginToken, for user: User, now: Instant) throws -> IssuedToken {
        try insertToken(name: new.name, scopes: .all, expiresAt: new.expiresAt, for: user, now: now)
    }

    /// Makes a token within a transaction.
    func insertToken(
        name: String, scopes: TokenScopes, expiresAt: Instant?, for user: User, now: Instant
    ) throws -> IssuedToken {
        let id = try nextID(of: .token)
        var generator = SystemRandomNumberGenerator()
        let secret = TokenSecret(id: id, using: &generator)
        try execute(
            """
            INSERT INTO access_token (
                workspace_id, id, user_id, name, scopes, secret_hash, expires_at, created_at
            )
            VALUES (
                \(user.workspaceID), \(id), \(user.id), \(name), \(scopes.names.joined(separator: " ")),
                \(SecretHash.of(secret.secret)), \(expiresAt), \(now)
            )
            """)
        try countTokens(1, of: user.id, workspaceID: user.workspaceID)
        return IssuedToken(
            token: AccessToken(id: id, name: name, scopes: scopes, expiresAt: expiresAt, createdAt: now),
            secret: secret)
    }
}
