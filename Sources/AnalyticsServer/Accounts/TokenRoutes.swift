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
        let body = try TokenBody(call.body, maker: session, isBrowser: call.isBrowser, now: now)
        let outcome = try await tokens.issue(
            name: body.name, scopes: body.scopes, expiresAt: body.expiresAt, for: session.member.user,
            once: call.once { DataView(TokenView(issued: $0, showsSecret: false)) }, by: call.author(session),
            now: now)
        return call.response(to: outcome) {
            DataView(TokenView(issued: $0, showsSecret: true))
        }
    }

    @Sendable private func revoke(_ call: Call, _ session: Session) async throws -> Response {
        let id = try call.id()
        guard try await tokens.revoke(id, of: session.member.user, by: call.author(session), now: now()) else {
            throw APIError.notFound
        }
        return .message("Token revoked successfully.")
    }
}
