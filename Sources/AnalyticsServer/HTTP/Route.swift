import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// One method of one path: who may call it, what it counts as, whether it reads a body, and what answers it.
struct Route: Sendable {
    /// Who may call a route.
    enum Access: Sendable {
        /// Anyone.
        case open
        /// Whoever has a valid token.
        case token
        /// A valid token with the scope `*`, for routes that change the account itself.
        case wholeToken
        /// Whoever has a valid token and the permission, by role and by scope.
        case permission(Permission)
    }

    /// What a route does with a request's body.
    enum Body: Sendable {
        /// Nothing: body and Content-Type are ignored.
        case none
        /// It reads a JSON object.
        case json
        /// It reads a JSON object and makes something, at most once for each idempotency key.
        case creating
        /// Its handler reads the data points of a JSON, NDJSON or CSV body as they arrive, and stores them at most once
        /// for each idempotency key.
        case records
        /// Its handler reads a file of any size as it arrives, of a media type that depends on what is stored.
        case file
    }

    let method: HTTPRequest.Method
    /// From the root, with `{name}` for what varies.
    let path: String
    let access: Access
    /// Nil where there is no limit.
    let limit: RateLimitClass?
    let body: Body
    /// What the reference says about it; nil for what is no part of the API.
    let operation: Operation?
    /// Whether the body of its answer goes on for as long as the client stays.
    var isEndless = false
    let handle: @Sendable (Call) async throws -> Response

    /// A route that anyone may call.
    static func open(
        _ method: HTTPRequest.Method, _ path: String, _ operation: Operation? = nil, limit: RateLimitClass? = nil,
        body: Body = .none, _ handle: @escaping @Sendable (Call) async throws -> Response
    ) -> Route {
        Route(
            method: method, path: path, access: .open, limit: limit, body: body, operation: operation, handle: handle)
    }

    /// A route that needs a token and, unless it is nil, a permission.
    ///
    /// - Parameter needsEveryScope: Whether the token must have the scope `*`: tokens for machines must not change the
    ///   account.
    static func authorized(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission?, _ operation: Operation,
        limit: RateLimitClass = .other, body: Body = .none, isEndless: Bool = false, needsEveryScope: Bool = false,
        _ handle: @escaping @Sendable (Call, Session) async throws -> Response
    ) -> Route {
        Route(
            method: method, path: path,
            access: permission.map(Access.permission) ?? (needsEveryScope ? .wholeToken : .token),
            limit: limit, body: body,
            operation: operation, isEndless: isEndless
        ) { call in
            guard let session = call.session else { throw APIError.unauthenticated }
            return try await handle(call, session)
        }
    }
}
