import AnalyticsCore
import AnalyticsTesting
import Logging
import Synchronization
import Testing

@testable import AnalyticsJobs
@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct MakeReportsTests {
    private func withRig(
        _ engine: TestDatabase.Engine, _ body: @escaping @Sendable (DeliveryRig, Receiver) async throws -> Void
    ) async throws {
        try await Receiver.with { receiver, url in
            try await withDatabase(engine) { database in
                try await body(try await DeliveryRig(database, url: url), receiver)
            }
        }
    }

    private func make(
        _ rig: DeliveryRig, _ type: ReportType = .weekly, to recipients: [String] = []
    ) async throws -> Report {
        let reports = ReportStore(database: rig.database)
        let outcome = try await reports.create(
            NewReport(name: "Umsatz & mehr", type: type, recipients: recipients.map { EmailAddress(trusted: $0) }),
            workspaceID: 1, by: .operator, now: rig.clock.now)
        let id = try #require(outcome.value).id
        try await MailRecipientStore.confirmAll(in: rig.database)
        let clock = rig.clock
        try await MakeReports(
            queue: ReportQueue(database: rig.database), logger: Logger(label: "test"), now: { clock.now }
        ).run()
        return try #require(try await reports.report(id, workspaceID: 1))
    }

    private func texts(_ query: SQL, in rig: DeliveryRig) async throws -> [String] {
        try await rig.database.read { try $0.all(query) { try $0.text(0) } }
    }

    @Test(
        "each recipient gets a mail of their own with the figures and the PDF, and a webhook is told",
        .enabled(if: PythonScript.isAvailable, Comment(rawValue: PythonScript.none)), arguments: TestDatabase.engines)
    func mails(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, receiver in
            try await MailServer.with { server in
                let transport = SMTPTransport(
                    server: try SMTPServer("smtp://127.0.0.1:\(server.port)"),
                    sender: try #require(MailSender("numbers@example.com")), now: { .t0 })
                _ = try await IngestQueue(database: rig.database, now: { .t0 }).ingest(
                    [.fixture(.revenue, "1234.5"), .fixture(.revenue, "1000", on: Day.d0.advanced(by: -7))],
                    workspaceID: 1)
                let people = ["ada@example.com", "bob@example.com", "eve@example.com"]

                let report = try await make(rig, to: people)
                let worker = rig.worker(mail: { await transport.send($0) })
                await worker.deliverDue()
                await worker.deliverDue()
                var mails: [MailServer.Mail] = []
                while mails.count < 3, let mail = try await server.next() { mails.append(mail) }

                #expect(report.status == .completed)
                #expect(mails.map(\.to).sorted { $0[0] < $1[0] } == people.map { [$0] })
                #expect(Set(mails.compactMap { $0.header("Message-ID") }).count == 3)
                for mail in mails {
                    #expect(mail.header("To") == mail.to[0])
                    #expect(mail.header("Subject") == "[Acme] Umsatz & mehr")
                    #expect(
                        mail.attachments == [["umsatz-mehr-2026-11-23.pdf", "application/pdf", report.sha256 ?? ""]])
                    let lines = mail.text.split(whereSeparator: \.isNewline)
                    #expect(lines.contains("Revenue: 1,234.50 USD; previous: 1,000.00 USD; change: ▲ +23.45 % better"))
                    #expect(lines.contains("Orders: 0; previous: 0; change: unchanged"))
                    #expect(mail.text.contains("17 Nov – 23 Nov 2026 against 10 Nov – 16 Nov 2026"))
                    #expect(mail.html.contains(">1,234.50&nbsp;USD</td>"))
                    #expect(mail.defects.isEmpty)
                    #expect(mail.longestLine <= 78)
                    #expect(mail.isASCII)
                }
                #expect(receiver.messages.map(\.body).count == 1)
                #expect(receiver.messages.first?.body.contains(#""type":"report-completed""#) == true)
            }
        }
    }

    @Test("a mail of a report that was removed meanwhile is not sent", arguments: TestDatabase.engines)
    func removed(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, _ in
            let report = try await make(rig, to: ["ada@example.com"])
            _ = try await ReportStore(database: rig.database).delete(
                report.id, workspaceID: 1, by: .operator, now: .t0)

            await rig.worker(mail: { _ in .delivered(statusCode: nil) }).deliverDue()

            #expect(
                try await texts(
                    """
                    SELECT d.status || ': ' || a.error
                    FROM delivery AS d
                    JOIN delivery_attempt AS a ON a.workspace_id = d.workspace_id AND a.delivery_id = d.id
                    WHERE d.address IS NOT NULL
                    """, in: rig) == ["failed: The report was deleted."])
        }
    }

    @Test(
        "reports are removed with their files once they have been kept for long enough, those that wait are not",
        arguments: TestDatabase.engines)
    func prune(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, _ in
            let reports = ReportStore(database: rig.database)
            let clock = rig.clock
            let job = PruneReports(reports: reports, keptDays: 30, now: { clock.now })
            _ = try await make(rig)
            clock.advance(seconds: 86_400)
            let later = try await make(rig)
            let waiting = try await reports.create(
                NewReport(name: "Later", type: .daily, scheduledAt: Instant.t0.advanced(bySeconds: 99 * 86_400)),
                workspaceID: 1, by: .operator, now: .t0)

            clock.advance(seconds: 29 * 86_400 - 1)
            try await job.run()
            let before = try await reports.list(.init(), ListSlice(.offset(0), limit: 9), workspaceID: 1).items
            clock.advance(seconds: 1)
            try await job.run()
            let after = try await reports.list(.init(), ListSlice(.offset(0), limit: 9), workspaceID: 1).items

            #expect(before.count == 3)
            #expect(after.map(\.id) == [waiting.value?.id, later.id])
            #expect(try await texts("SELECT format FROM report_file", in: rig).count == 3)
        }
    }

    // MARK: - What goes wrong

    private struct NoFont: Error, CustomStringConvertible {
        var description: String { "no font" }
    }

    /// Makes what is due as often as given, with so much time between that what was given back is due again.
    private func makeDue(
        _ rig: DeliveryRig, times: Int = 1,
        write: @escaping @Sendable (ReportContent) async throws -> MakeReports.Files = { _ in
            MakeReports.Files(content: [.pdf: [1], .csv: [2], .html: [3]], digest: .fixture)
        }
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let clock = rig.clock
        for _ in 0..<times {
            try await MakeReports(
                queue: ReportQueue(database: rig.database), logger: logger, now: { clock.now }, write: write
            ).run()
            clock.advance(seconds: ReportQueue.pauseSeconds)
        }
    }

    private func ask(_ rig: DeliveryRig, workspaceID: Int64 = 1, repeats: Bool = false) async throws -> Report {
        try #require(
            try await ReportStore(database: rig.database).create(
                NewReport(name: "Sales", type: .daily, repeats: repeats), workspaceID: workspaceID, by: .operator,
                now: rig.clock.now
            ).value)
    }

    @Test(
        "while the database fails a report waits, however often, and then it is made", arguments: TestDatabase.engines)
    func databaseFails(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, _ in
            let report = try await ask(rig)
            let reports = ReportStore(database: rig.database)
            try await rig.database.write { _ = try $0.execute("UPDATE workspace SET time_zone = 'Nowhere/Else'") }

            try await makeDue(rig, times: 7)
            let meanwhile = try await reports.report(report.id, workspaceID: 1)
            try await rig.database.write { _ = try $0.execute("UPDATE workspace SET time_zone = 'UTC'") }
            try await makeDue(rig)

            #expect(meanwhile?.status == .processing)
            #expect(try await reports.report(report.id, workspaceID: 1)?.status == .completed)
            // That it is begun is told once.
            #expect(try await texts("SELECT kind FROM event", in: rig).count == 3)
        }
    }

    @Test("files that cannot be written are tried three times", arguments: TestDatabase.engines)
    func unwritable(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, _ in
            let report = try await ask(rig)
            let reports = ReportStore(database: rig.database)

            try await makeDue(rig, times: 2) { _ in throw NoFont() }
            let meanwhile = try await reports.report(report.id, workspaceID: 1)
            try await makeDue(rig) { _ in throw NoFont() }

            #expect(meanwhile?.status == .processing)
            let failed = try await reports.report(report.id, workspaceID: 1)
            #expect(failed?.status == .failed)
            #expect(failed?.failure == "The files could not be written: no font.")
        }
    }

    @Test("a report that ends the program each time is given up", arguments: TestDatabase.engines)
    func ending(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, _ in
            let report = try await ask(rig)
            let queue = ReportQueue(database: rig.database)
            for _ in 0..<Report.mostAttempts {
                _ = try #require(try await queue.take(now: rig.clock.now))
                rig.clock.advance(seconds: ReportQueue.leaseSeconds)
            }

            try await makeDue(rig)

            let failed = try await ReportStore(database: rig.database).report(report.id, workspaceID: 1)
            #expect(
                failed?.failure
                    == "It was begun 5 times, and each time nothing more was heard of it.")
        }
    }

    @Test(
        "who asks for one report waits for one of another workspace, however many that has",
        arguments: TestDatabase.engines)
    func turns(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, _ in
            let database = rig.database
            let bob = try await AccountStore(database: database).fixture(email: "bob@example.com", workspace: "Other")
                .workspace.id
            for _ in 0..<6 { _ = try await ask(rig) }
            let order = Mutex<[Int64]>([])

            // The second asks while the first report of the others is being made.
            try await makeDue(rig) { content in
                let isFirst = order.withLock { order in
                    order.append(content.workspace == "Acme" ? 1 : 2)
                    return order.count == 1
                }
                if isFirst {
                    _ = try await ReportStore(database: database).create(
                        NewReport(name: "Sales", type: .daily), workspaceID: bob, by: .operator, now: rig.clock.now)
                }
                return MakeReports.Files(content: [.pdf: [1], .csv: [2], .html: [3]], digest: .fixture)
            }

            #expect(order.withLock { $0 } == [1, 2, 1, 1, 1, 1, 1])
        }
    }

    @Test("a schedule or report that cannot be read holds up no other", arguments: TestDatabase.engines)
    func unreadable(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig, _ in
            let bob = try await AccountStore(database: rig.database).fixture(email: "bob@example.com").workspace.id
            let scheduled = [
                try await ask(rig, repeats: true), try await ask(rig, workspaceID: bob, repeats: true),
            ]
            try await makeDue(rig)
            rig.clock.advance(seconds: 86_400)
            let asked = [try await ask(rig), try await ask(rig, workspaceID: bob)]
            try await rig.database.write { connection in
                try connection.execute("UPDATE report SET period_from = -99999999999 WHERE id = \(asked[0].id)")
                try connection.execute(
                    "UPDATE report_schedule SET next_day = 99999999999 WHERE id = \(scheduled[0].scheduleID)")
            }

            try await makeDue(rig)

            let made = try await ReportStore(database: rig.database).list(
                .init(status: .completed), ListSlice(.offset(0), limit: 9), workspaceID: bob)
            #expect(made.items.map(\.scheduleID) == [scheduled[1].scheduleID, nil, scheduled[1].scheduleID])
        }
    }
}
