import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import NIOCore

/// All routes, and the one way that leads to them: token, permission, media type, size, syntax, handler.
struct RouteTable: Sendable {
    let routes: [Route]
    let authentication: Authentication

    /// What answers requests.
    func responder() -> RouterResponder<AppContext> {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorMiddleware(routes: RouteIndex(routes)))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await answer(request, context, by: route)
            }
        }
        return router.buildResponder()
    }

    private func answer(_ request: Request, _ context: AppContext, by route: Route) async throws -> Response {
        let session = try await session(of: request, for: route.access)
        let body = route.readsBody ? try await readBody(of: request, limit: route.bodyLimit) : JSONObject()
        return try await route.handle(Call(request: request, context: context, session: session, body: body))
    }

    private func session(of request: Request, for access: Route.Access) async throws -> Session? {
        switch access {
        case .open:
            return nil
        case .token:
            return try await authentication.session(of: request)
        case .permission(let permission):
            let session = try await authentication.session(of: request)
            guard session.member.user.role.permissions.contains(permission), session.token.scopes.allow(permission)
            else { throw APIError.forbidden(permission) }
            return session
        }
    }

    private func readBody(of request: Request, limit: Int) async throws -> JSONObject {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced == 0 { return JSONObject() }
        let isJSON = MediaType.isJSON(request.headers[.contentType])
        // A body whose length is not announced may turn out to be empty, and then its type does not matter.
        if announced != nil, !isJSON { throw APIError.unsupportedMediaType }
        if let announced, announced > limit { throw APIError.bodyTooLarge(limit: limit) }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(announced ?? 0)
        var body = request.body.makeAsyncIterator()
        while var buffer = try await next(&body) {
            guard isJSON || buffer.readableBytes == 0 else { throw APIError.unsupportedMediaType }
            guard bytes.count + buffer.readableBytes <= limit else { throw APIError.bodyTooLarge(limit: limit) }
            bytes += buffer.readBytes(length: buffer.readableBytes) ?? []
        }
        guard !bytes.isEmpty else { return JSONObject() }
        do {
            return try JSONObject(parsing: bytes)
        } catch {
            throw APIError.malformedBody(error)
        }
    }

    /// The next piece of a body.
    ///
    /// That it breaks off is the client's fault and not ours.
    private func next(_ body: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await body.next()
        } catch {
            throw APIError.brokenBody
        }
    }
}

/// What a Content-Type says.
enum MediaType {
    /// Whether it is `application/json`, with or without parameters.
    static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        if contentType == "application/json" { return true }
        let type = contentType.prefix { $0 != ";" }
        return type.trimmingPrefix { $0 == " " }.lowercased().split(separator: " ").first == "application/json"
    }
}
