import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// Tells by its token who a request is from.
///
/// Sessions are kept in memory, so that a request costs no look into the database. What ends or changes one on this
/// node is forgotten before it is answered.
struct Authentication: Sendable {
    private let tokens: TokenStore
    private let uses: TokenUseLog
    private let now: @Sendable () -> Instant
    private let sessions = GenerationalCache<Int64, Session>(capacity: 20_000)

    init(tokens: TokenStore, uses: TokenUseLog, now: @escaping @Sendable () -> Instant) {
        self.tokens = tokens
        self.uses = uses
        self.now = now
    }

    /// Who a request is from.
    ///
    /// - Throws: ``APIError/unauthenticated`` without a token, with one that is not valid and with one that expired.
    func session(of request: Request) async throws -> Session {
        guard let secret = request.headers[.authorization].flatMap(Self.bearer),
            let session = try await session(tokenID: secret.id), session.matches(secret)
        else { throw APIError.unauthenticated }
        let now = now()
        if let end = session.token.expiresAt, end <= now { throw APIError.unauthenticated }
        uses.note(tokenID: session.token.id, workspaceID: session.member.workspace.id, at: now)
        return session
    }

    /// The session of a token as it is now, or nil where the token was revoked or has expired.
    func session(tokenID: Int64, at now: Instant) async throws -> Session? {
        guard let session = try await session(tokenID: tokenID) else { return nil }
        if let end = session.token.expiresAt, end <= now { return nil }
        return session
    }

    /// How often a session may have changed so far.
    var changeCount: UInt64 { sessions.removals }

    /// Forgets the session of a token that was revoked.
    func forget(tokenID: Int64) {
        sessions.remove(tokenID)
    }

    /// Forgets all sessions, because a user or a workspace changed.
    ///
    /// That is rare, and they are read again when needed.
    func forgetAll() {
        sessions.removeAll()
    }

    private func session(tokenID: Int64) async throws -> Session? {
        if let session = sessions[tokenID] { return session }
        // A revocation between the look into the database and the insert must not bring the session back.
        let removals = sessions.removals
        guard let session = try await tokens.session(tokenID: tokenID) else { return nil }
        sessions.insert(session, for: tokenID, ifStillAt: removals)
        return session
    }

    /// The secret behind `Bearer` (RFC 6750, section 2.1; the scheme in any case), or nil.
    private static func bearer(_ authorization: String) -> TokenSecret? {
        let scheme = authorization.prefix(7)
        guard scheme == "Bearer " || scheme.lowercased() == "bearer " else { return nil }
        return TokenSecret(authorization.dropFirst(7))
    }
}
