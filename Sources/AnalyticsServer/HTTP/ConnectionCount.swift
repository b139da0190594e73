import AnalyticsCore
import Logging
import NIOCore
import Synchronization

/// Counts the open connections of each address.
final class ConnectionCount: Sendable {
    private struct State {
        var counts: [NetworkAddress: Int] = [:]
        /// The last time at which it was logged that an address has too many.
        var logged: ContinuousClock.Instant?
    }

    private let most: Int
    private let proxies: TrustedProxies
    private let state = Mutex(State())

    /// - Parameters:
    ///   - most: The most connections of an address, of version 6 a network of 64 bits; 0 is any number.
    ///   - proxies: Addresses that do not count, because all clients come from them.
    init(most: Int, proxies: TrustedProxies) {
        self.most = most
        self.proxies = proxies
    }

    /// The number of open connections that count.
    var total: Int { state.withLock { $0.counts.values.reduce(0, +) } }

    /// Counts one more connection.
    ///
    /// - Returns: Whether there may be one more, and whether a refusal should be logged: one line a minute is enough.
    fileprivate func enter(_ subscriber: NetworkAddress) -> (isAllowed: Bool, isLogged: Bool) {
        state.withLock { state in
            let count = state.counts[subscriber, default: 0]
            guard count >= most else {
                state.counts[subscriber] = count + 1
                return (true, false)
            }
            let now = ContinuousClock.now
            let isLogged = state.logged.map { now - $0 >= .seconds(60) } ?? true
            if isLogged { state.logged = now }
            return (false, isLogged)
        }
    }

    fileprivate func leave(_ subscriber: NetworkAddress) {
        state.withLock { state in
            let count = state.counts[subscriber, default: 0] - 1
            state.counts[subscriber] = count > 0 ? count : nil
        }
    }

    /// The address that a connection counts for; nil for one that does not count.
    fileprivate func subscriber(of channel: any Channel) -> NetworkAddress? {
        guard most > 0, let address = channel.remoteAddress?.ipAddress.flatMap({ NetworkAddress($0) }),
            !proxies.trusts(address)
        else { return nil }
        return address.subscriber
    }
}

/// Closes a new connection of an address that has as many as it may have.
final class ConnectionCountHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias InboundOut = Any

    private let count: ConnectionCount
    private let logger: Logger
    /// The address for which the connection was counted; nil before that, and if it does not count.
    private var subscriber: NetworkAddress?

    init(_ count: ConnectionCount, logger: Logger) {
        self.count = count
        self.logger = logger
    }

    func channelActive(context: ChannelHandlerContext) {
        if let subscriber = count.subscriber(of: context.channel) {
            let (isAllowed, isLogged) = count.enter(subscriber)
            if isAllowed { self.subscriber = subscriber }
            if isLogged {
                logger.warning("An address has too many connections", metadata: ["address": "\(subscriber)"])
            }
            if !isAllowed { return context.close(promise: nil) }
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let subscriber { count.leave(subscriber) }
        subscriber = nil
        context.fireChannelInactive()
    }
}
