import HTTPTypes
import Hummingbird

/// Which pages of other origins may use the API from a browser (the Fetch Standard, "CORS protocol").
///
/// Cookies are never allowed along: such a page needs a token.
public struct AllowedOrigins: Sendable, Equatable {
    /// Nil for all.
    private let origins: Set<String>?

    /// No page, which is the default.
    public static let none = AllowedOrigins(origins: [])
    /// Pages of any origin.
    public static let all = AllowedOrigins(origins: nil)

    private init(origins: Set<String>?) {
        self.origins = origins
    }

    /// The origins of a list, or nil where one is none.
    ///
    /// - Parameter texts: Scheme, host and, unless it is the scheme's own, port: `https://app.example.com`.
    public init?(_ texts: [String]) {
        let origins = texts.map { $0.lowercased() }
        guard origins.allSatisfy(Self.isOrigin) else { return nil }
        self.init(origins: Set(origins))
    }

    var isEmpty: Bool { origins?.isEmpty ?? false }
    var isEverything: Bool { origins == nil }

    /// What `Access-Control-Allow-Origin` says to a page; nil for one that is not allowed.
    func answer(to origin: String) -> String? {
        guard let origins else { return "*" }
        return origins.contains(origin) ? origin : nil
    }

    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
        let host = text.dropFirst(scheme.count)
        return !host.isEmpty
            && host.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && !"/?#@\\,*".utf8.contains(byte)
            }
    }
}

/// Tells browsers what ``AllowedOrigins`` allows.
///
/// Without an origin in that list it is not installed.
struct CORSMiddleware: RouterMiddleware {
    let origins: AllowedOrigins
    let routes: RouteIndex

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if !origins.isEverything { response.headers[values: .vary].append("Origin") }
        guard let origin = request.headers[.origin], let allowed = origins.answer(to: origin) else { return response }
        response.headers[.accessControlAllowOrigin] = allowed
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            response.headers[.accessControlAllowMethods] =
                routes.methods(path: request.uri.path).joined(separator: ", ")
            response.headers[.accessControlAllowHeaders] =
                "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response.headers[.accessControlExposeHeaders] =
                "ETag, Idempotency-Replayed, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
        }
        return response
    }
}
