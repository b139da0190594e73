import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct OperatorDemoTests {
    @Test("demo data is a workspace with all seven metrics, and a user who can look at it")
    func demo() async throws {
        try await withBothAPIs { clients, commands in
            let answer = try await commands.send(.post, "/operator/demo", json: #"{"email": "Demo@example.com"}"#)

            #expect(answer.status == .created)
            let password = try #require(answer["data.password"] as? String)
            #expect(
                answer.text.replacing(password, with: "PASSWORD")
                    == #"{"data":{"accepted":1170,"workspace":"Demo","email":"demo@example.com","password":"PASSWORD"}}"#
            )
            let login = try await clients.send(
                .post, "/api/v1/auth/login", json: #"{"email": "demo@example.com", "password": "\#(password)"}"#)
            let token = try #require(login["data.token"] as? String)
            #expect(try await clients.total(token: token) == 1170)
            let kpi = try await clients.get("/api/v1/analytics/kpi?period=30", token: token)
            let counts = [
                "revenue": 120, "orders": 120, "users": 30, "page_views": 30, "conversion_rate": 30, "bounce_rate": 30,
                "session_duration": 30,
            ]
            for (metric, count) in counts {
                #expect(kpi["data.kpis.\(metric).count"] as? Int == count, "\(metric)")
            }
            #expect(!kpi.text.contains(#""change_percent":null"#))
            let newest = try await clients.get("/api/v1/analytics?per_page=1", token: token)
            #expect(newest["data.0.recorded_at"] as? String == "2026-11-23")
        }
    }

    @Test("the same seed gives the same figures, another seed others")
    func seeds() async throws {
        try await withBothAPIs { clients, commands in
            func kpi(email: String, seed: String) async throws -> String {
                let answer = try await commands.send(
                    .post, "/operator/demo", json: #"{"email": "\#(email)", "seed": \#(seed)}"#)
                let password = try #require(answer["data.password"] as? String)
                let login = try await clients.send(
                    .post, "/api/v1/auth/login", json: #"{"email": "\#(email)", "password": "\#(password)"}"#)
                let token = try #require(login["data.token"] as? String)
                return try await clients.get("/api/v1/analytics/kpi?period=30", token: token).text
            }

            let first = try await kpi(email: "a@example.com", seed: "7")
            let same = try await kpi(email: "b@example.com", seed: #""7""#)
            let other = try await kpi(email: "c@example.com", seed: "8")

            #expect(first == same)
            #expect(first != other)
        }
    }

    @Test("a fault is named, and nothing is made")
    func faults() async throws {
        try await withBothAPIs { clients, commands in
            _ = try await clients.register()

            let missing = try await commands.send(.post, "/operator/demo", json: "{}")
            let taken = try await commands.send(.post, "/operator/demo", json: #"{"email": "ada@example.com"}"#)
            let seed = try await commands.send(
                .post, "/operator/demo", json: #"{"email": "b@example.com", "seed": -1}"#)

            #expect(missing.body == fault("email", "The email field is required."))
            #expect(taken.body == fault("email", "The email has already been taken."))
            #expect(seed.body == fault("seed", "The seed field must be at least 0."))
            #expect(try await commands.number("SELECT COUNT(*) FROM workspace") == 1)
            #expect(try await commands.number("SELECT COUNT(*) FROM data_point") == 0)
        }
    }

    @Test("clients cannot reach the operator's routes, nor the operator's socket those of clients")
    func separation() async throws {
        try await withBothAPIs { clients, commands in
            let token = try await clients.register()
            let operatorRoutes: [(HTTPRequest.Method, String)] = [
                (.post, "operator/users"), (.post, "operator/tokens"), (.put, "operator/import"),
                (.post, "operator/demo"),
            ]
            for (method, path) in operatorRoutes {
                let answer = try await clients.send(
                    method, "/" + path, token: token, json: #"{"name": "Eve", "email": "eve@example.com"}"#)

                #expect(answer.status == .notFound)
                #expect(answer.body == refusal("The route \(path) could not be found.", "not_found"))
            }
            let list = try await commands.get("/api/v1/analytics", token: token)
            #expect(list.status == .notFound)
            #expect(try await commands.number("SELECT COUNT(*) FROM user_account") == 1)
        }
    }
}
