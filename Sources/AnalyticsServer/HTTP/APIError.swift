import AnalyticsCore
import HTTPTypes
import Hummingbird

/// Why a request is not answered with what it asked for: the one type that knows how that looks over HTTP.
struct APIError: Error {
    /// The answer's status.
    var status: HTTPResponse.Status
    /// What is wrong, for programs; stable.
    var code: String
    /// What is wrong and what to do, for people.
    var message: String
    /// The faults of single fields.
    var issues: [ValidationError.Issue] = []
    /// The permission or, as `*`, the scope that is missing.
    var required: String?
    /// Further header fields of the answer.
    var headers: HTTPFields = [:]
    /// Whose account it is about, for the log alone; nil where that is who asks, or nobody.
    var userID: Int64?
}

extension APIError {
    static let unauthenticated = APIError(
        status: .unauthorized, code: "unauthenticated", message: "Unauthenticated.",
        headers: [.wwwAuthenticate: "Bearer"])

    static let notFound = APIError(status: .notFound, code: "not_found", message: "Not found.")

    /// The 500 response to errors without another mapping.
    ///
    /// Do not throw it: throw an error that names the cause, for the log.
    static let internalFault = APIError(status: .internalServerError, code: "server_error", message: "Server Error")

    static func unsupportedMediaType(allowed: [String] = ["application/json"]) -> APIError {
        APIError(
            status: .unsupportedMediaType, code: "unsupported_media_type",
            message: "The body must be of the media type \(allowed.joined(separator: " or ")).")
    }

    static let compressedBody = APIError(
        status: .unsupportedMediaType, code: "unsupported_media_type",
        message: "The body must not be compressed: send it without Content-Encoding.",
        headers: [.acceptEncoding: "identity"])

    static let brokenBody = APIError(
        status: .badRequest, code: "malformed_body", message: "The body breaks off before its end.")

    static let keyInFlight = conflict("A request with the same Idempotency-Key is still in flight.")

    static func conflict(_ message: String) -> APIError {
        APIError(status: .conflict, code: "conflict", message: message)
    }

    static let unavailable = APIError(
        status: .serviceUnavailable, code: "unavailable", message: "The data cannot be written now. Try again soon.",
        headers: [.retryAfter: "1"])

    static let batchesFull = APIError(
        status: .serviceUnavailable, code: "unavailable",
        message: "Too many data points are being sent at once. Try again soon.", headers: [.retryAfter: "1"])

    /// The operator must set a key, which takes longer than a second.
    static let sealingUnavailable = APIError(
        status: .serviceUnavailable, code: "unavailable",
        message:
            "The server has no key to keep secrets with, so it takes none. Ask its operator to set SECRETS_KEY_FILE.",
        headers: [.retryAfter: "60"])

    static let bodiesFull = APIError(
        status: .serviceUnavailable, code: "unavailable",
        message: "Too many large bodies are being sent at once. Try again soon.", headers: [.retryAfter: "1"])

    static let passwordsFull = APIError(
        status: .serviceUnavailable, code: "unavailable",
        message: "Too many passwords are being checked at once. Try again soon.", headers: [.retryAfter: "5"])

    static let outcomeUnknown = APIError(
        status: .serviceUnavailable, code: "outcome_unknown",
        message:
            "The database did not confirm that this was stored: it may be stored or not. Look before you send it "
            + "again, or send it again with the same Idempotency-Key.",
        headers: [.retryAfter: "1"])

    static func forbidden(_ permission: Permission) -> APIError {
        forbidden(required: permission.rawValue)
    }

    /// A token without the scope `*` asks for a route that changes the account itself.
    static let narrowToken = forbidden(required: "*")

    private static func forbidden(required: String) -> APIError {
        APIError(
            status: .forbidden, code: "forbidden", message: "This action is unauthorized.", required: required)
    }

    static func routeNotFound(path: String) -> APIError {
        APIError(
            status: .notFound, code: "not_found", message: "The route \(shown(path)) could not be found.")
    }

    static func methodNotAllowed(_ method: HTTPRequest.Method, path: String, allowed: [String]) -> APIError {
        let methods = allowed.joined(separator: ", ")
        return APIError(
            status: .methodNotAllowed, code: "method_not_allowed",
            message: "The \(method.rawValue) method is not supported for route \(shown(path)). "
                + "Supported methods: \(methods).",
            headers: [.allow: methods])
    }

    /// A path as Laravel names it: without the slashes at its ends, and the root as one.
    private static func shown(_ path: String) -> String {
        let parts = path.drop { $0 == "/" }
        guard let end = parts.lastIndex(where: { $0 != "/" }) else { return "/" }
        return String(parts[...end])
    }

    static func bodyTooLarge(limit: Int) -> APIError {
        APIError(
            status: .contentTooLarge, code: "body_too_large", message: "The body must not exceed \(limit) bytes.")
    }

    static func malformedBody(_ error: JSONScanner.Malformed) -> APIError {
        APIError(
            status: .badRequest, code: "malformed_body",
            message: "The body is not valid JSON: \(error.reason) at byte \(error.offset).")
    }

    static func validation(_ error: ValidationError) -> APIError {
        APIError(
            status: .unprocessableContent, code: "validation_failed", message: error.summary, issues: error.issues)
    }
}

extension APIError {
    /// The answer.
    ///
    /// - Parameters:
    ///   - requestID: What the log names the request by.
    ///   - isProblem: Whether it is wanted as problem details (RFC 9457), with the same members and the usual ones.
    func response(requestID: String, isProblem: Bool = false) -> Response {
        var json = JSONWriter()
        json.object { json in
            if isProblem {
                json.member("type", "about:blank")
                json.member("title", status.reasonPhrase)
                json.member("status", status.code)
                json.member("detail", message)
            }
            json.member("message", message)
            json.member("code", code)
            if let required { json.member("required", required) }
            if !issues.isEmpty {
                json.texts("errors", of: issues, \.message)
                if isProblem { json.texts("error_codes", of: issues, \.code.rawValue) }
            }
            json.member("request_id", requestID)
        }
        var response = Response.json(json, status: status, headers: headers)
        if isProblem { response.headers[.contentType] = "application/problem+json" }
        return response
    }
}

extension JSONWriter {
    /// A text of each issue by field, in the order in which the fields first appear.
    mutating func texts(
        _ name: String, of issues: [ValidationError.Issue], _ text: (ValidationError.Issue) -> String
    ) {
        var order: [String] = []
        var texts: [String: [String]] = [:]
        for issue in issues {
            if texts[issue.field] == nil { order.append(issue.field) }
            texts[issue.field, default: []].append(text(issue))
        }
        object(name) { json in
            for field in order { json.list(field, texts[field] ?? []) { $0.string($1) } }
        }
    }
}
