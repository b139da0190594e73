import HTTPTypes
import Hummingbird

/// Keeps answers out of caches, unless they say otherwise, and stops browsers from guessing types.
///
/// It is the one place where that is decided, so no route can forget it: an answer without a `Cache-Control` of its own is
/// `no-store, private` (RFC 9111), and every answer is `nosniff`, so a browser takes it for nothing but its type.
struct PrivacyMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store, private" }
        response.headers[.contentTypeOptions] = "nosniff"
        return response
    }
}
