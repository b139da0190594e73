import HTTPTypes
import Hummingbird

/// Keeps answers out of caches, unless they say otherwise, and stops browsers from guessing types.
///
/// It is the one place where that is decided, so no route can forget it: an answer without a `Cache-Control` of its own is
/// `no-store, private` (RFC 9111), and every answer is `nosniff`, so a browser takes it for nothing but its type. Where
/// clients see this server over `https`, browsers may be told to use nothing else (RFC 6797).
struct PrivacyMiddleware: RouterMiddleware {
    let publicURL: PublicURL
    /// The seconds for which browsers are told to use `https` alone for this host; 0 for not at all.
    let strictTransportSeconds: Int

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store, private" }
        response.headers[.contentTypeOptions] = "nosniff"
        if strictTransportSeconds > 0, publicURL.isSecure {
            response.headers[.strictTransportSecurity] = "max-age=\(strictTransportSeconds)"
        }
        return response
    }
}
