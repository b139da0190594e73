import AnalyticsCore
import HTTPTypes
import Hummingbird

/// Answers the requests that no route takes: 404, or 405 and OPTIONS where another method has one.
///
/// They count as pages of the client's address.
struct UnroutedMiddleware: RouterMiddleware {
    let routes: RouteIndex
    let limits: RateLimitCounters
    let proxies: TrustedProxies
    /// What a browser is shown that asks for a page; nil where there are no pages.
    let notFoundPage: (@Sendable (Request, NetworkAddress?) async -> Response)?
    let now: @Sendable () -> Instant

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let client = proxies.client(of: request, context)
            if let quota = limits.hit(.pages, from: client, now: now()), quota.isExceeded {
                return Response(failing: APIError.tooManyAttempts(quota), request: request, context: context)
            }
            let path = request.uri.path
            let allowed = routes.methods(path: path)
            if request.method == .options, !allowed.isEmpty {
                return Response(status: .ok, headers: [.allow: allowed.joined(separator: ", ")])
            }
            if allowed.isEmpty, let notFoundPage, request.method == .get, Acceptance.wantsPage(request),
                !request.uri.path.hasPrefix("/api/")
            {
                return await notFoundPage(request, client)
            }
            let refusal =
                allowed.isEmpty
                ? APIError.routeNotFound(path: path)
                : APIError.methodNotAllowed(request.method, path: path, allowed: allowed)
            return Response(failing: refusal, request: request, context: context)
        } catch {
            return Response(failing: error, request: request, context: context)
        }
    }
}
