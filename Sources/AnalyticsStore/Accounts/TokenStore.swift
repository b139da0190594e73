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
    ///   - now: When it was made.
    public func issue(
        name: String, scopes: TokenScopes, expiresAt: Instant? = nil, for user: User, now: Instant
    ) async throws -> IssuedToken {
        try await database.write { connection in
            try connection.issueToken(name: name, scopes: scopes, expiresAt: expiresAt, for: user, now: now)
        }
    }

    /// What is needed to let a request in by the token of that id, or nil where there is none.
    public func session(tokenID: Int64) async throws -> Session? {
        try await database.read { connection in
            try connection.first(
                """
                SELECT t.id, t.name, t.scopes, t.expires_at, t.secret_hash,
                    u.workspace_id, u.id, u.name, u.email, u.role, u.created_at,
                    w.id, w.name, w.time_zone, w.currency
                FROM access_token AS t
                JOIN user_account AS u ON u.workspace_id = t.workspace_id AND u.id = t.user_id
                JOIN workspace AS w ON w.id = u.workspace_id
                WHERE t.id = \(tokenID)
                """
            ) { row in
                guard let scopes = TokenScopes(names: try row.text(2).split(separator: " ").map(String.init)) else {
                    throw StoreError.unexpected(value: "no scopes", column: 2)
                }
                return Session(
                    token: AccessToken(
                        id: try row.integer(0), name: try row.text(1), scopes: scopes,
                        expiresAt: try row.optionalInstant(3)),
                    secretHash: try row.bytes(4), member: try Member(row: row, startingAt: 5))
            }
        }
    }

    /// Removes a token; that it is not there is no error.
    public func revoke(tokenID: Int64, workspaceID: Int64) async throws {
        _ = try await database.write { connection in
            try connection.execute(
                "DELETE FROM access_token WHERE workspace_id = \(workspaceID) AND id = \(tokenID)")
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

/// A token that was just made: the only moment at which its secret is known.
public struct IssuedToken: Sendable, Equatable {
    /// The token.
    public let token: AccessToken
    /// What a client sends.
    public let secret: TokenSecret
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
        return zip(secret.sha256, secretHash).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension TokenSecret {
    /// The SHA-256 of what stands after `|`.
    fileprivate var sha256: SHA256Digest {
        var text = secret
        return text.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
    }
}

extension Connection {
    /// Makes a token within a transaction.
    func issueToken(
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
                \(Array(secret.sha256)), \(expiresAt), \(now)
            )
            """)
        return IssuedToken(
            token: AccessToken(id: id, name: name, scopes: scopes, expiresAt: expiresAt), secret: secret)
    }
}
