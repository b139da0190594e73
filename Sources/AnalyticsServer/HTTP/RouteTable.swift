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
    /// Holds the bytes of bodies that have not arrived whole.
    let bodies: BodyRoom
    /// The seconds for which browsers are told to use `https` alone; 0 for not at all.
    let strictTransportSeconds: Int
    /// What a browser is shown that asks for a page that there is not; nil where there are no pages.
    let notFoundPage: (@Sendable (Request, NetworkAddress?) async -> Response)?
    /// Whether it is reached over a network, and not over the operator's socket, which has no host.
    let isForClients: Bool
    let now: @Sendable () -> Instant
    private let security = SecurityLog()

    /// How many bytes the body of a request without a token may have, at most.
    private static let openBodyLimit = 65_536

    /// What answers requests.
    func responder() -> Responder {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        let index = RouteIndex(routes)
        router.add(
            middleware: PrivacyMiddleware(publicURL: publicURL, strictTransportSeconds: strictTransportSeconds))
        if isForClients { router.add(middleware: HostMiddleware()) }
        if !origins.isEmpty { router.add(middleware: CORSMiddleware(origins: origins, routes: index)) }
        router.add(
            middleware: UnroutedMiddleware(
                routes: index, limits: limits, proxies: proxies, notFoundPage: notFoundPage, now: now))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await answer(request, context, by: route)
            }
        }
        return Responder(
            router: router.buildResponder(), endlessPaths: Set(routes.lazy.filter(\.isEndless).map(\.path)))
    }

    /// Tells of a request whether its body is a file that is stored as it arrives.
    var isStreamed: @Sendable (HTTPRequest) -> Bool {
        let files = routes.filter { $0.body == .file }
        let index = RouteIndex(files)
        let methods = Set(files.map(\.method))
        return { request in
            guard methods.contains(request.method), let target = request.path else { return false }
            let path = String(target.prefix { $0 != "?" })
            return index.methods(path: path).contains(request.method.rawValue)
        }
    }

    private func answer(_ request: Request, _ context: AppContext, by route: Route) async throws -> Response {
        var session: Session?
        do {
            return try await answer(request, context, by: route, session: &session)
        } catch {
            security.note(
                error, request, context, path: route.path, from: proxies.client(of: request, context), by: session,
                now: now())
            throw error
        }
    }

    /// - Parameter session: Who calls, as soon as that is known.
    private func answer(
        _ request: Request, _ context: AppContext, by route: Route, session: inout Session?
    ) async throws -> Response {
        let quota: Quota?
        var isBrowserSession = false
        switch route.access {
        case .open:
            quota = route.limit.flatMap {
                limits.hit($0, from: proxies.client(of: request, context), now: now())
            }
        case .token, .wholeToken, .permission:
            let (known, isBrowser) = try await authentication.caller(
                of: request, from: proxies.client(of: request, context))
            session = known
            if isBrowser, !request.method.isSafe,
                !BrowserSession.isSameOrigin(request, publicURL: publicURL.text)
            {
                throw APIError.foreignOrigin
            }
            isBrowserSession = isBrowser
            quota = route.limit.flatMap { limits.hit($0, by: known, isBrowser: isBrowser, now: now()) }
        }
        guard let quota else {
            return try await answer(request, context, by: route, session: session, isBrowser: isBrowserSession)
        }
        if quota.isExceeded { throw APIError.tooManyAttempts(quota) }
        var response: Response
        do {
            response = try await answer(request, context, by: route, session: session, isBrowser: isBrowserSession)
        } catch {
            security.note(
                error, request, context, path: route.path, from: proxies.client(of: request, context), by: session,
                now: now())
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
        var lease: BodyRoom.Lease?
        // Held until the answer is ready: what the body becomes takes more memory than its bytes.
        defer { lease?.end() }
        if route.body == .json || route.body == .creating {
            let room = bodies.lease(
                to: session.map { BodyRoom.Account.user($0.member.user.id) }
                    ?? .client(proxies.client(of: request, context)))
            lease = room
            let limit = session == nil ? min(bodyLimit, Self.openBodyLimit) : bodyLimit
            let bytes = try await readBody(of: request, limit: limit, lease: room)
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

    private func readBody(of request: Request, limit: Int, lease: BodyRoom.Lease) async throws -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced == 0 { return [] }
        let isJSON = MediaType.isJSON(request.headers[.contentType])
        // A body whose length is not announced may turn out to be empty, and then its type does not matter.
        if announced != nil, !isJSON { throw APIError.unsupportedMediaType() }
        var body = try BodyReader(request, limit: limit)
        var bytes: [UInt8] = []
        while let piece = try await body.next() {
            guard isJSON else { throw APIError.unsupportedMediaType() }
            try lease.take(piece.count)
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
