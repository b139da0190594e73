import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct NoticeDigestTests {
    private func announce(
        _ count: Int, _ severity: Severity = .warning, in database: any Database, at now: Instant = .t0
    ) async throws {
        try await database.write { connection in
            try connection.announce(
                (0..<count).map { .notifying(severity: severity, name: "Rule \($0)") }, workspaceID: 1, now: now)
        }
    }

    private func withChannels(
        _ engine: TestDatabase.Engine, _ channels: [NewAlertChannel],
        _ body: (any Database, DeliveryQueue, DeliveryStore) async throws -> Void
    ) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            for channel in channels { _ = try await ChannelStore(database: database).fixture(channel) }
            try await body(database, DeliveryQueue(database: database), DeliveryStore(database: database))
        }
    }

    /// The digests that are due, as they are taken.
    private func takeDigests(_ queue: DeliveryQueue, at now: Instant) async throws -> [TakenDelivery] {
        var load = DeliveryLoad(mostWebhooks: 10_000, mostInLane: 1_000)
        var digests: [TakenDelivery] = []
        while case let taken = try await queue.take(load, now: now), !taken.isEmpty {
            for delivery in taken { load.begin(delivery) }
            digests += taken.filter { $0.notice.event == .digest }
        }
        return digests
    }

    @Test(
        "of the notices of a minute twenty go singly, and the others together when it is over",
        arguments: TestDatabase.engines)
    func digest(engine: TestDatabase.Engine) async throws {
        try await withChannels(engine, [try .fixture()]) { database, queue, deliveries in
            try await announce(15, in: database)
            try await announce(15, in: database, at: Instant.t0.advanced(bySeconds: 30))
            let end = Instant.t0.advanced(bySeconds: NoticeWindow.seconds)

            let log = try await deliveries.all()
            let early = try await takeDigests(queue, at: end.advanced(bySeconds: -1))
            let digests = try await takeDigests(queue, at: end)

            #expect(log.count { $0.event == .triggered } == 20)
            #expect(log.count { $0.event == .digest } == 1)
            #expect(log.first { $0.event == .digest }?.nextAttemptAt == end)
            #expect(early.isEmpty)
            #expect(digests.count == 1)
            guard case .digest(let notices, let omitted) = try #require(digests.first).notice.subject else {
                Issue.record("it is no digest")
                return
            }
            #expect(omitted == 0)
            // Five of the first transaction went singly into the second's twenty.
            #expect(notices.map(\.title) == (5..<15).map { "Warning alert: Rule \($0)" })
        }
    }

    @Test("a digest holds a hundred notices and counts the others", arguments: TestDatabase.engines)
    func omitted(engine: TestDatabase.Engine) async throws {
        let channels = [try NewAlertChannel.fixture(), try .fixture(severities: [.info])]
        try await withChannels(engine, channels) { database, queue, _ in
            for second in Int64(0)..<3 {
                try await announce(60, in: database, at: Instant.t0.advanced(bySeconds: second))
            }
            try await announce(25, .info, in: database, at: Instant.t0.advanced(bySeconds: 3))

            let digests = try await takeDigests(queue, at: Instant.t0.advanced(bySeconds: 120))

            let contents = digests.sorted { ($0.channelID ?? 0) < ($1.channelID ?? 0) }.map { delivery -> [Int] in
                guard case .digest(let notices, let omitted) = delivery.notice.subject else { return [] }
                return [notices.count, omitted]
            }
            #expect(contents == [[100, 85], [5, 0]])
            // Each is kept once, and what no digest holds is not kept.
            #expect(try await database.integer("SELECT COUNT(*) FROM digest_notice") == 105)
        }
    }

    @Test("critical notices go singly, however many others there are", arguments: TestDatabase.engines)
    func critical(engine: TestDatabase.Engine) async throws {
        try await withChannels(engine, [try .fixture()]) { database, _, deliveries in
            try await announce(30, in: database)
            try await announce(60, .critical, in: database)

            let events = try await deliveries.all().map(\.event)

            #expect(events.count { $0 == .triggered } == 80)
            #expect(events.count { $0 == .digest } == 1)
        }
    }

    @Test("the minute after the next twenty go singly again", arguments: TestDatabase.engines)
    func nextMinute(engine: TestDatabase.Engine) async throws {
        try await withChannels(engine, [try .fixture()]) { database, _, deliveries in
            try await announce(21, in: database)
            try await announce(21, in: database, at: Instant.t0.advanced(bySeconds: NoticeWindow.seconds))

            let events = try await deliveries.all().map(\.event)

            #expect(events.count { $0 == .triggered } == 40)
            #expect(events.count { $0 == .digest } == 2)
        }
    }

    @Test(
        "a digest that somebody took is not added to; a try and a replay of it say the same under one id",
        arguments: TestDatabase.engines)
    func closed(engine: TestDatabase.Engine) async throws {
        try await withChannels(engine, [try .fixture()]) { database, queue, deliveries in
            try await announce(25, in: database)
            let first = try #require(await deliveries.all().first { $0.event == .digest })
            _ = try await deliveries.replay(first.id, workspaceID: 1, by: .operator, now: .t0)
            let early = try #require(await takeDigests(queue, at: .t0).first)
            _ = try await queue.finish(early, .failed(error: "down"), startedAt: .t0, chance: 0.5, now: .t0)

            try await announce(5, in: database, at: Instant.t0.advanced(bySeconds: 1))
            let later = try await takeDigests(queue, at: Instant.t0.advanced(bySeconds: 3_600))

            let again = try #require(later.first { $0.id == early.id })
            #expect(again.messageID == early.messageID)
            #expect(again.notice == early.notice)
            #expect(later.count == 2)
        }
    }

    @Test("a user's mails are gathered, too", arguments: TestDatabase.engines)
    func users(engine: TestDatabase.Engine) async throws {
        try await withChannels(engine, []) { database, queue, _ in
            _ = try await AccountStore(database: database).fixture(email: "eve@example.com", in: 1, as: .analyst)
            try await database.write { connection in
                _ = try connection.execute("UPDATE user_account SET alert_severities = 'warning' WHERE id = 2")
            }
            try await announce(50, in: database)

            let rows = try await database.texts("SELECT event FROM delivery ORDER BY id")

            #expect(rows.count == 21)
            #expect(rows.count { $0 == "alerts-digest" } == 1)
        }
    }

    @Test("beyond the first twenty a notice costs a row for each digest that has room, and then none")
    func work() async throws {
        let channels = try (0..<20).map { _ in try NewAlertChannel.fixture() }
        try await withChannels(.sqlite, channels) { database, _, _ in
            try await announce(4_000, in: database)

            #expect(try await database.integer("SELECT COUNT(*) FROM delivery") == 20 * 21)
            #expect(try await database.integer("SELECT COUNT(*) FROM digest_item") == 20 * 100)
            #expect(try await database.integer("SELECT COUNT(*) FROM digest_notice") == 100)
        }
    }

    @Test("what was gathered goes with the last digest that holds it", arguments: TestDatabase.engines)
    func prune(engine: TestDatabase.Engine) async throws {
        try await withChannels(engine, [try .fixture(), try .fixture()]) { database, queue, _ in
            try await announce(30, in: database)
            let end = Instant.t0.advanced(bySeconds: Delivery.lifetimeSeconds)

            let kept = try await queue.prune(now: end)
            for id in Int64(1)...2 {
                _ = try await ChannelStore(database: database).delete(id, workspaceID: 1, by: .operator, now: .t0)
            }
            let removed = try await queue.prune(now: end)

            #expect([kept, removed] == [0, 10])
            #expect(try await database.integer("SELECT COUNT(*) FROM digest_notice") == 0)
            #expect(try await database.integer("SELECT COUNT(*) FROM notice_window") == 0)
        }
    }
}
