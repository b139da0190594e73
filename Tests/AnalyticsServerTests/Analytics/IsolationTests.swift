import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct IsolationTests {
    @Test("no question, filter or cursor shows another workspace's data")
    func isolation() async throws {
        try await withAPI { api in
            let ada = try await api.register()
            let eve = try await api.register(email: "eve@example.com", name: "Eve")
            try await api.store(
                (0..<5).map { _ in try .fixture(.revenue, "1000.5", category: "Secret", source: "vault") },
                workspaceID: 1)
            try await api.store([.fixture(.revenue, "3", category: "Mine")], workspaceID: 2)
            let cursor = try #require(
                try await api.get("/api/v1/analytics?per_page=1", token: ada)["meta.next_cursor"] as? String)
            let warm = ["kpi", "chart/revenue", "categories"]
            for path in warm { _ = try await api.get("/api/v1/analytics/\(path)", token: ada) }

            let paths = [
                "", "?cursor=\(cursor)", "?category=Secret", "?source=vault", "?metric_type=revenue&per_page=100",
                "?workspace_id=1", "/kpi", "/chart/revenue", "/categories", "/kpi?period=30",
                "/categories?from=2026-11-23&to=2026-11-23",
            ]
            for path in paths {
                let hers = try await api.get("/api/v1/analytics\(path)", token: eve)

                #expect(hers.status == .ok, "\(path)")
                for secret in ["1000.5", "5002.5", "Secret\"", "\"vault"] {
                    #expect(!hers.text.contains(secret), "\(path)")
                }
            }
            let list = try await api.get("/api/v1/analytics", token: eve)
            let kpi = try await api.get("/api/v1/analytics/kpi", token: eve)
            let adas = try await api.get("/api/v1/analytics/kpi", token: ada)
            #expect(list["meta.total"] as? Int == 1)
            #expect(kpi.text.contains(#""revenue":{"value":3,"#))
            #expect(adas.text.contains(#""revenue":{"value":5002.5,"#))
            #expect(try await api.get("/api/v1/auth/me", token: eve)["data.workspace.id"] as? Int == 2)
        }
    }

    @Test("a tag of another workspace's answer is compared with one's own")
    func tags() async throws {
        try await withAPI { api in
            let ada = try await api.register()
            let eve = try await api.register(email: "eve@example.com")
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 7}"#, token: ada)
            let tag = try #require(try await api.get("/api/v1/analytics/kpi", token: ada).headers[.eTag])

            let hers = try await api.get("/api/v1/analytics/kpi", token: eve, headers: [.ifNoneMatch: tag])

            #expect(hers.status == .ok)
            #expect(hers.headers[.eTag] != tag)
        }
    }

    @Test("a write in one workspace is none in the other, even for the same metric, day and category")
    func writes() async throws {
        try await withAPI { api in
            let ada = try await api.register()
            let eve = try await api.register(email: "eve@example.com")
            for (token, value) in [(ada, 1), (eve, 10), (ada, 2), (eve, 20)] {
                _ = try await api.ingest(
                    #"{"metric_type": "revenue", "value": \#(value), "category": "Books"}"#, token: token)
            }

            for (token, total) in [(ada, 3), (eve, 30)] {
                let categories = try await api.get("/api/v1/analytics/categories", token: token)
                #expect(categories.text.contains(#""total":\#(total),"labels":["Books"],"data":[100],"#))
                #expect(try await api.total(token: token) == 2)
            }
        }
    }

    @Test("users of one workspace see the same data")
    func sharing() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let analyst = try await api.join(as: .analyst)
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 5}"#, token: analyst)

            let adminsList = try await api.get("/api/v1/analytics", token: admin)
            let analystsList = try await api.get("/api/v1/analytics", token: analyst)

            #expect(adminsList["meta.total"] as? Int == 1)
            #expect(adminsList.text == analystsList.text)
        }
    }
}
