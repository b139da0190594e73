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
    /// The permission that is missing.
    var required: Permission?
    /// Further header fields of the answer.
    var headers: HTTPFields = [:]
}

extension APIError {
    static let unauthenticated = APIError(
        status: .unauthorized, code: "unauthenticated", message: "Unauthenticated.",
        headers: [.wwwAuthenticate: "Bearer"])

    static let notFound = APIError(status: .notFound, code: "not_found", message: "Not found.")

    static let internalFault = APIError(status: .internalServerError, code: "server_error", message: "Server Error")

    static let unsupportedMediaType = APIError(
        status: .unsupportedMediaType, code: "unsupported_media_type",
        message: "The body must be of the media type application/json.")

    static let brokenBody = APIError(
        status: .badRequest, code: "malformed_body", message: "The body breaks off before its end.")

    static let unavailable = APIError(
        status: .serviceUnavailable, code: "unavailable", message: "The data cannot be written now. Try again soon.",
        headers: [.retryAfter: "1"])

    static func forbidden(_ permission: Permission) -> APIError {
        APIError(
            status: .forbidden, code: "forbidden", message: "This action is unauthorized.", required: permission)
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
    /// - Parameter requestID: What the log names the request by.
    func response(requestID: String) -> Response {
        var json = JSONWriter()
        json.object { json in
            json.member("message", message)
            json.member("code", code)
            if let required { json.member("required", required.rawValue) }
            if !issues.isEmpty {
                json.object("errors") { json in
                    for (field, messages) in messagesByField { json.list(field, messages) { $0.string($1) } }
                }
            }
            json.member("request_id", requestID)
        }
        return Response.json(json, status: status, headers: headers)
    }

    /// The texts of each field, in the order in which the fields first appear.
    private var messagesByField: [(field: String, messages: [String])] {
        var order: [String] = []
        var messages: [String: [String]] = [:]
        for issue in issues {
            if messages[issue.field] == nil { order.append(issue.field) }
            messages[issue.field, default: []].append(issue.message)
        }
        return order.map { ($0, messages[$0] ?? []) }
    }
}
