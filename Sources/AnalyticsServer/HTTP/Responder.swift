public import Hummingbird

/// What answers requests: the router, in a task of its own where the answer is endless.
///
/// A connection's task keeps the memory of the deepest call that it ever made. To begin an endless answer takes more than
/// to go on with it; in a task of its own that is given back before the body's first byte.
public struct Responder: HTTPResponder {
    let router: RouterResponder<AppContext>
    /// The paths whose answers are endless.
    let endlessPaths: Set<String>

    /// Answers a request.
    public func respond(to request: Request, context: AppContext) async throws -> Response {
        guard endlessPaths.contains(request.uri.path) else {
            return try await router.respond(to: request, context: context)
        }
        let task = Task { try await router.respond(to: request, context: context) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
