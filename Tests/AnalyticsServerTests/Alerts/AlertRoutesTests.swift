import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct AlertRoutesTests {
    private static let rule = #"""
        {"name": "Low revenue", "metric_type": "revenue", "operator": "<", "threshold": 100, "severity": "critical"}
        """#
    private static let bad = #"{"metric_type": "revenue", "value": 80}"#

    /// Makes a rule and breaks it.
    private func breakRule(_ api: TestAPI, token: String) async throws -> Answer {
        let rule = try await api.send(.post, "/api/v1/alert-rules", token: token, json: Self.rule)
        #expect(rule.status == .created)
        return try await api.ingest(Self.bad, token: token)
    }

    @Test("an answer lists a hundred alerts and counts the others")
    func omitted() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for _ in 0..<103 {
                _ = try await api.send(.post, "/api/v1/alert-rules", token: token, json: Self.rule)
            }

            let point = try await api.ingest(Self.bad, token: token)
            let batch = try await api.send(
                .post, "/api/v1/analytics/batch", token: token, json: #"{"records": [\#(Self.bad)]}"#)
            let good = try await api.ingest(#"{"metric_type": "revenue", "value": 100}"#, token: token)

            for answer in [point, batch] {
                #expect((answer["alerts"] as? [Any])?.count == 100)
                #expect(answer["alerts_omitted"] as? Int == 3)
            }
            #expect(good["alerts_omitted"] == nil)
        }
    }

    @Test("the answer to a bad point names its alert, which is in the list and by itself")
    func raised() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let ingest = try await breakRule(api, token: token)
            let again = try await api.ingest(Self.bad, token: token)
            let good = try await api.ingest(#"{"metric_type": "revenue", "value": 100}"#, token: token)
            let list = try await api.get("/api/v1/alerts", token: token)
            let one = try await api.get("/api/v1/alerts/1", token: token)

            let record = try #require(again["data.id"] as? Int)
            let alert = """
                {"id":1,"rule":{"id":1,"name":"Low revenue"},"metric_type":"revenue","condition":"value",\
                "operator":"<","threshold":100,"value":80,"severity":"critical","status":"unread",\
                "message":"Low revenue: revenue on 2026-11-23 was 80 USD, which is below 100 USD.",\
                "recorded_at":"2026-11-23","late":false,"occurrences":2,"flaps":0,"triggered_at":"2026-11-23T10:00:00.000Z",\
                "last_triggered_at":"2026-11-23T10:00:00.000Z","read_at":null,"read_by":null,"resolved_at":null,\
                "resolved_by":null,"resolution_note":null,"record_id":\(record)
                """
            #expect(ingest.status == .created)
            #expect(ingest["alerts.0.is_new"] as? Bool == true)
            #expect(ingest["alerts.0.occurrences"] as? Int == 1)
            #expect(again.text.hasSuffix(#""alerts":[\#(alert),"is_new":false}]}"#))
            #expect(good.text.hasSuffix(#""alerts":[]}"#))
            #expect(one.text == #"{"data":\#(alert)}}"#)
            #expect(list.text.hasPrefix(#"{"data":[\#(alert)}],"links":"#))
            #expect(list.text.hasSuffix(#""next_cursor":null,"counts":{"unread":1,"read":0,"resolved":0}}}"#))
        }
    }

    @Test("who may not see alerts learns what happened and no more")
    func narrow() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let narrow = try await api.token(scopes: [.ingestAnalytics])
            _ = try await breakRule(api, token: token)

            let point = try await api.ingest(Self.bad, token: narrow)
            let batch = try await api.send(
                .post, "/api/v1/analytics/batch", token: narrow, json: #"{"records": [\#(Self.bad)]}"#)

            let alert = """
                {"id":1,"rule":{"name":"Low revenue"},"severity":"critical",\
                "message":"Low revenue: revenue on 2026-11-23 was 80 USD, which is below 100 USD.","is_new":false}
                """
            #expect(point.text.hasSuffix(#""alerts":[\#(alert)]}"#))
            #expect(batch.text.hasSuffix(#""alerts":[\#(alert)]}"#))
        }
    }

    @Test("a repeated request has the alerts of the first and no further occurrence")
    func repeated() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(.post, "/api/v1/alert-rules", token: token, json: Self.rule)

            let first = try await api.ingest(Self.bad, token: token, headers: [.idempotencyKey: "k"])
            let replay = try await api.ingest(Self.bad, token: token, headers: [.idempotencyKey: "k"])

            #expect(first.text == replay.text)
            #expect(replay["alerts.0.is_new"] as? Bool == true)
            #expect(try await api.get("/api/v1/alerts/1", token: token)["data.occurrences"] as? Int == 1)
        }
    }

    @Test(
        "an alert is read and resolved by any of three methods, once",
        arguments: [HTTPRequest.Method.patch, .post, .put])
    func handling(method: HTTPRequest.Method) async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await breakRule(api, token: token)

            let read = try await api.send(method, "/api/v1/alerts/1/read", token: token)
            let readAgain = try await api.send(method, "/api/v1/alerts/1/read", token: token)
            let resolved = try await api.send(
                method, "/api/v1/alerts/1/resolve", token: token, json: #"{"note": " Known "}"#)
            api.clock.advance(seconds: 60)
            let resolvedAgain = try await api.send(
                method, "/api/v1/alerts/1/resolve", token: token, json: #"{"note": "Other"}"#)
            let readAfter = try await api.send(method, "/api/v1/alerts/1/read", token: token)
            let list = try await api.get("/api/v1/alerts?status=resolved&severity=critical", token: token)

            #expect(read["data.status"] as? String == "read")
            #expect(read["data.read_by.name"] as? String == "Ada Lovelace")
            #expect(readAgain.text == read.text)
            #expect(resolved["data.status"] as? String == "resolved")
            #expect(resolved["data.resolution_note"] as? String == "Known")
            #expect(resolved["data.resolved_at"] as? String == "2026-11-23T10:00:00.000Z")
            #expect(resolvedAgain.text == resolved.text)
            #expect(readAfter.status == .conflict)
            #expect(readAfter["message"] as? String == "The alert is resolved already.")
            #expect(list["meta.total"] as? Int == 1)
            #expect(list["meta.counts.resolved"] as? Int == 1)
        }
    }

    @Test("a hundred who resolve one alert at once resolve it once")
    func hundred() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await breakRule(api, token: token)

            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        try await api.send(
                            .post, "/api/v1/alerts/1/resolve", token: token, json: #"{"note": "\#(number)"}"#
                        ).text
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }

            #expect(answers.count == 1)
            #expect(try await api.number("SELECT COUNT(*) FROM audit_entry WHERE action = 'alert.resolved'") == 1)
        }
    }

    @Test("many are read at once")
    func readMany() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await breakRule(api, token: token)

            let read = try await api.send(.post, "/api/v1/alerts/read", token: token, json: #"{"ids": [1, "7"]}"#)

            #expect(read.status == .ok)
            #expect(read["data.0.status"] as? String == "read")
            #expect(read["data.1"] == nil)
        }
    }

    @Test(
        "what is no list of numbers is refused",
        arguments: [
            ("{}", "ids"), (#"{"ids": []}"#, "ids"), (#"{"ids": 1}"#, "ids"), (#"{"ids": [1, "x"]}"#, "ids.1"),
            (#"{"ids": [null]}"#, "ids.0"), (#"{"ids": [0]}"#, "ids.0"),
            (#"{"ids": [\#((1...101).map { "\($0)" }.joined(separator: ","))]}"#, "ids"),
        ])
    func badIDs(body: String, field: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.send(.post, "/api/v1/alerts/read", token: token, json: body)

            #expect(answer.status == .unprocessableContent)
            #expect((answer["errors"] as? [String: Any])?.keys.sorted() == [field])
        }
    }

    @Test("a filter that is none, and a note that is too long, are refused by name")
    func badFields() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await breakRule(api, token: token)
            let long = String(repeating: "x", count: 1_001)

            let status = try await api.get("/api/v1/alerts?status=open&severity=bad", token: token)
            let note = try await api.send(
                .patch, "/api/v1/alerts/1/resolve", token: token, json: #"{"note": "\#(long)"}"#)

            #expect((status["errors"] as? [String: Any])?.keys.sorted() == ["severity", "status"])
            #expect(
                status["message"] as? String
                    == "The selected status is invalid. It must be unread, read or resolved. (and 1 more error)")
            #expect((note["errors"] as? [String: Any])?.keys.sorted() == ["note"])
            #expect(try await api.get("/api/v1/alerts/1", token: token)["data.status"] as? String == "unread")
        }
    }
}
