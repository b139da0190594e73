import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct AlertPagesTests {
    /// A page as a browser gets it whose session that token is.
    private func page(_ path: String, _ api: TestAPI, token: String) async throws -> Answer {
        try await api.get(path, headers: try await api.browser(with: token))
    }

    /// Makes a rule of each severity, breaks all of them, reads the warning and resolves the info with a note.
    private func openAlerts(_ api: TestAPI, token: String) async throws {
        for severity in Severity.allCases {
            let rule = try await api.send(
                .post, "/api/v1/alert-rules", token: token,
                json: #"""
                    {"name": "Low \#(severity.rawValue)", "metric_type": "revenue", "operator": "<", "threshold": 100,
                    "severity": "\#(severity.rawValue)"}
                    """#)
            #expect(rule.status == .created)
        }
        let bad = try await api.ingest(#"{"metric_type": "revenue", "value": 80}"#, token: token)
        #expect(bad.status == .created)
        func id(_ severity: String) async throws -> Int {
            try #require(
                try await api.get("/api/v1/alerts?severity=\(severity)", token: token)["data.0.id"] as? Int)
        }
        _ = try await api.send(.post, "/api/v1/alerts/\(try await id("warning"))/read", token: token)
        _ = try await api.send(
            .post, "/api/v1/alerts/\(try await id("info"))/resolve", token: token, json: #"{"note": "A <i>typo</i>."}"#)
    }

    /// What the tabs say, such as `Unread 2`, and which one is chosen.
    private func tabs(of page: Answer) -> [String] {
        page.text.matches(
            of: /<a href="\/alerts[^"]*"( aria-current="page")?>([A-Za-z]+) <span class="count"[^>]*>([0-9]+)<\/span>/
        ).map { ($0.1 == nil ? "" : "*") + "\($0.2) \($0.3)" }
    }

    /// The messages of the alerts that a page lists, by the name of their rule.
    private func names(in page: Answer) -> [String] {
        page.text.matches(of: /<div class="grow stack tight"><p>([^:]+):/).map { String($0.1) }
    }

    @Test("tabs count the alerts of each status, of the severity that is chosen, and narrow the list")
    func filters() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await openAlerts(api, token: token)

            let all = try await page("/alerts", api, token: token)
            let unread = try await page("/alerts?status=unread", api, token: token)
            let critical = try await page("/alerts?severity=critical", api, token: token)
            let none = try await page("/alerts?status=resolved&severity=critical", api, token: token)

            #expect(tabs(of: all) == ["*All 3", "Unread 1", "Read 1", "Resolved 1"])
            #expect(names(in: all) == ["Low info", "Low warning", "Low critical"])
            #expect(tabs(of: unread) == ["All 3", "*Unread 1", "Read 1", "Resolved 1"])
            #expect(names(in: unread) == ["Low critical"])
            #expect(tabs(of: critical) == ["*All 1", "Unread 1", "Read 0", "Resolved 0"])
            #expect(names(in: critical) == ["Low critical"])
            #expect(names(in: none).isEmpty)
            #expect(none.text.contains("No resolved critical alerts"))
        }
    }

    @Test("only what is unread can be marked as read, and only what is open can be resolved")
    func actions() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await openAlerts(api, token: token)

            let text = try await page("/alerts", api, token: token).text

            #expect(text.matches(of: /name="ids" value="[0-9]+"/).count == 1)
            #expect(text.matches(of: /data-body="\{&quot;ids&quot;:\[[0-9]+\]\}"/).count == 1)
            #expect(text.matches(of: /<dialog id="resolve-[0-9]+"/).count == 2)
            #expect(text.contains(#"aria-label="Resolve: Low critical: revenue on"#))
            #expect(text.contains("Resolved by Ada Lovelace just now: A &lt;i&gt;typo&lt;/i&gt;."))
            #expect(text.contains(#"<a href="/rules/1">Low critical</a>"#))
        }
    }

    @Test("messages have their day and their figures as pages write them, and names as they are")
    func messages() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let rule = try await api.send(
                .post, "/api/v1/alert-rules", token: token,
                json: #"""
                    {"name": "2026-11-23 was 1412.5", "metric_type": "revenue", "operator": "<", "threshold": 2000,
                    "severity": "info", "category": "is below 2000"}
                    """#)
            #expect(rule.status == .created)
            let bad = try await api.ingest(
                #"""
                {"metric_type": "revenue", "value": -1412.5, "recorded_at": "2026-11-23", "category": "is below 2000"}
                """#, token: token)

            let text = try await page("/alerts", api, token: token).text

            #expect(
                bad["alerts.0.message"] as? String
                    == "2026-11-23 was 1412.5: revenue of is below 2000 on 2026-11-23 was -1412.5 USD, "
                    + "which is below 2000 USD.")
            #expect(
                text.contains(
                    "<p>2026-11-23 was 1412.5: revenue of is below 2000 on 23 Nov 2026 was −1,412.50 USD, "
                        + "which is below 2,000.00 USD.</p>"))
        }
    }

    @Test("behind twenty alerts a link leads on, with the filter, and back")
    func parts() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let rules = AlertRuleStore(database: api.database)
            for number in 1...21 { try await rules.fixture(.fixture(name: "Rule \(number)")) }
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 80}"#, token: token)

            let first = try await page("/alerts?status=unread", api, token: token)
            let link = try #require(first.text.firstMatch(of: /rel="next" href="([^"]+)"/)?.1)
            let second = try await page(String(link).replacing("&amp;", with: "&"), api, token: token)

            #expect(names(in: first).count == 20)
            #expect(names(in: second).count == 1)
            #expect(tabs(of: second)[1] == "*Unread 21")
            #expect(second.text.contains("<span>21 alerts</span>"))
            #expect(second.text.contains(#"<a class="button small" href="/alerts?status=unread">"#))
            #expect(!second.text.contains(#"rel="next""#))
        }
    }

    @Test("an address that asks for something that is not there says so")
    func faults() async throws {
        try await withAPI { api in
            let token = try await api.register()

            #expect(try await page("/alerts?status=lost", api, token: token).status == .unprocessableContent)
            #expect(try await page("/alerts?cursor=x", api, token: token).status == .unprocessableContent)
            #expect(try await page("/rules/7", api, token: token).status == .notFound)
            #expect(try await page("/rules/x", api, token: token).status == .notFound)
            #expect(try await page("/alerts/channels/7", api, token: token).status == .notFound)
        }
    }

    @Test("who may not manage alerts gets neither pages nor links, who may not manage the workspace no channels")
    func roles() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let manager = try await api.join(as: .manager)
            let analyst = try await api.join(as: .analyst)

            for path in ["/alerts", "/rules", "/rules/new", "/alerts/channels"] {
                let answer = try await page(path, api, token: manager)
                #expect(answer.status == .forbidden)
                #expect(answer.text.contains("You may not see this page"))
                #expect(!answer.text.contains(#"href="/alerts""#))
                #expect(!answer.text.contains(#"href="/rules""#))
                #expect(try await page(path, api, token: admin).status == .ok)
            }
            let overview = try await page("/", api, token: manager).text
            #expect(!overview.contains(#"href="/alerts""#))
            #expect(!overview.contains(#"href="/rules""#))

            let alerts = try await page("/alerts", api, token: analyst)
            #expect(alerts.status == .ok)
            #expect(!alerts.text.contains("/alerts/channels"))
            #expect(try await page("/alerts/channels", api, token: analyst).status == .forbidden)
            #expect(try await page("/alerts", api, token: admin).text.contains(#"href="/alerts/channels""#))
            #expect(try await api.get("/rules").status == .seeOther)
        }
    }

    @Test("a rule reads as a sentence")
    func sentences() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let rules = AlertRuleStore(database: api.database)
            try await rules.fixture(.fixture(name: "a", reminderMinutes: 90))
            try await rules.fixture(
                .fixture(name: "b", category: "Shoes", condition: .daily, at: "09:00", days: 3))
            try await rules.fixture(
                .fixture(
                    .bounceRate, .above, "12.5", name: "c", condition: .dailyChangePercent, recover: "10",
                    resolvesItself: true))
            try await rules.fixture(.fixture(.users, name: "d", condition: .missing, isActive: false, at: "18:00"))

            let text = try await page("/rules", api, token: token).text

            for sentence in [
                "Revenue: a data point is below 100.00 USD", "reminds every 90 min",
                "Revenue of “Shoes”: a day&#39;s total is below 100.00 USD on 3 days in a row", "decided at 09:00",
                "Bounce rate: the change of a day&#39;s mean against the week before is above 12.5 %",
                "resolves itself · good again at 10 %", "Users: no data point of the day by 18:00", "not active",
            ] {
                #expect(text.contains(sentence), "\(sentence)")
            }
            #expect(text.matches(of: /role="switch" aria-checked="true"/).count == 3)
            #expect(text.matches(of: /role="switch" aria-checked="false"/).count == 1)
        }
    }

    @Test("a rule that is snoozed says until when, on the workspace's clocks, and can be woken")
    func snoozed() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await AlertRuleStore(database: api.database).fixture(.fixture(name: "Low"))
            _ = try await api.send(.patch, "/api/v1/workspace", token: token, json: #"{"timezone": "Asia/Tokyo"}"#)

            let before = try await page("/rules", api, token: token).text
            _ = try await api.send(
                .post, "/api/v1/alert-rules/1/snooze", token: token, json: #"{"until": "2026-11-24T08:00:00Z"}"#)
            let after = try await page("/rules", api, token: token).text

            #expect(!before.contains("snoozed_until"))
            #expect(before.contains(#"<option value="2026-11-23T11:00:00.000Z">For an hour (23 Nov 2026, 20:00)"#))
            #expect(before.contains(#"<option value="2026-11-24T00:00:00.000Z">Until tomorrow morning"#))
            #expect(before.contains(#"<option value="recovered">"#))
            #expect(after.contains("snoozed until 24 Nov 2026, 17:00"))
            #expect(after.contains(#"data-body='{"snoozed_until":null}'"#))
        }
    }

    @Test("the form of a rule has what it is, and opens what need not be chosen where something is")
    func form() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let rules = AlertRuleStore(database: api.database)
            try await rules.fixture(.fixture(.orders, .atLeast, "2.5", name: "Plain", severity: .critical))
            try await rules.fixture(.fixture(name: "Daily", condition: .daily, at: "09:30", days: 2))

            let new = try await page("/rules/new", api, token: token).text
            let plain = try await page("/rules/1", api, token: token).text
            let daily = try await page("/rules/2", api, token: token).text

            #expect(new.contains(#"data-api="POST /api/v1/alert-rules" data-then"#))
            #expect(plain.contains(#"data-api="PATCH /api/v1/alert-rules/1" data-then"#))
            for part in [
                #"value="Plain""#, #"<option value="orders" data-unit="" selected>"#,
                #"<option value="value" selected>"#,
                #"<option value="&gt;=" selected>"#, #"name="threshold" value="2.5""#,
                #"<option value="critical" selected>"#, #"name="is_active" checked"#, #"<details class="more">"#,
            ] {
                #expect(plain.contains(part), "\(part)")
            }
            #expect(daily.contains(#"<details class="more" open>"#))
            #expect(daily.contains(#"name="at" type="time" value="09:30""#))
            #expect(daily.contains(#"name="consecutive_days" value="2""#))
        }
    }

    @Test("names are text, whatever they contain")
    func escaping() async throws {
        let name = #"<img src=x>"'"#
        try await withAPI { api in
            let token = try await api.register()
            try await AlertRuleStore(database: api.database).fixture(.fixture(name: name, category: name))
            _ = try await ChannelStore(database: api.database).fixture(.fixture(name: name))
            _ = try await api.ingest(
                #"{"metric_type": "revenue", "value": 80, "category": "<img src=x>\"'"}"#, token: token)

            for path in ["/alerts", "/rules", "/rules/1", "/alerts/channels", "/alerts/channels/1"] {
                let answer = try await page(path, api, token: token)
                #expect(answer.status == .ok)
                #expect(!answer.text.contains("<img"), "\(path)")
                #expect(answer.text.contains("&lt;img src=x&gt;&quot;&#39;"), "\(path)")
            }
        }
    }

    @Test("no page has a channel's secret, nor more of a Slack URL than its host")
    func secrets() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let channels = ChannelStore(database: api.database)
            let webhook = try await channels.fixture()
            let secret = try #require(webhook.secret).text
            let slack = try await api.send(
                .post, "/api/v1/channels", token: token,
                json: #"{"name": "ops", "kind": "slack", "url": "https://hooks.slack.com/services/sEcReT"}"#)
            #expect(slack.status == .created)
            for id in [1, 2] {
                #expect(try await api.send(.post, "/api/v1/channels/\(id)/test", token: token).status == .created)
            }

            for path in ["/alerts/channels", "/alerts/channels/1", "/alerts/channels/2"] {
                let text = try await page(path, api, token: token).text
                #expect(!text.contains(secret))
                #expect(!text.contains("whsec_"))
                #expect(!text.contains("sEcReT"))
            }
            let list = try await page("/alerts/channels", api, token: token).text
            #expect(list.contains("https://hooks.slack.com"))
            #expect(list.matches(of: /data-api="POST \/api\/v1\/channels\/[0-9]+\/rotate"/).count == 1)
        }
    }

    @Test("a channel that was stopped says why, and one without mail on the server offers none")
    func channels() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await ChannelStore(database: api.database).fixture(.fixture(severities: [.critical, .info]))
            try await api.execute("UPDATE channel SET is_active = 0, disabled_reason = 'The receiver is gone (410).'")

            let text = try await page("/alerts/channels", api, token: token).text

            #expect(text.contains("Stopped: The receiver is gone (410)."))
            #expect(text.contains(#"aria-checked="false" aria-label="Active: ops""#))
            // In the dialogs of this channel, of a new webhook and of a new Slack channel.
            #expect(text.matches(of: /data-type="member" checked> (Critical|Info)<\/label>/).count == 6)
            #expect(text.matches(of: /data-type="member" checked> Warning<\/label>/).count == 2)
            #expect(text.contains("https://example.com/hook"))
            #expect(!text.contains("new-email"))
        }
        let mail = NotificationServices(mail: { _ in .delivered(statusCode: nil) })
        try await withAPI(notifications: mail) { api in
            let token = try await api.register()
            #expect(try await page("/alerts/channels", api, token: token).text.contains(#"<dialog id="new-email""#))
        }
    }

    @Test("the log of a channel has what was sent with its tries, and can send it again")
    func deliveries() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await ChannelStore(database: api.database).fixture()
            let empty = try await page("/alerts/channels/1", api, token: token).text
            _ = try await api.send(.post, "/api/v1/channels/1/test", token: token)
            let waiting = try await page("/alerts/channels/1", api, token: token).text
            try await api.execute(
                """
                INSERT INTO delivery_attempt (workspace_id, delivery_id, number, at, milliseconds, status_code, error)
                VALUES (1, 1, 1, \(Instant.t0), 41, 500, 'It <b>failed</b>.')
                """)
            try await api.execute(
                "UPDATE delivery SET status = 'failed', attempt_count = 1, due_at = NULL, finished_at = \(Instant.t0)")
            let failed = try await page("/alerts/channels/1", api, token: token).text

            #expect(empty.contains("Nothing was sent so far"))
            #expect(waiting.contains(#"<strong>Test</strong> <span class="badge info">waiting</span>"#))
            #expect(waiting.contains("not tried yet"))
            #expect(waiting.contains(#"next <time datetime="2026-11-23T10:00:00.000Z">23 Nov 2026, 10:00</time>"#))
            #expect(waiting.contains(">Send now</button>"))
            #expect(failed.contains(#"<span class="badge critical">failed</span>"#))
            #expect(failed.contains("1 try"))
            #expect(failed.contains("<summary>500: It &lt;b&gt;failed&lt;/b&gt;. (41 ms)</summary>"))
            #expect(failed.contains(#"data-api="POST /api/v1/deliveries/1/replay""#))
            #expect(failed.contains(">Send again</button>"))
            #expect(!failed.contains("next <time"))
        }
    }
}
