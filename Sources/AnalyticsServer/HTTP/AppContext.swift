public import Hummingbird
import Logging

/// What belongs to one request beside itself.
public struct AppContext: RequestContext {
    /// What Hummingbird keeps: the logger with the request's id, the path's parameters.
    public var coreContext: CoreRequestContextStorage

    /// The context of a request that just arrived.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }

    /// The number by which the log and an error's body name the request.
    var requestID: String {
        logger[metadataKey: "hb.request.id"]?.description ?? "unknown"
    }
}
