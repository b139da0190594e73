import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct AlertRuleRoutesTests {
    private static let path = "/api/v1/alert-rules"
    private static let minimal = #"""
        {"name": "Low", "metric_type": "revenue", "operator": "<", "threshold": "99.50", "severity": "info"}
        """#

    @Test("a rule of the original's fields has the defaults of all others")
    func minimal() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let made = try await api.send(.post, Self.path, token: token, json: Self.minimal)
            let one = try await api.get(Self.path + "/1", token: token)
            let list = try await api.get(Self.path, token: token)

            let rule = """
                {"id":1,"name":"Low","metric_type":"revenue","operator":"<","threshold":99.5,"severity":"info",\
                "is_active":true,"category":null,"condition":"value","at":null,"recover_threshold":null,\
                "consecutive_days":1,"auto_resolve":false,"reminder_minutes":null,"snoozed_until":null,\
                "created_at":"2026-11-23T10:00:00.000Z","updated_at":"2026-11-23T10:00:00.000Z"}
                """
            #expect(made.status == .created)
            #expect(made.text == #"{"data":\#(rule)}"#)
            #expect(one.text == made.text)
            #expect(list.text.hasPrefix(#"{"data":[\#(rule)],"#))
            #expect(list["meta.total"] as? Int == 1)
        }
    }

    @Test("a rule is changed in part, and a null takes away what may be missing")
    func change() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(
                .post, Self.path, token: token,
                json: """
                    {"name": "Few", "metric_type": "orders", "operator": "<", "threshold": 5, "severity": "warning", \
                    "condition": "daily", "at": "18:30", "category": "Books", "recover_threshold": 8, \
                    "consecutive_days": 2, "auto_resolve": true, "reminder_minutes": 60}
                    """)
            api.clock.advance(seconds: 60)

            let changed = try await api.send(
                .patch, Self.path + "/1", token: token,
                json: #"{"threshold": 6, "category": null, "at": null, "reminder_minutes": null, "is_active": 0}"#)
            let same = try await api.send(.patch, Self.path + "/1", token: token, json: "{}")
            let log = try await api.get("/api/v1/audit-log", token: token)

            #expect(changed.status == .ok)
            #expect(
                changed.text.contains(
                    #""operator":"<","threshold":6,"severity":"warning","is_active":false,"category":null,"condition":"daily","at":null,"recover_threshold":8,"consecutive_days":2,"auto_resolve":true,"reminder_minutes":null"#
                ))
            #expect(changed["data.updated_at"] as? String == "2026-11-23T10:01:00.000Z")
            #expect(same.text == changed.text)
            #expect(log.text.ranges(of: "rule.updated").count == 1)
            #expect(log.text.contains(#""threshold""#))
        }
    }

    @Test(
        "what is wrong with a rule is said by field",
        arguments: [
            ("{}", ["metric_type", "name", "operator", "severity", "threshold"]),
            (
                #"{"name": "", "metric_type": "x", "operator": "=>", "threshold": 1e999, "severity": "high"}"#,
                ["metric_type", "name", "operator", "severity", "threshold"]
            ),
            (
                #"{"name": "a", "metric_type": "users", "operator": ">", "threshold": 0.00001, "severity": "info"}"#,
                ["threshold"]
            ),
            (
                #"{"name": "a", "metric_type": "users", "operator": ">", "threshold": 1, "severity": "info", "condition": "hourly"}"#,
                ["condition"]
            ),
            (#"{"name": "a", "metric_type": "users", "severity": "info", "condition": "missing"}"#, ["at"]),
            (
                #"{"name": "a", "metric_type": "users", "severity": "info", "condition": "missing", "at": "9:00"}"#,
                ["at"]
            ),
            (
                #"{"name": "a", "metric_type": "users", "operator": ">", "threshold": 1, "severity": "info", "condition": "daily", "consecutive_days": 32, "reminder_minutes": 4}"#,
                ["consecutive_days", "reminder_minutes"]
            ),
            (
                #"{"name": "a", "metric_type": "users", "operator": ">", "threshold": 1, "severity": "info", "recover_threshold": 2, "is_active": "yes"}"#,
                ["is_active", "recover_threshold"]
            ),
            ("[]", ["body", "metric_type", "name", "operator", "severity", "threshold"]),
        ] as [(String, [String])])
    func faults(body: String, fields: [String]) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.send(.post, Self.path, token: token, json: body)

            #expect(answer.status == .unprocessableContent)
            #expect(
                (answer["errors"] as? [String: [String]])?.mapValues(\.count)
                    == Dictionary(uniqueKeysWithValues: fields.map { ($0, 1) }))
            #expect(try await api.number("SELECT COUNT(*) FROM alert_rule") == 0)
        }
    }

    @Test("an operator that is none is told which there are")
    func operators() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.send(
                .post, Self.path, token: token,
                json: #"{"name": "a", "metric_type": "users", "operator": "=>", "threshold": 1, "severity": "info"}"#)

            #expect(
                answer["message"] as? String == "The selected operator is invalid. It must be <, >, <=, >= or =.")
        }
    }

    @Test("an idempotency key makes one rule")
    func once() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let first = try await api.send(
                .post, Self.path, token: token, json: Self.minimal, headers: [.idempotencyKey: "k"])
            let replay = try await api.send(
                .post, Self.path, token: token, json: Self.minimal, headers: [.idempotencyKey: "k"])

            #expect(replay.text == first.text)
            #expect(try await api.number("SELECT COUNT(*) FROM alert_rule") == 1)
        }
    }

    @Test("a snooze is until an instant or a good figure, shows while it holds, and can be ended")
    func snooze() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(.post, Self.path, token: token, json: Self.minimal)
            func snooze(_ body: String) async throws -> Answer {
                try await api.send(.post, Self.path + "/1/snooze", token: token, json: body)
            }
            func shown() async throws -> String? {
                try await api.get(Self.path + "/1", token: token)["data.snoozed_until"] as? String
            }

            let past = try await snooze(#"{"until": "2026-11-23T10:00:00Z"}"#)
            let none = try await snooze(#"{"reason": "x"}"#)
            let odd = try await snooze(#"{"until": "tomorrow"}"#)
            let hour = try await snooze(#"{"until": "2026-11-23T12:00:00+01:00", "reason": "Stocktaking"}"#)

            #expect([past, none, odd].map(\.status) == Array(repeating: .unprocessableContent, count: 3))
            #expect(hour["data.snoozed_until"] as? String == "2026-11-23T11:00:00.000Z")
            api.clock.advance(seconds: 3_600)
            #expect(try await shown() == nil)
            #expect(try await snooze(#"{"until": "recovered"}"#)["data.snoozed_until"] as? String == "recovered")
            _ = try await api.send(.patch, Self.path + "/1", token: token, json: #"{"snoozed_until": null}"#)
            #expect(try await shown() == nil)
        }
    }

    @Test("a deleted rule leaves its alerts, without it")
    func delete() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(.post, Self.path, token: token, json: Self.minimal)
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 1}"#, token: token)

            let deleted = try await api.send(.delete, Self.path + "/1", token: token)
            let again = try await api.send(.delete, Self.path + "/1", token: token)
            let alert = try await api.get("/api/v1/alerts/1", token: token)

            #expect(deleted.text == #"{"message":"Alert rule deleted successfully."}"#)
            #expect(again.status == .notFound)
            #expect(alert.text.contains(#""rule":null"#))
            #expect((alert["data.message"] as? String)?.hasPrefix("Low: ") == true)
        }
    }

    @Test("a preview says on which days a rule would have been broken, and stores nothing")
    func preview() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([
                .fixture(.revenue, "10", on: .d0.advanced(by: -2)), .fixture(.revenue, "10.5", on: .d0),
            ])

            let preview = try await api.send(
                .post, Self.path + "/preview", token: token,
                json: #"{"metric_type": "revenue", "operator": "<", "threshold": 11}"#)
            let bad = try await api.send(
                .post, Self.path + "/preview", token: token, json: #"{"metric_type": "revenue", "operator": "<"}"#)

            #expect(
                preview.text
                    == #"{"data":{"from":"2026-08-26","to":"2026-11-23","days":[{"date":"2026-11-21","value":10},{"date":"2026-11-23","value":10.5}],"alerts":2,"alerts_per_week":0.16}}"#
            )
            #expect((bad["errors"] as? [String: Any])?.keys.sorted() == ["threshold"])
            #expect(try await api.number("SELECT COUNT(*) FROM alert_rule") == 0)
            #expect(try await api.number("SELECT COUNT(*) FROM alert") == 0)
        }
    }
}
