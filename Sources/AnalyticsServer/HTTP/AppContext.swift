import AnalyticsCore
public import Hummingbird
import Logging
import NIOCore

/// What belongs to one request beside itself.
public struct AppContext: RequestContext {
    /// What Hummingbird keeps: the logger with the request's id, the path's parameters.
    public var coreContext: CoreRequestContextStorage
    /// What the request came over.
    let connection: any Channel

    /// The context of a request that just arrived.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = source.channel
    }

    /// The number by which the log and an error's body name the request.
    var requestID: String {
        logger[metadataKey: "hb.request.id"]?.description ?? "unknown"
    }

    /// Who is connected: the client, or a proxy; nil where it is no address of the internet.
    var peer: NetworkAddress? {
        connection.remoteAddress?.ipAddress.flatMap { NetworkAddress($0) }
    }
}
