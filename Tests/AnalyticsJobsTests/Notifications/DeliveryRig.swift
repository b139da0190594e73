import AnalyticsCore
import AnalyticsJobs
import AnalyticsTesting
import Logging

@testable import AnalyticsStore

/// A workspace with one channel that leads to a receiver, and what delivers to it.
struct DeliveryRig: Sendable {
    let database: any Database
    let clock = TestClock()
    let secret: WebhookSecret
    let deliveries: DeliveryStore

    static let loopback = ReachableNetworks(allowed: [Network("127.0.0.0/8")].compactMap(\.self))

    init(_ database: any Database, url: String) async throws {
        self.database = database
        deliveries = DeliveryStore(database: database)
        _ = try await AccountStore(database: database).fixture()
        let issued = try await ChannelStore(database: database).fixture(.fixture(url: url))
        secret = issued.secret ?? WebhookSecret(trusted: "")
    }

    /// Something that delivers, as each node has it.
    func worker(
        networks: ReachableNetworks = Self.loopback, timeoutSeconds: Int64 = Int64(60 * Patience.factor),
        mail: MailDispatch? = nil
    ) -> DeliverNotifications {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let now: @Sendable () -> Instant = { [clock] in clock.now }
        let resolver = HostResolver()
        let check = TargetCheck(networks: networks) { await resolver.addresses(of: $0, for: $1) }
        let courier = NotificationCourier(
            http: HTTPTransport(check: check, timeoutSeconds: timeoutSeconds), mail: mail,
            webhookBody: { Array("{\"type\":\"\($0.event.rawValue)\",\"at\":\"\($0.at)\"}".utf8) },
            publicURL: { "http://localhost" }, now: now)
        return DeliverNotifications(
            queue: DeliveryQueue(database: database), pause: .seconds(3_600), logger: logger, now: now
        ) { await courier.deliver($0) }
    }

    /// Has something happen to an alert.
    func announce(_ events: AlertEvent...) async throws {
        try await database.write { [clock] connection in
            try connection.announce(events, workspaceID: 1, now: clock.now)
        }
    }

    /// The newest delivery.
    func latest() async throws -> Delivery? { try await deliveries.all().first }
}
