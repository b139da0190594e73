import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/auth/tokens`: one's own tokens.
///
/// | route       | needs                |
/// |-------------|----------------------|
/// | GET    /    | a token with scope * |
/// | POST   /    | a token with scope * |
/// | DELETE /:id | a token with scope * |
struct TokenRoutes {
    let tokens: TokenStore
    /// How many tokens that were made with others a user may have; 0 for any number.
    let mostMade: Int
    let accountMail: AccountMail
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(.get, "/api/v1/auth/tokens", nil, .listTokens, needsEveryScope: true, list),
            .authorized(
                .post, "/api/v1/auth/tokens", nil, .createToken, body: .creating, needsEveryScope: true, create),
            .authorized(.delete, "/api/v1/auth/tokens/{id}", nil, .revokeToken, needsEveryScope: true, revoke),
        ]
    }

    @Sendable private func list(_ call: Call, _ session: Session) async throws -> Response {
        try await call.list(
            { try await tokens.list($0, of: session.member.user) }, id: \.token.id, TokenView.init(used:))
    }

    @Sendable private func create(_ call: Call, _ session: Session) async throws -> Response {
        let now = now()
        let user = session.member.user
        let body = try TokenBody(call.body, maker: session, now: now)
        let outcome: Outcome<IssuedToken>
        do {
            outcome = try await tokens.issue(
                name: body.name, scopes: body.scopes, expiresAt: body.expiresAt, for: user,
                atMost: mostMade > 0 ? mostMade : nil,
                once: call.once { DataView(TokenView(issued: $0, showsSecret: false)) }, by: call.author(session),
                now: now)
        } catch is EndedToken {
            throw APIError.unauthenticated
        }
        if case .done = outcome, body.scopes == .all { accountMail.tell(user, of: .wholeTokenMade, call, now: now) }
        return call.response(to: outcome) {
            DataView(TokenView(issued: $0, showsSecret: true))
        }
    }

    @Sendable private func revoke(_ call: Call, _ session: Session) async throws -> Response {
        let id = try call.id()
        let revoked = try await tokens.revoke(id, of: session.member.user, by: call.author(session), now: now())
        guard revoked > 0 else { throw APIError.notFound }
        return .message("Token revoked successfully.", revoked: revoked)
    }
}
