import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct OutboxTests {
    private func announce(_ events: [AlertEvent], in database: any Database) async throws {
        try await database.write { try $0.announce(events, workspaceID: 1, now: .t0) }
    }

    private func queued(in database: any Database) async throws -> [String] {
        try await database.texts(
            """
            SELECT COALESCE('channel ' || channel_id, 'user ' || user_id, address) || ' ' || event
            FROM delivery
            ORDER BY id
            """)
    }

    @Test(
        "each active channel is told of the severities that it is for, and nobody of what notifies nobody",
        arguments: TestDatabase.engines)
    func channels(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            _ = try await accounts.fixture(email: "bob@example.com", workspace: "Other")
            let channels = ChannelStore(database: database)
            _ = try await channels.fixture()
            _ = try await channels.fixture(.fixture(severities: [.critical]))
            _ = try await channels.fixture(.fixture(isActive: false))
            _ = try await channels.fixture(.fixture(), workspaceID: 2)
            let silent = AlertEvent(.updated, AlertEvent.notifying().alert, notifies: false)

            try await announce(
                [
                    .notifying(), silent, .notifying(.resolved, severity: .critical),
                    .notifying(.updated, severity: .info),
                ],
                in: database)

            #expect(
                try await queued(in: database) == [
                    "channel 1 alert-triggered", "channel 1 alert-resolved", "channel 2 alert-resolved",
                    "channel 1 alert-updated",
                ])
            let deliveries = try await DeliveryStore(database: database).all()
            #expect(deliveries.map(\.status) == [.pending, .pending, .pending])
            #expect(Set(deliveries.map(\.messageID)).count == 3)
            #expect(deliveries.allSatisfy { $0.messageID.wholeMatch(of: /msg_[A-Za-z0-9]{24}/) != nil })
        }
    }

    @Test(
        "users get mail of the severities that they want, as long as they may see alerts",
        arguments: TestDatabase.engines)
    func users(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            for role in [Role.analyst, .manager, .viewer] {
                _ = try await accounts.fixture(email: "\(role.rawValue)@example.com", in: 1, as: role)
            }
            try await database.write { connection in
                _ = try connection.execute("UPDATE user_account SET alert_severities = 'critical warning' WHERE id > 1")
            }

            try await announce([.notifying(), .notifying(severity: .info)], in: database)
            let queue = DeliveryQueue(database: database)
            let taken = try await queue.take(9, mostInLane: 9, underWay: [:], now: .t0)

            #expect(try await queued(in: database) == ["user 2 alert-triggered"])
            #expect(taken.map(\.recipient) == [.email([EmailAddress(trusted: "analyst@example.com")])])
        }
    }

    @Test(
        "mail for a user who lost the right, the wish or the account goes to nobody", arguments: TestDatabase.engines)
    func formerReaders(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            for name in ["a", "b", "c"] {
                _ = try await accounts.fixture(email: "\(name)@example.com", in: 1, as: .analyst)
            }
            try await database.write { connection in
                _ = try connection.execute("UPDATE user_account SET alert_severities = 'warning' WHERE id > 1")
            }
            try await announce([.notifying()], in: database)

            try await database.write { connection in
                _ = try connection.execute("UPDATE user_account SET role = 'viewer' WHERE id = 2")
                _ = try connection.execute("UPDATE user_account SET alert_severities = 'info' WHERE id = 3")
                _ = try connection.execute("UPDATE user_account SET id = 99 WHERE id = 4")
            }
            let taken = try await DeliveryQueue(database: database).take(9, mostInLane: 9, underWay: [:], now: .t0)

            #expect(
                taken.map(\.recipient) == [
                    .nobody("The user may not see alerts any more."), .nobody("The user wants no mail any more."),
                    .nobody("The user was removed."),
                ])
        }
    }

    @Test(
        "a report goes to each of its recipients and to active webhooks, and keeps no alert waiting",
        arguments: TestDatabase.engines)
    func reports(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let channels = ChannelStore(database: database)
            _ = try await channels.fixture(.fixture(severities: [.critical]))
            _ = try await channels.fixture(.fixture(isActive: false))
            let slack = try WebhookURL("https://example.com/slack")
            _ = try await channels.fixture(NewAlertChannel(name: "Chat", target: .slack(slack)))
            let people = ["a@example.com", "b@example.com", "c@example.com"].map { EmailAddress(trusted: $0) }
            _ = try await ReportStore(database: database).create(
                NewReport(name: "Sales", type: .daily, recipients: people), workspaceID: 1, by: .operator, now: .t0)
            try await MailRecipientStore.confirmAll(in: database)
            let reports = ReportQueue(database: database)
            let report = try #require(try await reports.take(now: .t0))

            try await reports.complete(report, files: [.pdf: [1, 2, 3]], digest: .fixture, now: .t0)
            let taken = try await DeliveryQueue(database: database).take(9, mostInLane: 2, underWay: [:], now: .t0)

            #expect(
                try await queued(in: database)
                    == people.map { "\($0.text) report-completed" } + ["channel 1 report-completed"])
            // Two of the mails, and beside them the webhook.
            #expect(taken.map(\.recipient).prefix(2) == [.email([people[0]]), .email([people[1]])])
            #expect(taken.map(\.channelID) == [nil, nil, 1])
            #expect(taken.first?.attachment?.content == [1, 2, 3])
            #expect(taken.first?.attachment?.name == "sales-2026-11-23.pdf")
            #expect(taken.last?.attachment == nil)
            guard case .report(let told, .fixture) = try #require(taken.first).notice.subject else {
                Issue.record("the notice is about something else")
                return
            }
            #expect(told.status == .completed)
            #expect(told.recipients == people)
        }
    }

    @Test("what was queued is told at once, and not what was rolled back", arguments: TestDatabase.engines)
    func arrivals(engine: TestDatabase.Engine) async throws {
        struct Stop: Error {}
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            _ = try await ChannelStore(database: database).fixture()
            var arrivals = DeliveryQueue(database: database).arrivals().makeAsyncIterator()

            await #expect(throws: Stop.self) {
                try await database.write { connection in
                    try connection.announce([.notifying()], workspaceID: 1, now: .t0)
                    throw Stop()
                }
            }
            #expect(try await queued(in: database).isEmpty)
            try await announce([.notifying()], in: database)
            await arrivals.next()

            #expect(try await queued(in: database) == ["channel 1 alert-triggered"])
        }
    }
}
