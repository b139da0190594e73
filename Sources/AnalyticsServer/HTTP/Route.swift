import AnalyticsCore
import AnalyticsStore
import Foundation
import HTTPTypes
import Hummingbird

/// One method of one path: who may call it, whether it reads a body, and what answers it.
struct Route: Sendable {
    /// Who may call a route.
    enum Access: Sendable {
        /// Anyone.
        case open
        /// Whoever has a valid token.
        case token
        /// Whoever has a valid token and the permission, by role and by scope.
        case permission(Permission)
    }

    let method: HTTPRequest.Method
    /// From the root, with `{name}` for what varies.
    let path: String
    let access: Access
    let readsBody: Bool
    /// How many bytes a body may have.
    var bodyLimit: Int { if case .open = access { 65_536 } else { API.bodyLimit } }
    let handle: @Sendable (Call) async throws -> Response

    /// A route that anyone may call.
    static func open(
        _ method: HTTPRequest.Method, _ path: String, readsBody: Bool = false,
        _ handle: @escaping @Sendable (Call) async throws -> Response
    ) -> Route {
        Route(method: method, path: path, access: .open, readsBody: readsBody, handle: handle)
    }

    /// A route that needs a token and, unless it is nil, a permission.
    static func authorized(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission?, readsBody: Bool = false,
        _ handle: @escaping @Sendable (Call, Session) async throws -> Response
    ) -> Route {
        Route(
            method: method, path: path, access: permission.map(Access.permission) ?? .token, readsBody: readsBody
        ) { call in
            guard let session = call.session else { throw APIError.unauthenticated }
            return try await handle(call, session)
        }
    }
}

/// A request on its way to a handler, once it was let in and its body is known to be well formed.
struct Call: Sendable {
    let request: Request
    let context: AppContext
    /// Who calls; nil only on routes that anyone may call.
    let session: Session?
    /// The body's members; none on routes that read no body.
    let body: JSONObject

    /// What stands in the path in the place of `{name}`, decoded where that gives UTF-8.
    func parameter(_ name: String) -> String {
        let sent = context.parameters.get(name) ?? ""
        return sent.utf8.contains(UInt8(ascii: "%")) ? sent.removingPercentEncoding ?? sent : sent
    }

    /// The fields behind `?`.
    var query: QueryString { QueryString(request.uri.query ?? "") }
}
