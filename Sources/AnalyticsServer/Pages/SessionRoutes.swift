import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// How a browser logs in and out: with a cookie in the place of a token.
///
/// | route                 | needs     |
/// |-----------------------|-----------|
/// | POST   /session       | nothing   |
/// | POST   /session/registration | nothing |
/// | DELETE /session       | a session |
struct SessionRoutes {
    let signIn: SignIn
    let tokens: TokenStore
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .open(.post, "/session", .openSession, limit: .auth, body: .json) { call in
                try refuseForeign(call)
                return opened(try await signIn.login(call, as: .browser), call, status: .ok)
            },
            .open(.post, "/session/registration", .registerSession, limit: .auth, body: .json) { call in
                try refuseForeign(call)
                return opened(try await signIn.register(call, as: .browser), call, status: .created)
            },
            .authorized(.delete, "/session", nil, .closeSession) { call, session in
                try await tokens.end(session.token.id, of: session.member.user, by: call.author(session), now: now())
                var response = Response.message("Logged out successfully.")
                response.headers.append(BrowserSession.removal(publicURL: call.publicURL.text))
                return response
            },
        ]
    }

    /// No other site may log a browser in, with an account that somebody else looks into.
    private func refuseForeign(_ call: Call) throws {
        guard
            call.request.headers[.origin] == nil
                || BrowserSession.isSameOrigin(call.request, publicURL: call.publicURL.text)
        else { throw APIError.foreignOrigin }
    }

    private func opened(_ entry: SignIn.Entry, _ call: Call, status: HTTPResponse.Status) -> Response {
        var response = Response.json(
            bytes: JSONWriter.written(DataView(UserView(member: entry.member, token: nil, alertEmails: nil))),
            status: status)
        response.headers.append(BrowserSession.cookie(entry.token.secret, publicURL: call.publicURL.text))
        if let secret = entry.browserSecret {
            response.headers.append(KnownBrowser.cookie(secret, publicURL: call.publicURL.text))
        }
        return response
    }
}
