import AnalyticsTesting
import Foundation
import Testing

@Suite(
    .enabled(if: PythonScript.isAvailable, Comment(rawValue: PythonScript.none)), .timeLimit(.patient))
struct ReportsAcrossCrashTests {
    private static let count = 50

    /// Names the addresses in a report of the distant future, and opens the link that each of them gets.
    private func confirm(_ count: Int, by caller: Caller, _ server: MailServer) async throws {
        let recipients = (0..<count).map { "\"a\($0)@example.com\"" }.joined(separator: ", ")
        let created = try await caller.post(
            "/api/v1/reports",
            """
            {"name": "Later", "type": "daily", "scheduled_at": "2090-01-01", "recipients": [\(recipients)]}
            """)
        #expect(created.status == 201)
        for _ in 0..<count {
            let mail = try #require(try await server.next())
            let code = try #require(mail.text.firstMatch(of: /\/mail\/confirm\/([0-9a-f-]+)/)).1
            let confirmed = try await caller.post("/api/v1/mail/confirm", #"{"code": "\#(code)"}"#)
            #expect(confirmed.status == 200)
        }
        let id = (created["data"] as? [String: Any])?["id"] as? Int ?? 0
        _ = try await caller.delete("/api/v1/reports/\(id)")
    }

    @Test("after a crash in the middle of fifty reports all are completed once, and each is mailed once")
    func crash() async throws {
        try await MailServer.with { server in
            try await withDatabaseURL { database in
                let environment = [
                    "SMTP_URL": "smtp://127.0.0.1:\(server.port)", "MAIL_FROM": "numbers@example.com",
                ]
                let first = try await RunningServer.start(database: database, environment: environment)
                let caller = try await Caller(url: first.url).registered()
                try await confirm(Self.count, by: caller, server)
                for number in 0..<Self.count {
                    let created = try await caller.post(
                        "/api/v1/reports",
                        """
                        {"name": "Report \(number)", "type": "monthly", "recipients": ["a\(number)@example.com"]}
                        """)
                    #expect(created.status == 201)
                }
                // The first mail shows that some are made; it stops in the middle of the others.
                var mails = [try #require(try await server.next())]
                await first.kill()
                #expect(try await expireLeases(in: database) < Self.count)
                let second = try await RunningServer.start(database: database, environment: environment)
                let again = Caller(url: second.url, token: caller.token)
                while Set(mails.flatMap(\.to)).count < Self.count, let mail = try await server.next() {
                    mails.append(mail)
                }
                // What was on its way when it stopped comes again by then, if it does.
                let late = Task {
                    var mails: [MailServer.Mail] = []
                    while let mail = try? await server.next() { mails.append(mail) }
                    return mails
                }
                try await Task.sleep(for: .seconds(2))
                late.cancel()
                mails += await late.value
                let reports = try await again.get("/api/v1/reports?per_page=100")
                await second.kill()

                let list = try #require(reports["data"] as? [[String: Any]])
                #expect(list.count == Self.count)
                #expect(list.allSatisfy { $0["status"] as? String == "completed" })
                let sums = Dictionary(
                    uniqueKeysWithValues: list.compactMap { report in
                        (report["recipients"] as? [String])?.first.map { ($0, report["sha256"] as? String) }
                    })
                let byReader = Dictionary(grouping: mails) { $0.to[0] }
                #expect(byReader.count == Self.count)
                for (reader, mails) in byReader {
                    // One that was handed over as the program ended may come again, as the same mail to everyone.
                    #expect(Set(mails.compactMap { $0.header("Message-ID") }).count == 1, "\(reader)")
                    #expect(mails.allSatisfy { $0.to.count == 1 && $0.attachments.first?[2] == sums[reader] })
                }
                #expect(mails.count <= Self.count + 2)
            }
        }
    }
}
