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

    /// Makes a token with the one of ``Author/tokenID``, or for the operator.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - scopes: What it may be used for.
    ///   - expiresAt: From when on it is refused; nil is never.
    ///   - user: Whose token it is.
    ///   - most: How many tokens that were made with others the user may have; nil for any number.
    ///   - request: The request's idempotency key, if it has one.
    ///   - author: Who does it, for the audit log. The token that the author came with is the new one's parent.
    ///   - now: When it was made.
    /// - Throws: ``EndedToken`` where the parent was revoked or has expired meanwhile, ``ValidationError`` where the user
    ///   has as many as allowed.
    public func issue(
        name: String, scopes: TokenScopes, expiresAt: Instant? = nil, for user: User, atMost most: Int? = nil,
        once request: KeyedRequest<IssuedToken>? = nil, by author: Author, now: Instant
    ) async throws -> Outcome<IssuedToken> {
        try await database.write(once: request, now: now) { connection in
            // A parent that was revoked while the request was on its way must not leave a child behind.
            if let parentID = author.tokenID, try !connection.hasToken(parentID, of: user, at: now) {
                throw EndedToken()
            }
            if let most, try connection.madeTokenCount(of: user, upTo: most, at: now) >= most {
                throw ValidationError(
                    field: "name", code: .limit,
                    message: "You must not have more than \(most) tokens that were made with others. Revoke one first.")
            }
            let token = try connection.insertToken(
                .made, name: name, scopes: scopes, expiresAt: expiresAt, parentID: author.tokenID, for: user, now: now)
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
    ///   - origins: What is known from now on as being the user's: see ``KnownOrigin``.
    ///   - now: When.
    public func issueForLogin(
        _ new: NewLoginToken, of user: User, from address: String?, at origins: [KnownOrigin] = [], now: Instant
    ) async throws -> IssuedToken {
        try await database.write { connection in
            let token = try connection.insert(new, for: user, now: now)
            try connection.remember(origins, of: user, now: now)
            try connection.audit(
                .userLoggedIn, of: user.id,
                by: Author(person: .init(user), tokenID: token.token.id, address: address),
                workspaceID: user.workspaceID, now: now)
            return token
        }
    }

    /// Moves the end of a browser's session further into the future, never an earlier one.
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
                        token: try AccessToken(row: row), secretHash: try row.bytes(6),
                        member: try Member(row: row, startingAt: 7)))
            }
            return sessions
        }
    }

    /// A part of a user's tokens, newest first, with those that are over.
    public func list(_ slice: ListSlice, of user: User) async throws -> ListPage<UsedToken> {
        try await database.read { connection in
            let tokens = try connection.all(
                """
                SELECT id, name, scopes, expires_at, created_at, kind, last_used_at
                FROM access_token
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND id < \(slice.bound)
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """
            ) { row in
                UsedToken(token: try AccessToken(row: row), lastUsedAt: try row.optionalInstant(6))
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

    /// Removes a token of a user with all tokens that were made with it, and with those.
    ///
    /// Where it has expired it alone is removed: its end was no revocation.
    ///
    /// - Returns: How many tokens were removed, 0 where the user had none of that id.
    @discardableResult
    public func revoke(_ tokenID: Int64, of user: User, by author: Author, now: Instant) async throws -> Int {
        try await database.write { connection in
            guard let end = try connection.tokenEnd(tokenID, of: user) else { return 0 }
            var ids = [tokenID]
            if let end, end <= now {
                try connection.handOnChildren(of: [tokenID], of: user)
            } else {
                ids = try connection.tokenWithDescendants(tokenID, of: user)
            }
            try connection.deleteTokens(ids, of: user)
            try connection.audit(
                .tokenRevoked, of: tokenID, RevokedTokens.changes(ids.filter { $0 != tokenID }), by: author,
                workspaceID: user.workspaceID, now: now)
            return ids.count
        }
    }

    /// Removes the token of somebody who logs out; what was made with it stays.
    ///
    /// What was made with it then counts as made with the token that it was itself made with.
    ///
    /// - Returns: Whether the user had it.
    @discardableResult
    public func end(_ tokenID: Int64, of user: User, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard try connection.tokenEnd(tokenID, of: user) != nil else { return false }
            try connection.handOnChildren(of: [tokenID], of: user)
            try connection.deleteTokens([tokenID], of: user)
            try connection.audit(.tokenRevoked, of: tokenID, by: author, workspaceID: user.workspaceID, now: now)
            return true
        }
    }

    /// Removes tokens that have expired, those first that did so first.
    ///
    /// - Parameters:
    ///   - limit: How many are removed at most.
    ///   - end: They had expired by then.
    /// - Returns: How many were removed.
    public func prune(limit: Int = 200, endedBy end: Instant) async throws -> Int {
        try await database.write { connection in
            let ended = try connection.all(
                """
                SELECT workspace_id, user_id, id
                FROM access_token
                WHERE expires_at <= \(end)
                ORDER BY expires_at
                LIMIT \(limit)
                """
            ) { (workspaceID: try $0.integer(0), userID: try $0.integer(1), id: try $0.integer(2)) }
            for token in ended {
                try connection.handOnChildren(
                    of: [token.id], ofUser: token.userID, workspaceID: token.workspaceID)
                try connection.execute(
                    "DELETE FROM access_token WHERE workspace_id = \(token.workspaceID) AND id = \(token.id)")
                try connection.countTokens(-1, of: token.userID, workspaceID: token.workspaceID)
            }
            return ended.count
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
    /// Whether it is a browser's, in a cookie.
    public let isBrowser: Bool

    /// A token of the given parts.
    public init(name: String, expiresAt: Instant? = nil, isBrowser: Bool = false) {
        self.name = name
        self.expiresAt = expiresAt
        self.isBrowser = isBrowser
    }
}

/// The token that another was to be made with was revoked or has expired.
public struct EndedToken: Error, Equatable {
    /// Says no more than that.
    public init() {}
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
        ["t.id", "t.name", "t.scopes", "t.expires_at", "t.created_at", "t.kind", "t.secret_hash"]
            + Member.columnNames,
        """
        FROM access_token AS t
        JOIN user_account AS u ON u.workspace_id = t.workspace_id AND u.id = t.user_id
        JOIN workspace AS w ON w.id = u.workspace_id
        WHERE t.id = :id
        """, by: ["id": .integer])
}

extension AccessToken {
    /// Reads six columns: id, name, scopes, expires_at, created_at and kind.
    fileprivate init(row: any Row) throws {
        guard let scopes = TokenScopes(names: try row.text(2).split(separator: " ").map(String.init)) else {
            throw StoreError.unexpected(value: "no scopes", column: 2)
        }
        self.init(
            id: try row.integer(0), kind: try row.named(5), name: try row.text(1), scopes: scopes,
            expiresAt: try row.optionalInstant(3), createdAt: try row.instant(4))
    }
}

extension Connection {
    /// Makes the token of somebody who logs in or registers, with all scopes, within a transaction.
    func insert(_ new: NewLoginToken, for user: User, now: Instant) throws -> IssuedToken {
        try insertToken(
            new.isBrowser ? .browser : .login, name: new.name, scopes: .all, expiresAt: new.expiresAt, parentID: nil,
            for: user, now: now)
    }

    /// Makes a token within a transaction.
    fileprivate func insertToken(
        _ kind: AccessToken.Kind, name: String, scopes: TokenScopes, expiresAt: Instant?, parentID: Int64?,
        for user: User, now: Instant
    ) throws -> IssuedToken {
        let id = try nextID(of: .token)
        var generator = SystemRandomNumberGenerator()
        let secret = TokenSecret(id: id, using: &generator)
        try execute(
            """
            INSERT INTO access_token (
                workspace_id, id, user_id, kind, name, scopes, secret_hash, expires_at, parent_id, created_at
            )
            VALUES (
                \(user.workspaceID), \(id), \(user.id), \(kind.rawValue), \(name),
                \(scopes.names.joined(separator: " ")), \(SecretHash.of(secret.secret)), \(expiresAt), \(parentID),
                \(now)
            )
            """)
        try countTokens(1, of: user.id, workspaceID: user.workspaceID)
        return IssuedToken(
            token: AccessToken(id: id, kind: kind, name: name, scopes: scopes, expiresAt: expiresAt, createdAt: now),
            secret: secret)
    }

    /// When a token of a user ends, which may be never; nil where the user has none of that id.
    fileprivate func tokenEnd(_ tokenID: Int64, of user: User) throws -> Instant?? {
        try first(
            """
            SELECT expires_at
            FROM access_token
            WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND id = \(tokenID)
            """
        ) { try $0.optionalInstant(0) }
    }

    /// Whether a user has a token of that id that has not expired.
    fileprivate func hasToken(_ tokenID: Int64, of user: User, at now: Instant) throws -> Bool {
        guard let end = try tokenEnd(tokenID, of: user) else { return false }
        return end.map { $0 > now } ?? true
    }

    /// How many tokens a user has that were made with others and have not expired, counted up to a number.
    fileprivate func madeTokenCount(of user: User, upTo most: Int, at now: Instant) throws -> Int {
        let kind = AccessToken.Kind.made.rawValue
        let count = try first(
            """
            SELECT COUNT(*)
            FROM (
                SELECT id
                FROM access_token
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND kind = \(kind)
                    AND (expires_at IS NULL OR expires_at > \(now))
                LIMIT \(most)
            ) AS made
            """
        ) { try $0.integer(0) }
        return Int(count ?? 0)
    }
}
