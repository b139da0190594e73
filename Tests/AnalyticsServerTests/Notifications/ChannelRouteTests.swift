import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct ChannelRouteTests {
    private static let path = "/api/v1/channels"
    private static let webhook = #"{"name": " On call ", "kind": "webhook", "url": "https://example.com/hook"}"#

    private func create(
        _ api: TestAPI, _ json: String, token: String, headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await api.send(.post, Self.path, token: token, json: json, headers: headers)
    }

    /// With mail that goes nowhere.
    private var withMail: NotificationServices { NotificationServices(mail: { _ in .delivered(statusCode: nil) }) }

    @Test("a webhook shows its secret once, can be changed, and is gone once it is deleted")
    func life() async throws {
        try await withAPI { api in
            let admin = try await api.register()

            let made = try await create(api, Self.webhook, token: admin)
            let secret = try #require(made["data.secret"] as? String)
            let list = try await api.get(Self.path, token: admin)
            let changed = try await api.send(
                .patch, Self.path + "/1", token: admin,
                json: #"{"severities": ["info", "critical"], "is_active": false, "kind": "webhook"}"#)
            let shown = try await api.get(Self.path + "/1", token: admin)
            let deleted = try await api.send(.delete, Self.path + "/1", token: admin)
            let after = try await api.get(Self.path + "/1", token: admin)

            #expect(made.status == .created)
            #expect(made.headers[.cacheControl] == "no-store, private")
            #expect(secret.wholeMatch(of: /whsec_[A-Za-z0-9+\/]{43}=/) != nil)
            #expect(
                made.text.replacing(secret, with: "SECRET")
                    == #"{"data":{"id":1,"name":"On call","kind":"webhook","url":"https://example.com/hook","#
                    + #""recipients":null,"unconfirmed_recipients":null,"severities":["critical","warning","info"],"is_active":true,"#
                    + #""disabled_reason":null,"created_at":"2026-11-23T10:00:00.000Z","#
                    + #""updated_at":"2026-11-23T10:00:00.000Z","secret":"SECRET"}}"#)
            #expect(list["meta.total"] as? Int == 1)
            #expect(!list.text.contains("whsec_"))
            #expect(changed["data.severities"] as? [String] == ["critical", "info"])
            #expect(changed["data.is_active"] as? Bool == false)
            #expect(changed["data.name"] as? String == "On call")
            #expect(shown.text == changed.text)
            #expect(deleted.text == #"{"message":"Channel deleted successfully."}"#)
            #expect(after.status == .notFound)
        }
    }

    @Test("of a Slack channel only the host is shown, in the audit log as well")
    func slack() async throws {
        try await withAPI { api in
            let admin = try await api.register()

            let made = try await create(
                api, #"{"name": "chat", "kind": "slack", "url": "https://hooks.slack.com/services/T0/sEcReT"}"#,
                token: admin)
            let log = try await api.get("/api/v1/audit-log", token: admin)
            let rotated = try await api.send(.post, Self.path + "/1/rotate", token: admin)

            #expect(made["data.url"] as? String == "https://hooks.slack.com")
            #expect(made.text.contains(#""secret":null"#))
            #expect(log.text.contains(#""target":{"from":null,"to":"https://hooks.slack.com"}"#))
            #expect(!(made.text + log.text).contains("sEcReT"))
            #expect(rotated.body == refusal("Only channels of kind webhook have a secret.", "conflict"))
        }
    }

    @Test("a channel of mail needs mail, and has addresses")
    func email() async throws {
        let json =
            #"{"name": "desk", "kind": "email", "recipients": ["A@example.com", "b@example.com", "a@example.com"]}"#
        try await withAPI { api in
            let answer = try await create(api, json, token: try await api.register())

            #expect(
                answer.body
                    == fault("kind", "The selected kind is invalid: mail is not configured on this server (SMTP_URL)."))
        }
        try await withAPI(notifications: withMail) { api in
            let answer = try await create(api, json, token: try await api.register())

            #expect(answer.status == .created)
            #expect(answer["data.recipients"] as? [String] == ["a@example.com", "b@example.com"])
        }
    }

    @Test(
        "what is wrong with a channel is said, all of it",
        arguments: [
            ("{}", ["kind", "name"]), (#"{"name": "a", "kind": "sms"}"#, ["kind"]),
            (#"{"name": "a", "kind": "webhook"}"#, ["url"]),
            (#"{"name": "a", "kind": "webhook", "url": "ftp://example.com"}"#, ["url"]),
            (#"{"name": "a", "kind": "slack", "url": "https://ada:pw@example.com"}"#, ["url"]),
            (#"{"name": "a", "kind": "webhook", "url": "http://inside.example.com"}"#, ["url"]),
            (
                #"{"kind": "webhook", "url": 7, "severities": ["bad", "info"], "is_active": "x"}"#,
                ["is_active", "name", "severities.0", "url"]
            ),
            (
                #"{"name": "a", "kind": "webhook", "url": "https://example.com", "severities": []}"#, ["severities"]
            ),
            (#"{"name": "a", "kind": "webhook", "url": "https://example.com", "severities": "info"}"#, ["severities"]),
            (#"{"name": "a", "kind": "email", "recipients": []}"#, ["recipients"]),
            (#"{"name": "a", "kind": "email", "recipients": ["x", "a@b.c"]}"#, ["recipients.0"]),
            (#"{"name": "a", "kind": "email", "recipients": "a@b.c"}"#, ["recipients"]),
            ("[]", ["body", "kind", "name"]),
        ])
    func faults(json: String, fields: [String]) async throws {
        let services = NotificationServices(
            mail: { _ in .delivered(statusCode: nil) },
            refusal: { url, _ in url.host.hasPrefix("inside") ? "The URL leads inside." : nil })
        try await withAPI(notifications: services) { api in
            let answer = try await create(api, json, token: try await api.register())

            #expect(answer.status == .unprocessableContent)
            #expect((answer["errors"] as? [String: Any])?.keys.sorted() == fields)
        }
    }

    @Test("the kind stays, and so does a channel whose new URL is refused")
    func refusedChanges() async throws {
        let services = NotificationServices(refusal: { url, _ in url.host == "inside" ? "The URL leads inside." : nil })
        try await withAPI(notifications: services) { api in
            let admin = try await api.register()
            _ = try await create(api, Self.webhook, token: admin)

            let kind = try await api.send(
                .patch, Self.path + "/1", token: admin, json: #"{"kind": "slack"}"#)
            let url = try await api.send(
                .patch, Self.path + "/1", token: admin, json: #"{"url": "http://inside/", "name": "x"}"#)

            #expect(kind.body == fault("kind", "The kind field cannot be changed. Make another channel."))
            #expect(url.body == fault("url", "The URL leads inside."))
            #expect(try await api.get(Self.path + "/1", token: admin)["data.name"] as? String == "On call")
        }
    }

    @Test("a workspace has twenty channels at most")
    func most() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            for _ in 0..<20 { #expect(try await create(api, Self.webhook, token: admin).status == .created) }

            let answer = try await create(api, Self.webhook, token: admin)

            #expect(answer.body == fault("name", "The workspace must not have more than 20 channels."))
            #expect(try await api.get(Self.path, token: admin)["meta.total"] as? Int == 20)
        }
    }

    @Test("a repeated request makes no second channel, secret or test, and shows no secret")
    func once() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let key: HTTPFields = [.idempotencyKey: "k1"]
            func twice(_ path: String, _ json: String) async throws -> [Answer] {
                [
                    try await api.send(.post, path, token: admin, json: json, headers: key),
                    try await api.send(.post, path, token: admin, json: json, headers: key),
                ]
            }

            let made = try await twice(Self.path, Self.webhook)
            let rotated = try await twice(Self.path + "/1/rotate", "{}")
            let tested = try await twice(Self.path + "/1/test", "{}")

            #expect(made.map(\.status) == [.created, .created])
            #expect(made[1].text.contains(#""secret":null"#))
            #expect(rotated.map(\.status) == [.ok, .ok])
            #expect(rotated[0]["data.secret"] as? String != made[0]["data.secret"] as? String)
            #expect(rotated[1].text.contains(#""secret":null"#))
            #expect(tested.map(\.text) == [tested[0].text, tested[0].text])
            #expect(try await api.number("SELECT COUNT(*) FROM channel") == 1)
            #expect(try await api.number("SELECT COUNT(*) FROM delivery") == 1)
            #expect(try await api.number("SELECT COUNT(*) FROM idempotency_key WHERE answer LIKE '%whsec_%'") == 0)
        }
    }

    @Test("a test is a delivery, which the log shows with its tries, and which can be sent once more")
    func deliveries() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            _ = try await create(api, Self.webhook, token: admin)

            let tested = try await api.send(.post, Self.path + "/1/test", token: admin)
            let queue = DeliveryQueue(database: api.database)
            let taken = try #require(await queue.take(1, mostInLane: 1, underWay: [:], now: .t0).first)
            try await queue.finish(
                taken, .failed(statusCode: 500, error: "The receiver answered 500."), startedAt: .t0, chance: 0.5,
                now: .t0)
            let log = try await api.get(Self.path + "/1/deliveries", token: admin)
            let replayed = try await api.send(.post, "/api/v1/deliveries/1/replay", token: admin)
            let audit = try await api.get("/api/v1/audit-log", token: admin)

            #expect(tested.status == .created)
            #expect(
                tested.text
                    == #"{"data":{"id":1,"channel_id":1,"event":"test","message_id":"\#(taken.messageID)","#
                    + #""status":"pending","attempt_count":0,"next_attempt_at":"2026-11-23T10:00:00.000Z","attempts":[],"#
                    + #""created_at":"2026-11-23T10:00:00.000Z","finished_at":null}}"#)
            #expect(log["data.0.next_attempt_at"] as? String == "2026-11-23T10:00:05.000Z")
            #expect(log["data.0.attempts.0.status_code"] as? Int == 500)
            #expect(log["data.0.attempts.0.error"] as? String == "The receiver answered 500.")
            #expect(replayed["data.next_attempt_at"] as? String == "2026-11-23T10:00:00.000Z")
            #expect(audit["data.0.action"] as? String == "delivery.replayed")
            #expect(audit["data.1.action"] as? String == "channel.tested")
        }
    }

    @Test("a webhook's body has the alert as the API shows it, and escapes what people wrote")
    func body() async throws {
        let notice = Notice(
            event: .triggered, at: .t0, workspace: "Acme",
            subject: .alert(AlertEvent.notifying(name: "\"Low\"\n").alert))

        let body = String(decoding: WebhookBody.written(notice), as: UTF8.self)
        let test = WebhookBody.written(Notice(event: .test, at: .t0, workspace: "Acme", subject: .nothing))

        #expect(body.hasPrefix(#"{"type":"alert-triggered","timestamp":"2026-11-23T10:00:00.000Z","data":{"id":7,"#))
        #expect(body.contains(#""rule":{"id":3,"name":"\"Low\"\n"}"#))
        #expect(
            String(decoding: test, as: UTF8.self)
                == #"{"type":"test","timestamp":"2026-11-23T10:00:00.000Z","data":{"message":"#
                + #""This is a test. Notifications of the workspace Acme arrive here."}}"#)
    }
}
