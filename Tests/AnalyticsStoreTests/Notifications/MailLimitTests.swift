import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct MailLimitTests {
    @Test(
        "a workspace has its number, and of the server's last tenth only what is little",
        arguments: [
            (MailLimits(workspace: 100, server: nil), 30, 999, 70),
            (MailLimits(workspace: 100, server: nil), 130, 0, 0),
            (MailLimits(workspace: nil, server: 1_000), 500, 600, 300),
            (MailLimits(workspace: 100, server: 1_000), 0, 950, 20),
            (MailLimits(workspace: 100, server: 1_000), 15, 950, 5),
            (MailLimits(workspace: 100, server: 1_000), 50, 950, 0),
            (MailLimits(workspace: 100, server: 1_000), 0, 995, 5),
            (MailLimits(workspace: 100, server: 1_000), 0, 2_000, 0),
            (MailLimits(workspace: nil, server: nil), 5, 5, .max),
        ])
    func left(limits: MailLimits, used: Int, serverUsed: Int, left: Int) {
        #expect(limits.left(used: used, serverUsed: serverUsed) == left)
    }

    @Test(
        "alerts beyond the day's mail wait for the next day, and what did not arrive does not count",
        arguments: TestDatabase.engines)
    func alerts(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let people = ["a", "b"].map { EmailAddress(trusted: "\($0)@example.com") }
            _ = try await ChannelStore(database: database).fixture(
                NewAlertChannel(name: "desk", target: .email(people)))
            try await MailRecipientStore.confirmAll(in: database)
            let queue = DeliveryQueue(database: database, limits: MailLimits(workspace: 5))
            for _ in 0..<3 { try await database.write { try $0.announce([.notifying()], workspaceID: 1, now: .t0) } }

            let taken = try await queue.take(DeliveryLoad(mostInLane: 9, mostMails: 9), now: .t0)
            let counted = try await database.integer("SELECT mail_count FROM workspace")
            _ = try await queue.finish(taken[0], .failed(error: "down"), startedAt: .t0, chance: 0.5, now: .t0)
            _ = try await queue.finish(
                taken[1], .delivered(statusCode: nil), startedAt: .t0, chance: 0.5, now: .t0)
            guard case .later(_, let seconds?) = taken[2].recipient else {
                Issue.record("the third mail is not put off")
                return
            }
            _ = try await queue.finish(
                taken[2], .failed(error: "later", retryAfterSeconds: seconds), startedAt: .t0, chance: 0.5, now: .t0)
            let next = try await queue.take(
                DeliveryLoad(mostInLane: 9, mostMails: 9), now: Instant.t0.advanced(bySeconds: seconds))

            #expect(taken.map(\.countedMails) == [2, 2, 0])
            #expect(counted == 4)
            #expect(next.contains { $0.id == taken[2].id && $0.recipient == .email(people) })
            #expect(
                try await database.texts("SELECT day || ' ' || mail_count FROM mail_day").count == 1)
        }
    }

    @Test("a test of a channel beyond the day's mail is refused", arguments: TestDatabase.engines)
    func tests(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let people = ["a", "b"].map { EmailAddress(trusted: "\($0)@example.com") }
            _ = try await ChannelStore(database: database).fixture(
                NewAlertChannel(name: "desk", target: .email(people)))
            let store = DeliveryStore(database: database, limits: MailLimits(workspace: 1))

            let error = await #expect(throws: ValidationError.self) {
                _ = try await store.test(channelID: 1, workspaceID: 1, by: .operator, now: .t0)
            }

            #expect(error?.issues.map(\.field) == ["recipients"])
        }
    }

    @Test("the server's number is one of all workspaces together", arguments: TestDatabase.engines)
    func server(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            _ = try await AccountStore(database: database).fixture(email: "bob@example.com")
            let budget = MailBudget(database: database, limits: MailLimits(workspace: nil, server: 100))
            try await database.write { connection in
                for workspaceID in Int64(1)...2 { try connection.countMail(45, workspaceID: workspaceID, now: .t0) }
            }

            await #expect(throws: ValidationError.self) {
                try await budget.take(field: "email", workspaceID: 1, now: .t0)
            }
            try await budget.take(field: "email", workspaceID: 1, now: MailLimits.nextDay(after: .t0))
            let isLeft = try await budget.takeOfServer(now: .t0)

            #expect(isLeft)
        }
    }
}
