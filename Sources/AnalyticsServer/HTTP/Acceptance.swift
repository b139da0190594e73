import HTTPTypes
import Hummingbird

/// What a client says it wants to read.
enum Acceptance {
    /// Whether errors are wanted as problem details (RFC 9457): where `Accept` names their media type.
    static func wantsProblem(_ request: Request) -> Bool {
        guard let accept = request.headers[.accept] else { return false }
        return accept.split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            return parts.first == "application/problem+json"
                && !parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
        }
    }
}
