import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns every error into an answer of the API's shape: the one place where that happens.
///
/// The cause of what is our fault goes to the log with the request's id, never to the client.
struct ErrorMiddleware: RouterMiddleware {
    let routes: RouteIndex

    func handle(
        _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let answer = answer(to: error, request: request, context: context)
            return request.method == .head ? answer.createHeadResponse() : answer
        }
    }

    private func answer(to error: any Error, request: Request, context: AppContext) -> Response {
        let apiError: APIError
        switch error {
        case let error as APIError:
            apiError = error
        case let error as ValidationError:
            apiError = .validation(error)
        case let error as HTTPError where error.status == .notFound:
            return unrouted(request, context: context)
        case let error as StoreError where error.code == .unavailable:
            context.logger.error("The database is not available", metadata: ["error": "\(error)"])
            apiError = .unavailable
        default:
            context.logger.error(
                "A request failed",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.uri.path)", "error": "\(error)",
                ])
            apiError = .internalFault
        }
        return apiError.response(requestID: context.requestID)
    }

    /// What is said where no route takes the request: 404, or 405 and OPTIONS where another method has one.
    private func unrouted(_ request: Request, context: AppContext) -> Response {
        let path = request.uri.path
        let allowed = routes.methods(path: path)
        if allowed.isEmpty {
            return APIError.routeNotFound(path: path).response(requestID: context.requestID)
        }
        if request.method == .options {
            return Response(status: .ok, headers: [.allow: allowed.joined(separator: ", ")])
        }
        return APIError.methodNotAllowed(request.method, path: path, allowed: allowed)
            .response(requestID: context.requestID)
    }
}
