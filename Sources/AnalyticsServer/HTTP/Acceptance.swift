import HTTPTypes
import Hummingbird

/// What a client says it wants to read.
enum Acceptance {
    /// Whether errors are wanted as problem details (RFC 9457): where `Accept` names their media type.
    static func wantsProblem(_ request: Request) -> Bool {
        preferences(request.headers[.accept])["application/problem+json"] == true
    }

    /// Whether a page is wanted, as a browser does that somebody looks at: where `Accept` names HTML.
    static func wantsPage(_ request: Request) -> Bool {
        preferences(request.headers[.accept])["text/html"] == true
    }

    /// Whether a body may be compressed: where `Accept-Encoding` names gzip, or everything without gzip.
    static func takesGzip(_ request: Request) -> Bool {
        let preferences = preferences(request.headers[.acceptEncoding])
        return preferences["gzip"] ?? preferences["x-gzip"] ?? preferences["*"] ?? false
    }

    /// The names in a header of that kind (RFC 9110, 12.4.2), lower-case: false for those that are refused by `q=0`.
    private static func preferences(_ field: String?) -> [String: Bool] {
        var preferences: [String: Bool] = [:]
        for element in field?.split(separator: ",") ?? [] {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first else { continue }
            preferences[name] = !parts.dropFirst().contains {
                ["q=0", "q=0.", "q=0.0", "q=0.00", "q=0.000"].contains($0)
            }
        }
        return preferences
    }
}
