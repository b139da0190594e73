import AnalyticsCore
import AnalyticsServer
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite(.timeLimit(.patient)) struct QuotaRouteTests {
    private func withQuotas(
        _ quotas: Quotas, _ body: @escaping @Sendable (TestAPI) async throws -> Void
    ) async throws {
        var settings = API.Settings.unlimited()
        settings.quotas = quotas
        try await withAPI(settings: settings, body)
    }

    @Test("the workspace says what it has stored and what it may store, and me does not")
    func usage() async throws {
        try await withQuotas(Quotas(pointsPerDay: 5)) { api in
            let token = try await api.register()
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 80}"#, token: token)

            let workspace = try await api.get("/api/v1/workspace", token: token)
            let me = try await api.get("/api/v1/auth/me", token: token)

            #expect(
                workspace.text == """
                    {"data":{"id":1,"name":"Ada Lovelace's workspace","timezone":"UTC","currency":"USD",\
                    "usage":{"points":1,"points_today":1,"alert_rules":0,"channels":0},\
                    "limits":{"points":null,"points_per_day":5,"import_bytes":null,"reports_per_day":null,"alert_rules":200,"channels":20}}}
                    """)
            #expect(me["data.workspace.usage"] == nil)
        }
    }

    @Test("beyond the quota of a day the answer is 429 with the time to wait, beyond that of all 403")
    func exceeded() async throws {
        try await withQuotas(Quotas(pointsPerDay: 1)) { api in
            let token = try await api.register()
            let first = try await api.ingest(#"{"metric_type": "revenue", "value": 80}"#, token: token)
            let second = try await api.ingest(#"{"metric_type": "revenue", "value": 80}"#, token: token)

            #expect(first.status == .created)
            #expect(second.status == .tooManyRequests)
            #expect(second["code"] as? String == "quota_exceeded")
            #expect(second.headers[.retryAfter] == "50400")
            #expect(
                second["message"] as? String
                    == "The workspace must not store more than 1 data point a day. The next day begins at 00:00 UTC.")
        }
        try await withQuotas(Quotas(points: 1)) { api in
            let token = try await api.register()
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 80}"#, token: token)
            let second = try await api.ingest(#"{"metric_type": "revenue", "value": 80}"#, token: token)

            #expect(second.status == .forbidden)
            #expect(second["code"] as? String == "quota_exceeded")
        }
    }

    @Test("a file beyond the quota is 413, and the import says why it failed")
    func importBytes() async throws {
        try await withQuotas(Quotas(points: 2, importBytes: 120)) { api in
            let token = try await api.register()
            func put(_ file: String) async throws -> Answer {
                let made = try await api.send(
                    .post, "/api/v1/analytics/imports", token: token, json: #"{"name": "Sales", "format": "csv"}"#)
                let id = try #require(made["data.id"] as? Int)
                return try await api.send(
                    .put, "/api/v1/analytics/imports/\(id)/content", token: token,
                    body: Array(file.utf8), headers: [.contentType: "text/csv"])
            }

            let large = try await put("metric_type,value\n" + String(repeating: "orders,1\n", count: 20))
            let many = try await put("metric_type,value\norders,1\norders,2\norders,3\n")
            let last = try await api.get("/api/v1/analytics/imports/2", token: token)

            #expect(large.status == .contentTooLarge)
            #expect(many.status == .forbidden)
            #expect(last["data.status"] as? String == "failed")
            #expect(
                last["data.failure"] as? String
                    == "The workspace must not have more than 2 data points. "
                    + "Remove some, or ask the server's operator for more.")
        }
    }

    @Test("a workspace asks for so many reports a day, and the next day for others")
    func reports() async throws {
        let clock = TestClock()
        var settings = API.Settings.unlimited()
        settings.quotas = Quotas(reportsPerDay: 2)
        try await withAPI(clock: clock, settings: settings) { api in
            let token = try await api.register()
            func ask() async throws -> Int {
                let answer = try await api.send(
                    .post, "/api/v1/reports", token: token, json: #"{"name": "Day", "type": "daily"}"#)
                return answer.status.code
            }

            #expect(try await [ask(), ask(), ask()] == [201, 201, 429])
            clock.advance(seconds: 14 * 3_600)
            #expect(try await ask() == 201)
        }
    }

    @Test("from one address so many workspaces are made a day, and the next day others")
    func workspaces() async throws {
        let clock = TestClock()
        var settings = API.Settings.unlimited()
        settings.quotas = Quotas(workspacesPerDay: 2)
        try await withAPI(clock: clock, settings: settings) { api in
            _ = try await api.register(email: "a@example.com")
            _ = try await api.register(email: "b@example.com")
            let third = try await api.send(
                .post, "/api/v1/auth/register",
                json: #"""
                    {"name": "Ada", "email": "c@example.com", "password": "correct horse",
                    "password_confirmation": "correct horse"}
                    """#)
            clock.advance(seconds: 14 * 3_600)
            _ = try await api.register(email: "c@example.com")

            #expect(third.status == .tooManyRequests)
            #expect(third["code"] as? String == "quota_exceeded")
            #expect(third.headers[.retryAfter] == "50400")
        }
    }
}
