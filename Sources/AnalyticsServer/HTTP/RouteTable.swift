import AnalyticsCore
import AnalyticsStore
import Crypto
import HTTPTypes
import Hummingbird

/// All routes, and the one way that leads to them: token, quota, permission, media type, size, syntax, handler.
struct RouteTable: Sendable {
    let routes: [Route]
    let authentication: Authentication
    let limits: RateLimitCounters
    let once: OnceGuard
    let origins: AllowedOrigins
    let proxies: TrustedProxies
    let publicURL: PublicURL
    /// How many bytes a body may have.
    let bodyLimit: Int
    /// What a browser is shown that asks for a page that there is not; nil where there are no pages.
    var notFoundPage: (@Sendable (Request) async -> Response)?
    /// Whether it is reached over a network, and not over the operator's socket, which has no host.
    var isForClients = true
    let now: @Sendable () -> Instant

    /// How many bytes the body of a request without a token may have, at most.
    private static let openBodyLimit = 65_536

    /// What answers requests.
    func responder() -> Responder {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        let index = RouteIndex(routes)
        router.add(middleware: PrivacyMiddleware())
        if isForClients { router.add(middleware: HostMiddleware()) }
        if !origins.isEmpty { router.add(middleware: CORSMiddleware(origins: origins, routes: index)) }
        router.add(middleware: UnroutedMiddleware(routes: index, notFoundPage: notFoundPage))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await answer(request, context, by: route)
            }
        }
        return Responder(
            router: router.buildResponder(), endlessPaths: Set(routes.lazy.filter(\.isEndless).map(\.path)))
    }

    private func answer(_ request: Request, _ context: AppContext, by route: Route) async throws -> Response {
        let session: Session?
        let quota: Quota?
        var isBrowserSession = false
        switch route.access {
        case .open:
            session = nil
            quota = route.limit.flatMap {
                limits.hit($0, from: proxies.client(of: request, context), now: now())
            }
        case .token, .wholeToken, .permission:
            let (known, isBrowser) = try await authentication.caller(of: request)
            if isBrowser, !request.method.isSafe,
                !BrowserSession.isSameOrigin(request, publicURL: publicURL.text)
            {
                throw APIError.foreignOrigin
            }
            session = known
            isBrowserSession = isBrowser
            quota = route.limit.flatMap { limit in
                isBrowser
                    ? limits.hitPage(tokenID: known.token.id, now: now())
                    : limits.hit(limit, tokenID: known.token.id, now: now())
            }
        }
        guard let quota else {
            return try await answer(request, context, by: route, session: session, isBrowser: isBrowserSession)
        }
        if quota.isExceeded { throw APIError.tooManyAttempts(quota) }
        var response: Response
        do {
            response = try await answer(request, context, by: route, session: session, isBrowser: isBrowserSession)
        } catch {
            response = Response(failing: error, request: request, context: context)
        }
        // A refusal by another limit has its own.
        if response.status != .tooManyRequests { quota.add(to: &response.headers) }
        return response
    }

    private func answer(
        _ request: Request, _ context: AppContext, by route: Route, session: Session?, isBrowser: Bool
    ) async throws -> Response {
        if case .permission(let permission) = route.access, let session, !session.allows(permission) {
            throw APIError.forbidden(permission)
        }
        if case .wholeToken = route.access, let session, session.token.scopes != .all {
            throw APIError.narrowToken
        }
        var body = JSONObject()
        var key: IdempotencyKey?
        if route.body == .json || route.body == .creating {
            let limit = session == nil ? min(bodyLimit, Self.openBodyLimit) : bodyLimit
            let bytes = try await readBody(of: request, limit: limit)
            body = try Self.parsed(bytes)
            if route.body == .creating, let session, request.headers[.idempotencyKey] != nil {
                key = try IdempotencyKey(request, session: session, bodyHash: Array(SHA256.hash(data: bytes)))
            }
        }
        let call = Call(
            request: request, context: context, session: session, isBrowser: isBrowser, proxies: proxies,
            publicURL: publicURL, body: body, idempotencyKey: key)
        return try await once.answer(key) { try await route.handle(call) }
    }

    private static func parsed(_ bytes: [UInt8]) throws -> JSONObject {
        guard !bytes.isEmpty else { return JSONObject() }
        do {
            return try JSONObject(parsing: bytes)
        } catch {
            throw APIError.malformedBody(error)
        }
    }

    private func readBody(of request: Request, limit: Int) async throws -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced == 0 { return [] }
        let isJSON = MediaType.isJSON(request.headers[.contentType])
        // A body whose length is not announced may turn out to be empty, and then its type does not matter.
        if announced != nil, !isJSON { throw APIError.unsupportedMediaType() }
        var body = try BodyReader(request, limit: limit)
        var bytes: [UInt8] = []
        while let piece = try await body.next() {
            guard isJSON else { throw APIError.unsupportedMediaType() }
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
        }
        return bytes
    }
}

extension Session {
    /// Whether both the user's role and the token's scopes allow it: the one place where that is decided.
    func allows(_ permission: Permission) -> Bool {
        member.user.role.permissions.contains(permission) && token.scopes.allow(permission)
    }
}

extension HTTPRequest.Method {
    /// Whether it only reads (RFC 9110, section 9.2.1).
    fileprivate var isSafe: Bool { self == .get || self == .head || self == .options }
}

extension APIError {
    /// An unsafe request with a browser's session that no page of this server can have sent.
    static let foreignOrigin = APIError(
        status: .forbidden, code: "forbidden",
        message: "A request with a browser's session must have an Origin, and it must be this server's.")
}
