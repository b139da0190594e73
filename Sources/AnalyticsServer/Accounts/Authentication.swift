import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// Tells by its token who a request is from.
///
/// Sessions are kept in memory, so that a request costs no look into the database. A commit that ends or changes some of a
/// workspace is learnt of before it is answered, and by other processes as soon as they hear of it; while a process would
/// not hear of it nothing that was kept is used.
struct Authentication: Sendable {
    private let tokens: TokenStore
    private let uses: TokenUseLog
    private let versions: DataVersions
    private let limits: RateLimitCounters
    private let publicURL: PublicURL
    private let now: @Sendable () -> Instant
    private let sessions = GenerationalCache<Int64, Session>(capacity: 20_000)

    /// How many sessions are read at a time.
    private static let page = 500

    /// - Parameters:
    ///   - tokens: Where tokens are looked up.
    ///   - uses: What learns of each token's use.
    ///   - versions: What tells of sessions that ended or changed.
    ///   - limits: Counts wrong tokens.
    ///   - publicURL: What the name of a browser's cookie depends on.
    ///   - now: The clock.
    init(
        tokens: TokenStore, uses: TokenUseLog, versions: DataVersions, limits: RateLimitCounters, publicURL: PublicURL,
        now: @escaping @Sendable () -> Instant
    ) {
        self.tokens = tokens
        self.uses = uses
        self.versions = versions
        self.limits = limits
        self.publicURL = publicURL
        self.now = now
        versions.observe { [sessions] news in
            switch news {
            case .committed(let changes):
                let changed = changes[.sessions]
                if !changed.isEmpty { sessions.removeAll { changed.contains($0.member.workspace.id) } }
            case .anything: sessions.removeAll()
            }
        }
    }

    /// Who a request is from, and whether by a browser's cookie.
    ///
    /// A browser's session that is used goes on for another twelve hours, up to 30 days after it began.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - client: The address that it comes from, by which wrong tokens count.
    /// - Throws: ``APIError/unauthenticated`` without a token, with one that is not valid and with one that expired; status
    ///   429 where the address sent too many wrong tokens and this one is not among those in use.
    func caller(
        of request: Request, from client: @autoclosure () -> NetworkAddress?
    ) async throws -> (session: Session, isBrowser: Bool) {
        let bearer = request.headers[.authorization].flatMap(Self.bearer)
        // Whoever sends a token means that one.
        let isBrowser = request.headers[.authorization] == nil
        let now = now()
        guard let secret = isBrowser ? BrowserSession.token(in: request, publicURL: publicURL.text) : bearer else {
            throw APIError.unauthenticated
        }
        guard let session = try await session(tokenID: secret.id, from: client(), now: now), session.matches(secret),
            !session.hasExpired(at: now),
            // Any other token in a cookie is an API token in the wrong place.
            !isBrowser || session.token.kind == .browser
        else {
            limits.hitWrongToken(from: client(), now: now)
            throw APIError.unauthenticated
        }
        if isBrowser {
            try await use(session, at: now)
        } else {
            uses.note(tokenID: session.token.id, workspaceID: session.member.workspace.id, at: now)
        }
        return (session, isBrowser)
    }

    /// Notes that a session is used, and has it go on where it is a browser's.
    ///
    /// - Parameter session: As it is now.
    func use(_ session: Session, at now: Instant) async throws {
        uses.note(tokenID: session.token.id, workspaceID: session.member.workspace.id, at: now)
        guard session.token.kind == .browser, let end = session.token.expiresAt,
            end < now.advanced(bySeconds: BrowserSession.renewalSeconds)
        else { return }
        let next = BrowserSession.end(begunAt: session.token.createdAt, usedAt: now)
        if next > end { try await tokens.extend(session, to: next) }
    }

    /// The sessions of tokens as they are now, without those that were revoked or have expired.
    func sessions(of tokenIDs: Set<Int64>) async throws -> [Int64: Session] {
        let isFollowing = versions.isFollowing
        var found: [Int64: Session] = [:]
        var unknown: [Int64] = []
        for id in tokenIDs {
            if isFollowing, let session = sessions[id] { found[id] = session } else { unknown.append(id) }
        }
        while !unknown.isEmpty {
            // A revocation between the look into the database and the insert must not bring a session back.
            let removals = sessions.removals
            for session in try await tokens.sessions(tokenIDs: Array(unknown.suffix(Self.page))) {
                sessions.insert(session, for: session.token.id, ifStillAt: removals)
                found[session.token.id] = session
            }
            unknown.removeLast(min(Self.page, unknown.count))
        }
        let now = now()
        return found.filter { !$0.value.hasExpired(at: now) }
    }

    private func session(
        tokenID: Int64, from client: @autoclosure () -> NetworkAddress?, now: Instant
    ) async throws -> Session? {
        if versions.isFollowing, let session = sessions[tokenID] { return session }
        // A look into the database is what a wrong token costs; tokens in use need none.
        try limits.checkWrongTokens(from: client(), now: now)
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

extension Session {
    /// Whether its token has come to its end.
    func hasExpired(at now: Instant) -> Bool {
        token.expiresAt.map { $0 <= now } ?? false
    }
}
