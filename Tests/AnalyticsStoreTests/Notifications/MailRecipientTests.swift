import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct MailRecipientTests {
    private static let day: Int64 = 86_400

    private func emails(_ count: Int, from first: Int = 0) -> [EmailAddress] {
        (first..<first + count).map { EmailAddress(trusted: "r\($0)@example.com") }
    }

    private func mailChannel(_ addresses: [EmailAddress]) -> NewAlertChannel {
        NewAlertChannel(name: "desk", target: .email(addresses))
    }

    /// The subject of each mail that is due, with its recipients; what is put off has its reason.
    private func due(_ database: any Database, _ limits: MailLimits = MailLimits(), at now: Instant = .t0) async throws
        -> [String]
    {
        try await DeliveryQueue(database: database, limits: limits).take(
            DeliveryLoad(mostInLane: 100, mostMails: 100), now: now
        ).map { delivery in
            switch delivery.recipient {
            case .email(let addresses): "\(delivery.notice.event.rawValue) \(addresses.stored)"
            case .later(let reason, _), .nobody(let reason): "\(delivery.notice.event.rawValue) \(reason)"
            case .webhook, .slack: "webhook"
            }
        }
    }

    @Test(
        "a recipient gets the question once, and nothing else before the link was opened",
        arguments: TestDatabase.engines)
    func confirmation(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let channels = ChannelStore(database: database)
            let recipients = MailRecipientStore(database: database)
            let made = try await channels.fixture(mailChannel(emails(2))).channel
            try await database.write { try $0.announce([.notifying()], workspaceID: 1, now: .t0) }

            let before = try await due(database)
            let asked = try await recipients.askDue(now: .t0)
            let again = try await recipients.askDue(now: .t0)
            let questions = try await DeliveryQueue(database: database).take(
                DeliveryLoad(mostInLane: 9, mostMails: 9), now: .t0)
            guard case .confirmation(let code)? = questions.first?.notice.subject else {
                Issue.record("nobody was asked")
                return
            }
            let confirmed = try await recipients.confirm(code: code, now: .t0)
            try await database.write { try $0.announce([.notifying()], workspaceID: 1, now: .t0) }
            let after = try await due(database)

            #expect(made.unconfirmed == emails(2))
            #expect(before == ["alert-triggered No recipient has confirmed the address."])
            #expect([asked, again] == [2, 0])
            #expect(questions.map(\.recipient) == emails(2).map { .email([$0]) })
            #expect(confirmed?.email == emails(2)[0])
            #expect(after == ["alert-triggered \(emails(2)[0].text)"])
            #expect(try await channels.channel(1, workspaceID: 1)?.unconfirmed == [emails(2)[1]])
        }
    }

    @Test(
        "a code is good for its purpose and its address alone, and changed by one letter for nothing",
        arguments: TestDatabase.engines)
    func codes(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            _ = try await ChannelStore(database: database).fixture(mailChannel(emails(2)))
            let recipients = MailRecipientStore(database: database)
            let codes = try await database.read { connection in
                try emails(2).compactMap { try connection.mailRecipientCode(.confirmation, of: $0, workspaceID: 1) }
            }
            let other = codes[0].replacing("1-1-", with: "1-2-")
            let changed = String(codes[0].dropLast()) + (codes[0].hasSuffix("0") ? "1" : "0")

            for code in [other, changed, "", "1-1-", "1-1", "-1-1-0", "x", codes[0] + "0", codes[0].uppercased()] {
                #expect(try await recipients.confirm(code: code, now: .t0) == nil, "\(code)")
            }
            #expect(try await !recipients.unsubscribe(code: codes[0], now: .t0))
            #expect(try await recipients.recipient(.confirmation, code: codes[0])?.email == emails(1)[0])
        }
    }

    @Test(
        "a member who showed that mail arrives is not asked, one who did not is", arguments: TestDatabase.engines)
    func members(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let bob = try await accounts.fixture(email: "bob@example.com", in: 1, as: .analyst)
            _ = try await ChannelStore(database: database).fixture(mailChannel([ada.user.email, bob.user.email]))
            let recipients = MailRecipientStore(database: database)

            _ = try await recipients.askDue(now: .t0)
            let questions = try await due(database)

            #expect(questions == ["address-confirmation ada@example.com"])
            let code = try await database.read {
                try $0.mailRecipientCode(.confirmation, of: ada.user.email, workspaceID: 1)
            }
            _ = try await recipients.confirm(code: try #require(code), now: .t0)
            #expect(try await accounts.alertEmails(of: ada.user).confirmedAt == .t0)
        }
    }

    @Test("a user's alert mail waits until the address is confirmed", arguments: TestDatabase.engines)
    func ownAddress(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            try await accounts.setAlertEmails([.warning], of: ada.user, by: .operator, now: .t0)

            try await database.write { try $0.announce([.notifying()], workspaceID: 1, now: .t0) }
            _ = try await MailRecipientStore(database: database).askDue(now: .t0)
            let before = try await due(database)
            try await database.write { try $0.confirmEmail(ada.user.email, workspaceID: 1, now: .t0) }
            try await database.write { try $0.announce([.notifying()], workspaceID: 1, now: .t0) }
            let after = try await due(database)

            #expect(before == ["address-confirmation ada@example.com"])
            #expect(after == ["alert-triggered ada@example.com"])
        }
    }

    @Test(
        "a report waits for its recipient to confirm, and does not go to who wants no reports any more",
        arguments: TestDatabase.engines)
    func reports(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let recipients = MailRecipientStore(database: database)
            func make() async throws {
                _ = try await ReportStore(database: database).create(
                    NewReport(name: "Sales", type: .daily, recipients: emails(1)), workspaceID: 1, by: .operator,
                    now: .t0)
                let queue = ReportQueue(database: database)
                let taken = try #require(try await queue.take(now: .t0))
                try await queue.complete(taken, files: [.pdf: [1]], digest: .fixture, now: .t0)
            }
            func code(_ purpose: MailRecipientCode.Purpose) async throws -> String {
                try #require(
                    try await database.read { try $0.mailRecipientCode(purpose, of: emails(1)[0], workspaceID: 1) })
            }

            try await make()
            let waiting = try await due(database)
            _ = try await recipients.confirm(code: try await code(.confirmation), now: .t0)
            try await make()
            let sent = try await DeliveryQueue(database: database).take(
                DeliveryLoad(mostInLane: 9, mostMails: 9), now: .t0)
            let isUnsubscribed = try await recipients.unsubscribe(code: try await code(.unsubscription), now: .t0)
            try await make()
            let after = try await due(database)

            #expect(waiting == ["report-completed The recipient has not confirmed the address."])
            #expect(sent.map(\.recipient) == [.email(emails(1))])
            #expect(sent.first?.unsubscribeCode == (try await code(.unsubscription)))
            #expect(isUnsubscribed)
            #expect(after == ["report-completed The recipient wants no reports any more."])
        }
    }

    @Test("a workspace asks a hundred addresses a day, and the others on the next", arguments: TestDatabase.engines)
    func bound(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            for number in 0..<8 {
                _ = try await ChannelStore(database: database).fixture(mailChannel(emails(20, from: number * 20)))
            }
            let recipients = MailRecipientStore(database: database)
            func count() async throws -> Int64 {
                try await database.integer("SELECT COUNT(*) FROM delivery WHERE event = 'address-confirmation'")
            }

            while try await recipients.askDue(now: .t0) > 0 {}
            let first = try await count()
            let tomorrow = MailLimits.nextDay(after: .t0)
            while try await recipients.askDue(now: tomorrow) > 0 {}

            #expect(first == 100)
            #expect(try await count() == 160)
        }
    }

    @Test("an address that is named again is asked again after a week", arguments: TestDatabase.engines)
    func again(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let channels = ChannelStore(database: database)
            let recipients = MailRecipientStore(database: database)
            func name(at now: Instant) async throws -> Int {
                _ = try await channels.fixture(mailChannel(emails(1)), now: now)
                return try await recipients.askDue(now: now)
            }

            let counts = [
                try await name(at: .t0), try await name(at: Instant.t0.advanced(bySeconds: 6 * Self.day)),
                try await name(at: Instant.t0.advanced(bySeconds: 7 * Self.day)),
            ]

            #expect(counts == [1, 0, 1])
        }
    }

    @Test("beyond a thousand addresses that have not confirmed more are refused", arguments: TestDatabase.engines)
    func most(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            try await database.write { try $0.addMailRecipients(emails(1_000), workspaceID: 1, now: .t0) }

            let error = await #expect(throws: ValidationError.self) {
                _ = try await ChannelStore(database: database).fixture(mailChannel(emails(1, from: 1_000)))
            }
            _ = try await ChannelStore(database: database).fixture(mailChannel(emails(1)))

            #expect(error?.issues.map(\.field) == ["recipients"])
        }
    }

    @Test(
        "who is removed leaves the channels and reports, which the audit log says", arguments: TestDatabase.engines)
    func removal(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            let bob = try await accounts.fixture(email: "bob@example.com", in: 1, as: .analyst).user
            let channels = ChannelStore(database: database)
            _ = try await channels.fixture(mailChannel([bob.email]))
            _ = try await channels.fixture(mailChannel([bob.email] + emails(1)))
            _ = try await ReportStore(database: database).create(
                NewReport(
                    name: "Sales", type: .daily, scheduledAt: Instant.t0.advanced(bySeconds: 9), repeats: true,
                    recipients: [bob.email] + emails(1)),
                workspaceID: 1, by: .operator, now: .t0)

            _ = try await MemberStore(database: database).remove(bob.id, workspaceID: 1, by: .operator, now: .t0)

            let left = try await channels.list(ListSlice(.offset(0), limit: 9), workspaceID: 1).items.reversed()
            #expect(left.map(\.definition.target) == [.email([]), .email(emails(1))])
            #expect(left.map(\.definition.isActive) == [false, true])
            #expect(left.map(\.disabledReason) == ["Its only recipient was removed from the workspace.", nil])
            let schedules = try await ReportScheduleStore(database: database).list(
                ListSlice(.offset(0), limit: 9), workspaceID: 1)
            #expect(schedules.items.map(\.recipients) == [emails(1)])
            #expect(try await database.texts("SELECT recipients FROM report") == [emails(1).stored])
            let log = try await AuditStore(database: database).list(ListSlice(.offset(0), limit: 1), workspaceID: 1)
            #expect(log.items.first?.action == .userRemoved)
            #expect(log.items.first?.changes.contains(AuditChange("channels", from: "1 2", to: nil)) == true)
            #expect(log.items.first?.changes.contains(AuditChange("report_schedules", from: "1", to: nil)) == true)
            #expect(
                try await database.integer("SELECT COUNT(*) FROM mail_recipient WHERE email = \(bob.email.text)") == 0)
        }
    }
}
