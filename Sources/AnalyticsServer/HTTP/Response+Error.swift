import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import Logging

extension Response {
    /// The answer that an error becomes, in the API's shape.
    ///
    /// 503 with `Retry-After` where the database is unavailable or the request was cancelled, 500 only for bugs. Either
    /// cause goes to the log with the request's id, and never to the client.
    init(failing error: any Error, request: Request, context: AppContext) {
        var apiError: APIError
        switch error {
        case let error as APIError:
            apiError = error
        case let error as ValidationError:
            apiError = .validation(error)
        case let error as QuotaExceeded:
            apiError = .quotaExceeded(error)
        case is SealingUnavailable:
            context.logger.error("A secret was refused: there is no key to seal it with. Set SECRETS_KEY_FILE")
            apiError = .sealingUnavailable
        case is IdempotencyMismatch:
            apiError = .validation(.keyReused)
        case let error as StoreError where error.code == .unavailable:
            context.logger.error("The database is not available", metadata: ["error": "\(error)"])
            apiError = .unavailable
        case let error as StoreError where error.code == .unusable:
            // An operator must repair it, which takes longer than a second.
            context.logger.error("The database cannot be used", metadata: ["error": "\(error)"])
            apiError = .unavailable
            apiError.headers[.retryAfter] = "30"
        case is CancellationError:
            // The server is ending, and its time for that is over.
            context.logger.warning(
                "A request was cancelled before it was done",
                metadata: ["method": "\(request.method)", "path": "\(request.loggedPath)"])
            // A handler may have committed a first step.
            apiError = request.method == .get || request.method == .head ? .unavailable : .outcomeUnknown
        case let error as StoreError where error.code == .outcomeUnknown:
            context.logger.error("It is unknown whether a change is stored", metadata: ["error": "\(error)"])
            apiError = .outcomeUnknown
        case let error as ExternalIDHeld:
            apiError = .conflict(
                "Import \(error.importID), which is under way, has the external id \(error.id.text). "
                    + "Try again when it is complete, or delete it.")
        case let error as StoreError where error.code == .conflict:
            // What the handler looked at was changed by another request before it wrote.
            context.logger.notice("Two requests were in each other's way", metadata: ["error": "\(error)"])
            apiError = .conflict("Another request changed the same at the same moment. Try again.")
        default:
            context.logger.error(
                "A request failed",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.loggedPath)", "error": "\(error)",
                ])
            apiError = .internalFault
        }
        let answer = apiError.response(
            requestID: context.requestID, isProblem: Acceptance.wantsProblem(request))
        self = request.method == .head ? answer.createHeadResponse() : answer
    }
}

extension Request {
    /// The path without its long parts, which are codes of invitations, new passwords, embeds and the like.
    var loggedPath: String {
        uri.path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.utf8.count > 24 ? "…" : String($0) }
            .joined(separator: "/")
    }
}

extension ValidationError {
    fileprivate static let keyReused = ValidationError(
        field: "Idempotency-Key", code: .idempotencyKey,
        message: "The Idempotency-Key was used before for a request with another body.")
}
