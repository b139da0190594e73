import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct KPIRouteTests {
    @Test("every key figure of a week stands beside that of the week before")
    func week() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let lastDayBefore = Day.d0.advanced(by: -7)
            try await api.store([
                .fixture(.revenue, "100.10"), .fixture(.revenue, "50", on: Day.d0.advanced(by: -6)),
                .fixture(.revenue, "120", on: lastDayBefore), .fixture(.revenue, "7", on: Day.d0.advanced(by: -14)),
                .fixture(.revenue, "9", on: Day.d0.advanced(by: 1)),
                .fixture(.users, "10"),
                .fixture(.conversionRate, "2.5"), .fixture(.conversionRate, "3"),
                .fixture(.conversionRate, "2.75", on: lastDayBefore),
                .fixture(.bounceRate, "40"), .fixture(.bounceRate, "50", on: Day.d0.advanced(by: -13)),
                .fixture(.sessionDuration, "100"), .fixture(.sessionDuration, "100"),
                .fixture(.sessionDuration, "101", on: Day.d0.advanced(by: -3)),
                .fixture(.pageViews, "500", on: lastDayBefore),
            ])

            let answer = try await api.get("/api/v1/analytics/kpi", token: token)

            #expect(answer.status == .ok)
            #expect(
                answer.text == #"{"data":{"period":7,"from":"2026-11-17","to":"2026-11-23","#
                    + #""previous_from":"2026-11-10","previous_to":"2026-11-16","timezone":"UTC","kpis":{"#
                    + #""revenue":{"value":150.1,"previous_value":120,"change_percent":25.08,"trend":"up","#
                    + #""is_good":true,"unit":"USD","count":2},"#
                    + #""users":{"value":10,"previous_value":0,"change_percent":null,"trend":"up","#
                    + #""is_good":true,"unit":"count","count":1},"#
                    + #""orders":{"value":0,"previous_value":0,"change_percent":null,"trend":"flat","#
                    + #""is_good":null,"unit":"count","count":0},"#
                    + #""conversion_rate":{"value":2.75,"previous_value":2.75,"change_percent":0,"trend":"flat","#
                    + #""is_good":null,"unit":"percent","count":2},"#
                    + #""bounce_rate":{"value":40,"previous_value":50,"change_percent":-20,"trend":"down","#
                    + #""is_good":true,"unit":"percent","count":1},"#
                    + #""session_duration":{"value":100.3333,"previous_value":null,"change_percent":null,"#
                    + #""trend":null,"is_good":null,"unit":"seconds","count":3},"#
                    + #""page_views":{"value":0,"previous_value":500,"change_percent":-100,"trend":"down","#
                    + #""is_good":false,"unit":"count","count":0}}}}"#)
            #expect(answer.headers[.contentType] == "application/json")
        }
    }

    @Test("a rising bounce rate is bad, a negative base counts by its size, and half a hundredth goes to the even one")
    func signs() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.execute("UPDATE workspace SET currency = 'EUR'")
            let before = Day.d0.advanced(by: -7)
            try await api.store([
                .fixture(.bounceRate, "50.5"), .fixture(.bounceRate, "50", on: before),
                .fixture(.revenue, "50"), .fixture(.revenue, "-100", on: before),
                .fixture(.users, "8001"), .fixture(.users, "8000", on: before),
                .fixture(.orders, "1.0015"), .fixture(.orders, "1", on: before),
                .fixture(.pageViews, "-5"), .fixture(.pageViews, "-4", on: before),
            ])

            let answer = try await api.get("/api/v1/analytics/kpi?period=7", token: token)

            for expected in [
                #""bounce_rate":{"value":50.5,"previous_value":50,"change_percent":1,"trend":"up","is_good":false,"#,
                #""revenue":{"value":50,"previous_value":-100,"change_percent":150,"trend":"up","is_good":true,"unit":"EUR","#,
                // 0.0125 and 0.15 percent
                #""users":{"value":8001,"previous_value":8000,"change_percent":0.01,"trend":"up","is_good":true,"#,
                #""orders":{"value":1.0015,"previous_value":1,"change_percent":0.15,"trend":"up","is_good":true,"#,
                #""page_views":{"value":-5,"previous_value":-4,"change_percent":-25,"trend":"down","is_good":false,"#,
            ] {
                #expect(answer.text.contains(expected), "\(answer.text)")
            }
        }
    }

    @Test(
        "a period is so many days that end today, or the days from one to another",
        arguments: [
            ("", 7, "2026-11-17", "2026-11-23", "2026-11-10", "2026-11-16"),
            ("?period=7", 7, "2026-11-17", "2026-11-23", "2026-11-10", "2026-11-16"),
            ("?period=", 7, "2026-11-17", "2026-11-23", "2026-11-10", "2026-11-16"),
            ("?period=14", 14, "2026-11-10", "2026-11-23", "2026-10-27", "2026-11-09"),
            ("?period=30", 30, "2026-10-25", "2026-11-23", "2026-09-25", "2026-10-24"),
            ("?period=3e1", 30, "2026-10-25", "2026-11-23", "2026-09-25", "2026-10-24"),
            ("?from=2026-11-01&to=2026-11-01", 1, "2026-11-01", "2026-11-01", "2026-10-31", "2026-10-31"),
            ("?from=2026-02-27&to=2026-03-02", 4, "2026-02-27", "2026-03-02", "2026-02-23", "2026-02-26"),
            ("?from=2025-11-23&to=2026-11-23", 366, "2025-11-23", "2026-11-23", "2024-11-22", "2025-11-22"),
            ("?from=2026-11-01&to=2026-11-10&period=30", 10, "2026-11-01", "2026-11-10", "2026-10-22", "2026-10-31"),
            ("?from=2030-01-01&to=2030-01-07", 7, "2030-01-01", "2030-01-07", "2029-12-25", "2029-12-31"),
        ])
    func periods(
        query: String, period: Int, from: String, to: String, previousFrom: String, previousTo: String
    ) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.get("/api/v1/analytics/kpi\(query)", token: token)

            #expect(answer.status == .ok)
            #expect(
                answer.text.hasPrefix(
                    #"{"data":{"period":\#(period),"from":"\#(from)","to":"\#(to)","#
                        + #""previous_from":"\#(previousFrom)","previous_to":"\#(previousTo)","timezone":"UTC","#))
        }
    }

    @Test("what is no period is 422, for KPIs, charts and categories alike")
    func faults() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let period = "The selected period is invalid. It must be 7, 14 or 30."
            let cases = [
                ("period=10", "period", period), ("period=0", "period", period), ("period=-7", "period", period),
                ("period=999999999999999999", "period", period),
                ("period=abc", "period", "The period field must be an integer."),
                ("period=7.5", "period", "The period field must be an integer."),
                ("period=07", "period", "The period field must be an integer."),
                ("from=2026-11-01", "to", "The to field is required when from is present."),
                ("to=2026-11-01", "from", "The from field is required when to is present."),
                ("from=2026-11-01&to=", "to", "The to field is required when from is present."),
                ("from=2026-11-02&to=2026-11-01", "to", "The to field must be a date after or equal to 2026-11-02."),
                ("from=2025-11-22&to=2026-11-23", "to", "The to field must be a date before or equal to 2026-11-22."),
                ("from=0001-01-01&to=9999-12-31", "to", "The to field must be a date before or equal to 0002-01-01."),
                ("from=2026-02-30&to=2026-11-01", "from", "The from field must match the format Y-m-d."),
                ("from=2026-02-01&to=now", "to", "The to field must match the format Y-m-d."),
            ]
            for path in ["kpi", "chart/revenue", "categories"] {
                for (query, field, message) in cases {
                    let answer = try await api.get("/api/v1/analytics/\(path)?\(query)", token: token)

                    #expect(answer.status == .unprocessableContent, "\(path) \(query)")
                    #expect(answer.body == fault(field, message), "\(path) \(query)")
                }
            }
            let both = try await api.get("/api/v1/analytics/kpi?from=x&to=y", token: token)
            #expect(
                both.body == #"{"message":"The from field must match the format Y-m-d. (and 1 more error)","#
                    + #""code":"validation_failed","errors":{"from":["The from field must match the format Y-m-d."],"#
                    + #""to":["The to field must match the format Y-m-d."]},"request_id":"ID"}"#)
        }
    }
}
