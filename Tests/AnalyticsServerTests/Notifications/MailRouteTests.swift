import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct MailRouteTests {
    private var withMail: NotificationServices { NotificationServices(mail: { _ in .delivered(statusCode: nil) }) }

    /// Makes a channel for one address.
    ///
    /// - Returns: The end of the link that is mailed to it, and of the one by which it leaves.
    private func codes(_ api: TestAPI, token: String) async throws -> (confirm: String, unsubscribe: String) {
        let made = try await api.send(
            .post, "/api/v1/channels", token: token,
            json: #"{"name": "desk", "kind": "email", "recipients": ["desk@example.com"]}"#)
        #expect(made["data.unconfirmed_recipients"] as? [String] == ["desk@example.com"])
        _ = try await MailRecipientStore(database: api.database).askDue(now: .t0)
        let taken = try await DeliveryQueue(database: api.database).take(
            9, mostInLane: 9, underWay: [:], now: .t0)
        guard case .confirmation(let code)? = taken.first?.notice.subject else {
            throw FixtureFault("nobody was asked")
        }
        let unsubscribe = try await MailRecipientStore.unsubscribeCode(
            of: EmailAddress(trusted: "desk@example.com"), workspaceID: 1, in: api.database)
        return (code, unsubscribe)
    }

    @Test("an address is confirmed by its code, once and again, and then no view says that it waits")
    func confirm() async throws {
        try await withAPI(notifications: withMail) { api in
            let admin = try await api.register()
            let code = try await codes(api, token: admin).confirm
            func confirm(_ code: String) async throws -> Answer {
                try await api.send(.post, "/api/v1/mail/confirm", json: #"{"code": "\#(code)"}"#)
            }

            let page = try await api.get("/mail/confirm/\(code)")
            let waiting = try await api.get("/api/v1/channels/1", token: admin)
            let wrong = try await confirm(code + "0")
            let done = try await confirm(code)
            let again = try await confirm(code)
            let after = try await api.get("/api/v1/channels/1", token: admin)
            let donePage = try await api.get("/mail/confirm/\(code)")

            // Looking at the page confirms nothing.
            #expect(page.text.contains("desk@example.com"))
            #expect(page.text.contains(#"data-api="POST /api/v1/mail/confirm""#))
            #expect(waiting["data.unconfirmed_recipients"] as? [String] == ["desk@example.com"])
            #expect(
                wrong.body
                    == fault(
                        "code", "The selected code is invalid, or the workspace does not name the address any more."))
            #expect(done.text == #"{"message":"Address confirmed successfully."}"#)
            #expect(again.status == .ok)
            #expect(after["data.unconfirmed_recipients"] as? [String] == [])
            #expect(!donePage.text.contains("data-api=\"POST /api/v1/mail/confirm"))
        }
    }

    @Test("a program leaves with one click: a POST of a form without cookie, token and Origin")
    func oneClick() async throws {
        try await withAPI(notifications: withMail) { api in
            let admin = try await api.register()
            let code = try await codes(api, token: admin).unsubscribe
            let path = "/mail/unsubscribe/\(code)"

            let page = try await api.get(path)
            let before = try await api.number("SELECT COUNT(*) FROM mail_recipient WHERE unsubscribed_at IS NOT NULL")
            let click = try await api.send(
                .post, path, body: Array("List-Unsubscribe=One-Click".utf8),
                headers: [.contentType: "application/x-www-form-urlencoded"])
            let again = try await api.send(.post, path)
            let unknown = try await api.send(.post, "/mail/unsubscribe/1-1-0")

            #expect(page.text.contains("Send no more reports"))
            #expect(before == 0)
            #expect(click.text == #"{"message":"Unsubscribed successfully."}"#)
            #expect(again.status == .ok)
            #expect(unknown.body == refusal("Not found.", "not_found"))
            #expect(try await api.get(path).text.contains("gets no reports of"))
        }
    }

    @Test("a page of a code that is none says so and offers nothing", arguments: ["confirm", "unsubscribe"])
    func unknownCode(kind: String) async throws {
        try await withAPI { api in
            let page = try await api.get("/mail/\(kind)/1-1-%3Cb%3E")

            #expect(page.status == .ok)
            #expect(page.text.contains("This link is not good"))
            #expect(!page.text.contains("data-api"))
            #expect(!page.text.contains("<b>"))
        }
    }

    @Test("who joins by the link of a mail has confirmed the address, who joins by the code shown has not")
    func invitations() async throws {
        let (mails, sent) = AsyncStream.makeStream(of: Mail.self)
        let services = NotificationServices(mail: { mail in
            sent.yield(mail)
            return .delivered(statusCode: nil)
        })
        try await withAPI(notifications: services) { api in
            let admin = try await api.register()
            var iterator = mails.makeAsyncIterator()
            func join(_ name: String, byLink: Bool) async throws -> Any? {
                let invited = try await api.send(
                    .post, "/api/v1/users/invitations", token: admin,
                    json: #"{"email": "\#(name)@example.com", "role": "analyst"}"#)
                let mail = try #require(await iterator.next())
                let link = try #require(mail.text.firstMatch(of: /\/join\/([A-Za-z0-9]+)/))
                let code = byLink ? String(link.1) : try #require(invited["data.code"] as? String)
                let joined = try await api.send(
                    .post, "/api/v1/auth/register",
                    json: """
                        {"name": "Newcomer", "email": "\(name)@example.com", "password": "correct horse", \
                        "password_confirmation": "correct horse", "invitation": "\(code)"}
                        """)
                let token = try #require(joined["data.token"] as? String)
                return try await api.get("/api/v1/auth/me", token: token)["data.email_confirmed_at"]
            }

            #expect(try await join("grace", byLink: true) as? String == "2026-11-23T10:00:00.000Z")
            #expect(try await join("mary", byLink: false) as? String == nil)
        }
    }

    @Test("invitations beyond the day's mail are refused, and without mail nothing counts")
    func budget() async throws {
        var settings = API.Settings.unlimited()
        settings.mail = MailLimits(workspace: 1)
        func statuses(_ services: NotificationServices) async throws -> [Int] {
            try await withAPI(settings: settings, notifications: services) { api in
                let admin = try await api.register()
                var statuses: [Int] = []
                for name in ["a", "b"] {
                    let answer = try await api.send(
                        .post, "/api/v1/users/invitations", token: admin,
                        json: #"{"email": "\#(name)@example.com", "role": "viewer"}"#)
                    statuses.append(answer.status.code)
                }
                return statuses
            }
        }

        #expect(try await statuses(withMail) == [201, 422])
        #expect(try await statuses(.init()) == [201, 201])
    }
}
