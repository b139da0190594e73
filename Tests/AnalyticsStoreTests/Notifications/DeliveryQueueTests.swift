import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct DeliveryQueueTests {
    /// A workspace with channels, each told of some alerts.
    private func withQueue(
        _ engine: TestDatabase.Engine, channels: Int = 1, events: Int = 1,
        _ body: (any Database, DeliveryQueue, DeliveryStore) async throws -> Void
    ) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            for _ in 0..<channels { _ = try await ChannelStore(database: database).fixture() }
            try await database.write { connection in
                try connection.announce(
                    Array(repeating: .notifying(), count: events), workspaceID: 1, now: .t0)
            }
            try await body(database, DeliveryQueue(database: database), DeliveryStore(database: database))
        }
    }

    private func finish(
        _ queue: DeliveryQueue, _ delivery: TakenDelivery, _ result: DeliveryResult, at now: Instant = .t0
    ) async throws -> Bool {
        try await queue.finish(delivery, result, startedAt: now, chance: 0.5, now: now) != nil
    }

    @Test("of two who take at the same time one gets it", arguments: TestDatabase.engines)
    func once(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine, events: 3) { _, queue, _ in
            async let first = queue.take(9, mostInLane: 9, underWay: [:], now: .t0)
            async let second = queue.take(9, mostInLane: 9, underWay: [:], now: .t0)

            let taken = try await first.map(\.id) + second.map(\.id)

            #expect(taken.sorted() == [1, 2, 3])
        }
    }

    @Test(
        "what nothing is heard of is due again, and only who took it last says what became of it",
        arguments: TestDatabase.engines)
    func fence(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine) { _, queue, deliveries in
            let later = Instant.t0.advanced(bySeconds: DeliveryQueue.leaseSeconds)
            let crashed = try #require(await queue.take(1, mostInLane: 1, underWay: [:], now: .t0).first)

            let early = try await queue.take(
                1, mostInLane: 1, underWay: [:], now: later.advanced(bySeconds: -1))
            let repeated = try #require(await queue.take(1, mostInLane: 1, underWay: [:], now: later).first)
            let late = try await finish(queue, crashed, .failed(error: "slow"))
            let counted = try await finish(queue, repeated, .delivered(statusCode: 204), at: later)
            let twice = try await finish(queue, repeated, .failed(error: "again"))

            #expect(early.isEmpty)
            #expect(repeated.messageID == crashed.messageID)
            #expect([late, counted, twice] == [false, true, false])
            let delivery = try #require(await deliveries.all().first)
            #expect(delivery.status == .delivered)
            #expect(delivery.attempts == [.init(at: later, milliseconds: 0, statusCode: 204, error: nil)])
            #expect(delivery.finishedAt == later)
        }
    }

    @Test("a lane has room for some only, and does not hold up the others", arguments: TestDatabase.engines)
    func lanes(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine, channels: 2, events: 5) { _, queue, _ in
            let taken = try await queue.take(4, mostInLane: 2, underWay: [1: 1], now: .t0)
            let rest = try await queue.take(9, mostInLane: 2, underWay: [1: 2, 2: 2], now: .t0)

            #expect(taken.map(\.lane).sorted() == [1, 2, 2])
            #expect(rest.isEmpty)
        }
    }

    /// Puts mail with a report into the outbox.
    private func queueReports(_ counts: [Int64: Int], in database: any Database, now: Instant = .t0) async throws {
        for (workspaceID, count) in counts.sorted(by: { $0.key < $1.key }) {
            let report = Report(
                id: 1, scheduleID: nil, name: "Sales", type: .daily, status: .completed, scheduledAt: .t0,
                period: Period(days: 1, endingOn: .d0),
                recipients: (0..<count).map { EmailAddress(trusted: "\($0)@example.com") }, completedAt: .t0,
                createdAt: .t0)
            try await database.write {
                try $0.queueDeliveries(of: report, .fixture, workspaceID: workspaceID, now: now)
            }
        }
    }

    @Test(
        "workspaces take turns with their reports, of which two are under way at most", arguments: TestDatabase.engines)
    func turns(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine, channels: 0, events: 0) { database, queue, _ in
            for name in ["bob", "eve"] {
                _ = try await AccountStore(database: database).fixture(email: "\(name)@example.com")
            }
            try await queueReports([1: 40], in: database)
            try await queueReports([2: 3, 3: 2], in: database, now: Instant.t0.advanced(bySeconds: 1))
            let now = Instant.t0.advanced(bySeconds: 2)
            var owners: [[Int64]] = []
            var load = DeliveryLoad()

            for _ in 0..<4 {
                let taken = try await queue.take(load, now: now)
                owners.append(taken.map(\.workspaceID))
                for delivery in taken { load.begin(delivery) }
                for delivery in taken { load.end(delivery) }
            }
            let lane = Outbox.reportLane(of: 2)
            load.begin(lane, of: 2)
            let one = try await queue.take(load, now: now)
            load.begin(Outbox.reportLane(of: 7), of: 7)
            let none = try await queue.take(load, now: now)

            #expect(owners == [[1, 2], [3, 1], [2, 3], [1, 2]])
            #expect(one.map(\.workspaceID) == [1])
            #expect(none.isEmpty)
        }
    }

    /// A channel of each workspace, and the workspaces themselves.
    private func addChannels(
        _ target: ChannelTarget, to emails: [String], count: Int = 1, in database: any Database
    ) async throws {
        for email in emails {
            let owner = try await AccountStore(database: database).fixture(email: email)
            for _ in 0..<count {
                _ = try await ChannelStore(database: database).fixture(
                    NewAlertChannel(name: "ops", target: target), workspaceID: owner.workspace.id)
            }
        }
        try await MailRecipientStore.confirmAll(in: database)
    }

    @Test(
        "who has one alert mail waits for one of another workspace, however many that has",
        arguments: TestDatabase.engines)
    func mailTurns(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let target = ChannelTarget.email([EmailAddress(trusted: "ops@example.com")])
            try await addChannels(target, to: ["ada@example.com", "bob@example.com"], in: database)
            let deliveries = DeliveryStore(database: database)
            for _ in 0..<58 {
                _ = try await deliveries.test(channelID: 1, workspaceID: 1, by: .operator, now: .t0)
            }
            let now = Instant.t0.advanced(bySeconds: 1)
            let queue = DeliveryQueue(database: database)
            var load = DeliveryLoad()
            let first = try await queue.take(load, now: .t0)
            for delivery in first { load.begin(delivery) }
            _ = try await deliveries.test(channelID: 2, workspaceID: 2, by: .operator, now: now)

            // One of the two places gets free.
            load.end(try #require(first.first))
            let next = try await queue.take(load, now: now)

            #expect(first.map(\.workspaceID) == [1, 1])
            #expect(next.map(\.workspaceID) == [2])
        }
    }

    @Test(
        "receivers of a few workspaces that hang leave places for the webhooks of others",
        arguments: TestDatabase.engines)
    func webhookShares(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let people = ["a", "b", "c", "d"].map { "\($0)@example.com" }
            try await addChannels(
                .webhook(try WebhookURL("https://example.com/hook")), to: people, count: 20, in: database)
            for workspaceID in Int64(1)...3 {
                try await database.write { connection in
                    try connection.announce(
                        Array(repeating: .notifying(), count: 3), workspaceID: workspaceID, now: .t0)
                }
            }
            let queue = DeliveryQueue(database: database)
            var load = DeliveryLoad()

            // Nothing of it ever ends.
            while case let taken = try await queue.take(load, now: .t0), !taken.isEmpty {
                for delivery in taken { load.begin(delivery) }
            }
            let hanging = load
            try await database.write { try $0.announce([.notifying()], workspaceID: 4, now: .t0) }
            let taken = try await queue.take(hanging, now: .t0)

            #expect(!taken.isEmpty)
            #expect(Set(taken.map(\.workspaceID)) == [4])
        }
    }

    @Test("webhooks of two workspaces go in turns, and a workspace alone gets a fifth of the places")
    func webhookTurns() {
        let lanes = (1...40).map { DeliveryLoad.Lane(number: $0, workspaceID: $0 <= 20 ? 1 : 2) }

        let both = DeliveryLoad().turns(among: lanes)
        let alone = DeliveryLoad().turns(among: Array(lanes.prefix(20)))

        #expect(both.prefix(4).map(\.workspaceID) == [1, 2, 1, 2])
        #expect(both.count { $0.workspaceID == 1 } == both.count { $0.workspaceID == 2 })
        #expect(alone.count == 13)
        #expect(Set(alone.map(\.number)).count == 13)
    }

    @Test("reports that wait keep neither mail of alerts nor webhooks waiting", arguments: TestDatabase.engines)
    func reportsAside(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine, channels: 1, events: 0) { database, queue, _ in
            let mail = NewAlertChannel(
                name: "Mail", target: .email([EmailAddress(trusted: "ops@example.com")]))
            _ = try await ChannelStore(database: database).fixture(mail)
            try await queueReports([1: 20], in: database)
            try await database.write { try $0.announce([.notifying()], workspaceID: 1, now: .t0) }
            try await MailRecipientStore.confirmAll(in: database)
            var load = DeliveryLoad()
            for _ in 0..<2 { load.begin(Outbox.reportLane(of: 1), of: 1) }

            let taken = try await queue.take(load, now: .t0)

            #expect(taken.map(\.channelID) == [2, 1, 1])
            #expect(taken.map(\.lane) == [Outbox.mailLane(of: 1), 1, 1])
        }
    }

    @Test("a look at the outbox reads no more of it than it takes")
    func plan() async throws {
        try await withQueue(.sqlite, channels: 2, events: 3) { database, _, _ in
            try await queueReports([1: 50], in: database)
            let observed = ObservedDatabase(database)

            _ = try await DeliveryQueue(database: observed).take(DeliveryLoad(), now: .t0)

            let steps = observed.plans.filter { $0.contains("delivery") || $0.contains(" d ") }
            #expect(!steps.isEmpty)
            #expect(steps.allSatisfy { $0.hasPrefix("SEARCH") }, "\(steps)")
            #expect(steps.contains { $0.contains("delivery_by_lane (lane=? AND due_at<?)") }, "\(steps)")
            #expect(observed.plans.filter { $0.contains("TEMP B-TREE") }.count <= 1)
        }
    }

    @Test("a failure is tried again after a pause, until three days are over", arguments: TestDatabase.engines)
    func retries(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine) { _, queue, deliveries in
            let clock = TestClock()
            var pauses: [Int64] = []
            while let taken = try await queue.take(1, mostInLane: 1, underWay: [:], now: clock.now).first {
                _ = try await finish(queue, taken, .failed(statusCode: 500, error: "500"), at: clock.now)
                guard let next = try await deliveries.all().first?.nextAttemptAt else { break }
                let pause = (next.milliseconds - clock.now.milliseconds) / 1000
                pauses.append(pause)
                clock.advance(seconds: pause)
            }

            let delivery = try #require(await deliveries.all().first)
            #expect(Array(pauses.prefix(5)) == [5, 30, 120, 600, 1_800])
            #expect(pauses.reduce(0, +) == 3 * 86_400)
            #expect(delivery.status == .failed)
            #expect(delivery.attemptCount == pauses.count + 1)
            #expect(delivery.attempts.count == delivery.attemptCount)
            #expect(delivery.attempts.first?.statusCode == 500)
        }
    }

    @Test(
        "410 stops the channel and gives up what waits for it; made active it is used again",
        arguments: TestDatabase.engines)
    func gone(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine, events: 3) { database, queue, deliveries in
            let channels = ChannelStore(database: database)
            let taken = try await queue.take(2, mostInLane: 2, underWay: [:], now: .t0)

            #expect(try await finish(queue, taken[0], .gone(statusCode: 410)))
            let other = try await finish(queue, taken[1], .delivered(statusCode: 200))

            let channel = try await channels.channel(1, workspaceID: 1)
            #expect(channel?.definition.isActive == false)
            #expect(channel?.disabledReason == "The receiver answered 410 Gone.")
            #expect(!other)
            #expect(try await deliveries.all().map(\.status) == [.failed, .failed, .failed])
            let active = try await channels.update(1, workspaceID: 1, by: .operator, now: .t0) { $0.isActive = true }
            #expect(active?.disabledReason == nil)
            let log = try await AuditStore(database: database).list(
                ListSlice(.offset(0), limit: 9), workspaceID: 1)
            #expect(log.items.map(\.action).prefix(2) == [.channelUpdated, .channelDisabled])
        }
    }

    @Test(
        "a delivery can be sent once more, under its message id; who still has it says nothing more about it",
        arguments: TestDatabase.engines)
    func replay(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine) { _, queue, deliveries in
            let first = try #require(await queue.take(1, mostInLane: 1, underWay: [:], now: .t0).first)
            _ = try await deliveries.replay(1, workspaceID: 1, by: .operator, now: .t0)
            let late = try await finish(queue, first, .delivered(statusCode: 200))
            let second = try #require(await queue.take(1, mostInLane: 1, underWay: [:], now: .t0).first)
            _ = try await finish(queue, second, .delivered(statusCode: 200))

            let stranger = try await deliveries.replay(1, workspaceID: 2, by: .operator, now: .t0)
            let replayed = try await deliveries.replay(1, workspaceID: 1, by: .operator, now: .t0)
            let third = try #require(await queue.take(1, mostInLane: 1, underWay: [:], now: .t0).first)

            #expect(!late)
            #expect(stranger == nil)
            #expect(replayed?.status == .pending)
            #expect(Set([first, second, third].map(\.messageID)).count == 1)
            #expect(third.formerAttempts == 1)
        }
    }

    @Test("finished deliveries go after 30 days, with their count; pending ones stay", arguments: TestDatabase.engines)
    func prune(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine, events: 2) { database, queue, deliveries in
            let taken = try #require(await queue.take(1, mostInLane: 1, underWay: [:], now: .t0).first)
            _ = try await finish(queue, taken, .delivered(statusCode: 200))
            let end = Instant.t0.advanced(bySeconds: Delivery.lifetimeSeconds)

            let early = try await queue.prune(now: end.advanced(bySeconds: -1))
            let count = try await queue.prune(now: end)

            #expect([early, count] == [0, 1])
            #expect(try await deliveries.all().map(\.id) == [2])
            let list = try await deliveries.list(ListSlice(.offset(0), limit: 9), channelID: 1, workspaceID: 1)
            #expect(list.total == 1)
            #expect(try await database.texts("SELECT 'attempt' FROM delivery_attempt").isEmpty)
        }
    }

    @Test("a channel takes its deliveries with it", arguments: TestDatabase.engines)
    func deletion(engine: TestDatabase.Engine) async throws {
        try await withQueue(engine, channels: 2) { database, queue, _ in
            let channels = ChannelStore(database: database)
            let taken = try await queue.take(1, mostInLane: 1, underWay: [:], now: .t0)

            let isDeleted = try await channels.delete(1, workspaceID: 1, by: .operator, now: .t0)
            let result = try await finish(queue, try #require(taken.first), .delivered(statusCode: 200))
            let rest = try await queue.take(9, mostInLane: 9, underWay: [:], now: .t0)

            #expect(isDeleted)
            #expect(!result)
            #expect(rest.map(\.channelID) == [2])
            #expect(try await channels.list(ListSlice(.offset(0), limit: 9), workspaceID: 1).total == 1)
        }
    }

    @Test("after a rotation a webhook is signed with both secrets for a day", arguments: TestDatabase.engines)
    func rotation(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let channels = ChannelStore(database: database)
            let first = try #require(await channels.fixture().secret)
            let rotated = try await channels.rotateSecret(of: 1, workspaceID: 1, by: .operator, now: .t0)
            let second = try #require(rotated.value?.secret)
            let queue = DeliveryQueue(database: database)
            func secrets(at now: Instant) async throws -> [WebhookSecret] {
                _ = try await DeliveryStore(database: database).test(
                    channelID: 1, workspaceID: 1, by: .operator, now: now)
                let taken = try await queue.take(1, mostInLane: 1, underWay: [:], now: now).first
                guard case .webhook(_, let secrets) = taken?.recipient else { return [] }
                _ = try await finish(queue, try #require(taken), .delivered(statusCode: 200), at: now)
                return secrets
            }

            let within = try await secrets(at: Instant.t0.advanced(bySeconds: 86_399))
            let after = try await secrets(at: Instant.t0.advanced(bySeconds: 86_400))

            #expect(first != second)
            #expect(first.key?.count == 32)
            #expect(within == [second, first])
            #expect(after == [second])
        }
    }

    @Test("the audit log tells of a channel without its secrets", arguments: TestDatabase.engines)
    func audit(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let channels = ChannelStore(database: database)
            let url = try WebhookURL("https://hooks.example.com/T000/sEcReT")
            _ = try await channels.fixture(NewAlertChannel(name: "chat", target: .slack(url)))
            _ = try await channels.update(1, workspaceID: 1, by: .operator, now: .t0) { $0.severities = [.critical] }
            _ = try await channels.delete(1, workspaceID: 1, by: .operator, now: .t0)

            let log = try await AuditStore(database: database).list(ListSlice(.offset(0), limit: 3), workspaceID: 1)

            #expect(log.items.map(\.action) == [.channelDeleted, .channelUpdated, .channelCreated])
            #expect(log.items[1].changes == [AuditChange("severities", from: "critical warning info", to: "critical")])
            #expect(log.items[2].changes.contains(AuditChange("target", from: nil, to: "https://hooks.example.com")))
            #expect(!log.items.description.contains("sEcReT"))
        }
    }
}
