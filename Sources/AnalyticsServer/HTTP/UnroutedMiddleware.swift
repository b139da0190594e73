import HTTPTypes
import Hummingbird

/// Answers the requests that no route takes: 404, or 405 and OPTIONS where another method has one.
struct UnroutedMiddleware: RouterMiddleware {
    let routes: RouteIndex
    /// What a browser is shown that asks for a page; nil where there are no pages.
    let notFoundPage: (@Sendable (Request) async -> Response)?

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let path = request.uri.path
            let allowed = routes.methods(path: path)
            if request.method == .options, !allowed.isEmpty {
                return Response(status: .ok, headers: [.allow: allowed.joined(separator: ", ")])
            }
            if allowed.isEmpty, let notFoundPage, request.method == .get, Acceptance.wantsPage(request),
                !request.uri.path.hasPrefix("/api/")
            {
                return await notFoundPage(request)
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
