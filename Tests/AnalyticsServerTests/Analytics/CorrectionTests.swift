import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct CorrectionTests {
    private func ingest(_ api: TestAPI, _ value: String, _ category: String, token: String) async throws -> Int {
        let answer = try await api.ingest(
            #"{"metric_type": "revenue", "value": "\#(value)", "category": "\#(category)", "source": "shop"}"#,
            token: token)
        return try #require(answer["data.id"] as? Int)
    }

    /// What is kept of points must be what counting them again gives.
    private func differences(_ api: TestAPI) async throws -> Int64? {
        try await api.number(
            """
            SELECT COUNT(*) FROM (
                SELECT * FROM (
                    SELECT metric, id >> 37 AS day, category_id, COUNT(*), SUM(value), MIN(value), MAX(value)
                    FROM data_point GROUP BY workspace_id, metric, day, category_id
                    EXCEPT
                    SELECT metric, day, category_id, point_count, value_sum, value_min, value_max
                    FROM daily_category_rollup
                ) AS missing
                UNION ALL
                SELECT * FROM (
                    SELECT metric, day, 0, point_count, value_sum, value_min, value_max
                    FROM daily_rollup
                    EXCEPT
                    SELECT metric, id >> 37 AS day, 0, COUNT(*), SUM(value), MIN(value), MAX(value)
                    FROM data_point GROUP BY workspace_id, metric, day
                ) AS wrong
                UNION ALL
                SELECT metric, id, 0, point_count, 0, 0, 0 FROM category AS c
                WHERE point_count <> (
                    SELECT COUNT(*) FROM data_point AS p
                    WHERE p.workspace_id = c.workspace_id AND p.metric = c.metric AND p.category_id = c.id
                )
            ) AS difference
            """)
    }

    @Test("a correction moves every figure, and leaves what it does not name")
    func correction() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let low = try await ingest(api, "1", "Books", token: token)
            let high = try await ingest(api, "100", "Books", token: token)
            _ = try await ingest(api, "10", "Games", token: token)
            _ = try await api.get("/api/v1/analytics/kpi", token: token)
            api.clock.advance(seconds: 5)

            let corrected = try await api.send(
                .patch, "/api/v1/analytics/\(high)", token: token, json: #"{"value": 2.5, "category": "Games"}"#)
            let second = try await api.send(
                .patch, "/api/v1/analytics/\(low)", token: token,
                json: #"{"category": null, "recorded_at": "2026-11-23"}"#)
            let kpi = try await api.get("/api/v1/analytics/kpi", token: token)
            let games = try await api.get("/api/v1/analytics?category=Games", token: token)

            #expect(corrected.status == .ok)
            #expect(
                corrected.text.contains(#""value":2.5,"recorded_at":"2026-11-23","category":"Games","source":"shop""#))
            #expect(corrected["data.created_at"] as? String == "2026-11-23T10:00:00.000Z")
            #expect(corrected["data.updated_at"] as? String == "2026-11-23T10:00:05.000Z")
            #expect(second.text.contains(#""value":1,"recorded_at":"2026-11-23","category":null,"source":"shop""#))
            #expect(kpi.text.contains(#""revenue":{"value":13.5,"#))
            #expect(games["meta.total"] as? Int == 2)
            #expect(try await differences(api) == 0)
        }
    }

    @Test("a deleted point is nowhere, and with the last one the day is empty")
    func deletion() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let ids = [
                try await ingest(api, "-5", "a", token: token), try await ingest(api, "7", "b", token: token),
                try await ingest(api, "3", "a", token: token),
            ]
            for (index, id) in ids.enumerated() {
                let answer = try await api.send(.delete, "/api/v1/analytics/\(id)", token: token)
                let again = try await api.send(.delete, "/api/v1/analytics/\(id)", token: token)

                #expect(answer.text == #"{"message":"Record deleted successfully."}"#)
                #expect(again.body == refusal("Not found.", "not_found"))
                #expect(try await api.total(token: token) == 2 - index)
                #expect(try await differences(api) == 0)
            }

            let kpi = try await api.get("/api/v1/analytics/kpi", token: token)
            #expect(kpi.text.contains(#""revenue":{"value":0,"#))
            #expect(try await api.number("SELECT COUNT(*) FROM daily_rollup") == 0)
            #expect(try await api.number("SELECT COUNT(*) FROM daily_category_rollup") == 0)
        }
    }

    @Test(
        "a correction that is wrong changes nothing",
        arguments: [
            (#"{"value": null}"#, "value", "The value field is required."),
            (#"{"value": 0.00001}"#, "value", "The value field must have 0-4 decimal places."),
            (
                #"{"metric_type": "users"}"#, "metric_type",
                "The metric type field cannot be changed. Delete the record and send another."
            ),
            (
                #"{"recorded_at": "2026-11-22"}"#, "recorded_at",
                "The recorded at field cannot be changed. Delete the record and send another."
            ),
            ("[]", "body", "The body must be a JSON object."),
        ])
    func faults(json: String, field: String, message: String) async throws {
        try await withAPI { api in
            let token = try await api.register()
            let id = try await ingest(api, "1", "a", token: token)

            let answer = try await api.send(.patch, "/api/v1/analytics/\(id)", token: token, json: json)

            #expect(answer.body == fault(field, message))
            #expect(try await api.number("SELECT COUNT(*) FROM data_point WHERE updated_at IS NOT NULL") == 0)
        }
    }

    @Test(
        "an id that is none, or another workspace's, is not found",
        arguments: [
            "0", "-1", "01", "1e3", "abc", "9223372036854775807", "99999999999999999999", "%31%00",
        ])
    func notFound(id: String) async throws {
        try await withAPI { api in
            let token = try await api.register()
            let theirs = try await ingest(api, "1", "a", token: try await api.register(email: "eve@example.com"))

            for path in ["/api/v1/analytics/\(id)", "/api/v1/analytics/\(theirs)"] {
                let patch = try await api.send(.patch, path, token: token, json: #"{"value": "no"}"#)
                let delete = try await api.send(.delete, path, token: token)

                #expect(patch.body == refusal("Not found.", "not_found"))
                #expect(delete.body == refusal("Not found.", "not_found"))
            }
        }
    }
}
