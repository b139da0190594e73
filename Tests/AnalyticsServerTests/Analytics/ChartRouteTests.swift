import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct ChartRouteTests {
    private static let labels =
        #""labels":["2026-11-17","2026-11-18","2026-11-19","2026-11-20","2026-11-21","2026-11-22","2026-11-23"]"#

    @Test("a sum is zero on days without points, a mean is null")
    func week() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([
                .fixture(.revenue, "100.10"), .fixture(.revenue, "-0.1"),
                .fixture(.revenue, "50", on: Day.d0.advanced(by: -6)),
                .fixture(.revenue, "7", on: Day.d0.advanced(by: -7)),
                .fixture(.revenue, "8", on: Day.d0.advanced(by: 1)),
                .fixture(.bounceRate, "40"), .fixture(.bounceRate, "40.0001"),
                .fixture(.bounceRate, "41", on: Day.d0.advanced(by: -2)),
            ])

            let revenue = try await api.get("/api/v1/analytics/chart/revenue", token: token)
            let bounceRate = try await api.get("/api/v1/analytics/chart/bounce_rate?period=7", token: token)

            #expect(
                revenue.text == #"{"data":{"metric":"revenue","period":7,"from":"2026-11-17","to":"2026-11-23","#
                    + Self.labels + #","data":[50,0,0,0,0,0,100]}}"#)
            // The mean of 40 and 40.0001 is 40.00005, a half that goes to the even neighbour.
            #expect(
                bounceRate.text == #"{"data":{"metric":"bounce_rate","period":7,"from":"2026-11-17","to":"2026-11-23","#
                    + Self.labels + #","data":[null,null,null,null,41,null,40]}}"#)
        }
    }

    @Test(
        "each metric is charted as a sum or a mean",
        arguments: [
            ("revenue", "0", "3"), ("users", "0", "3"), ("orders", "0", "3"), ("page_views", "0", "3"),
            ("conversion_rate", "null", "1.5"), ("bounce_rate", "null", "1.5"), ("session_duration", "null", "1.5"),
        ])
    func metrics(name: String, nothing: String, value: String) async throws {
        try await withAPI { api in
            let token = try await api.register()
            let metric = try #require(Metric(rawValue: name))
            try await api.store([.fixture(metric, "1"), .fixture(metric, "2")])

            let answer = try await api.get("/api/v1/analytics/chart/\(name)", token: token)

            let zeros = Array(repeating: nothing, count: 6).joined(separator: ",")
            #expect(
                answer.text == #"{"data":{"metric":"\#(name)","period":7,"from":"2026-11-17","to":"2026-11-23","#
                    + Self.labels + #","data":[\#(zeros),\#(value)]}}"#)
        }
    }

    @Test(
        "every day of a longer period is there",
        arguments: [("period=14", 14), ("period=30", 30), ("from=2023-12-01&to=2024-11-30", 366)])
    func longPeriods(query: String, count: Int) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.get("/api/v1/analytics/chart/users?\(query)", token: token)

            let labels = try #require(answer["data.labels"] as? [String])
            #expect(answer["data.period"] as? Int == count)
            #expect(labels.count == count)
            #expect(Set(labels).count == count)
            #expect(labels == labels.sorted())
            #expect(labels.first == answer["data.from"] as? String)
            #expect(labels.last == answer["data.to"] as? String)
            #expect((answer["data.data"] as? [Any])?.count == count)
        }
    }

    @Test("the seven days around the end of a year and of February are named by the calendar")
    func calendar() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let newYear = try await api.get("/api/v1/analytics/chart/users?from=2025-12-30&to=2026-01-02", token: token)
            let leapDay = try await api.get("/api/v1/analytics/chart/users?from=2024-02-28&to=2024-03-01", token: token)

            #expect(
                newYear.text.contains(
                    #""labels":["2025-12-30","2025-12-31","2026-01-01","2026-01-02"],"data":[0,0,0,0]"#))
            #expect(leapDay.text.contains(#""labels":["2024-02-28","2024-02-29","2024-03-01"],"data":[0,0,0]"#))
        }
    }

    @Test(
        "an unknown metric is 422, with every other fault",
        arguments: ["sales", "Revenue", "revenue.svg2", "%00", "%FF", "%2572evenue", "1"])
    func unknownMetric(name: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.get("/api/v1/analytics/chart/\(name)", token: token)
            let both = try await api.get("/api/v1/analytics/chart/\(name)?period=8", token: token)

            #expect(answer.status == .unprocessableContent)
            #expect(
                both.body == #"{"message":"The selected metric is invalid. (and 1 more error)","#
                    + #""code":"validation_failed","errors":{"metric":["The selected metric is invalid."],"#
                    + #""period":["The selected period is invalid. It must be 7, 14 or 30."]},"request_id":"ID"}"#)
        }
    }

    @Test("a metric may be written with escapes as any part of a path")
    func escapedMetric() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.get("/api/v1/analytics/chart/%72evenue", token: token)

            #expect(answer["data.metric"] as? String == "revenue")
        }
    }
}
