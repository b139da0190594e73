public import AnalyticsCore
public import AnalyticsStore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Delivers what is in the outbox: at once what this process put in, and soon after what others did or a crash left.
///
/// Of one channel two are under way at most, so that a receiver that is slow keeps nobody waiting but itself, and workspaces
/// take turns, see ``AnalyticsStore/DeliveryLoad``.
public struct DeliverNotifications: Service {
    private let queue: DeliveryQueue
    private let deliver: @Sendable (TakenDelivery) async -> DeliveryResult
    private let pause: Duration
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let underWay = UnderWay()

    /// What delivers from an outbox.
    ///
    /// - Parameters:
    ///   - queue: The outbox.
    ///   - pause: After how long to look whether something is due that nobody told of.
    ///   - logger: What failures of our own are logged with.
    ///   - now: The clock.
    ///   - deliver: Tries once; it must end within the lease.
    public init(
        queue: DeliveryQueue, pause: Duration = .seconds(1), logger: Logger, now: @escaping @Sendable () -> Instant,
        deliver: @escaping @Sendable (TakenDelivery) async -> DeliveryResult
    ) {
        self.queue = queue
        self.pause = pause
        self.logger = logger
        self.now = now
        self.deliver = deliver
    }

    /// Returns when the program stops and what is under way has come to its end.
    ///
    /// What does not is due again after its lease.
    public func run() async throws {
        let (calls, caller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { sources in
            sources.addTask {
                for await _ in queue.arrivals().cancelOnGracefulShutdown() { caller.yield() }
            }
            sources.addTask {
                while !Task.isCancelled, !Task.isShuttingDownGracefully {
                    caller.yield()
                    // Woken early by the end of the program, which is no error.
                    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
                }
            }
            await withDiscardingTaskGroup { deliveries in
                for await _ in calls.cancelOnGracefulShutdown() {
                    await takeDue { delivery in
                        deliveries.addTask {
                            await attempt(delivery)
                            // There is room for another.
                            caller.yield()
                        }
                    }
                }
            }
            sources.cancelAll()
        }
    }

    /// Delivers what is due by now, and returns when all of it was tried.
    public func deliverDue() async {
        var hasMore = true
        while hasMore {
            hasMore = await withTaskGroup(of: Void.self) { group in
                await takeDue { delivery in group.addTask { await attempt(delivery) } }
            }
        }
    }

    /// Takes what is due and there is room for.
    ///
    /// - Returns: Whether there was anything.
    @discardableResult
    private func takeDue(_ start: (TakenDelivery) -> Void) async -> Bool {
        do {
            let taken = try await queue.take(underWay.load, now: now())
            for delivery in taken {
                underWay.begin(delivery)
                start(delivery)
            }
            return !taken.isEmpty
        } catch {
            if !Task.isCancelled { logger.error("The outbox cannot be read", metadata: ["error": "\(error)"]) }
            return false
        }
    }

    private func attempt(_ delivery: TakenDelivery) async {
        defer { underWay.end(delivery) }
        let start = now()
        let result = await deliver(delivery)
        // What the end of the program broke off is no failure of the receiver's.
        if Task.isCancelled, result.error != nil { return }
        do {
            let status = try await queue.finish(
                delivery, result, startedAt: start, chance: Double.random(in: 0...1), now: now())
            // Of a channel everybody sees the log; of other mail nobody would hear.
            if status == .failed, delivery.channelID == nil {
                logger.warning(
                    "A mail was given up",
                    metadata: [
                        "workspace": "\(delivery.workspaceID)", "event": "\(delivery.notice.event.rawValue)",
                        "error": "\(result.error ?? "")",
                    ])
            }
        } catch {
            logger.error(
                "The outcome of a delivery cannot be written; it will be repeated",
                metadata: ["delivery": "\(delivery.id)", "error": "\(error)"])
        }
    }
}

/// What is under way in this process.
private final class UnderWay: Sendable {
    private let state = Mutex(DeliveryLoad())

    var load: DeliveryLoad { state.withLock { $0 } }

    func begin(_ delivery: TakenDelivery) { state.withLock { $0.begin(delivery) } }

    func end(_ delivery: TakenDelivery) { state.withLock { $0.end(delivery) } }
}
