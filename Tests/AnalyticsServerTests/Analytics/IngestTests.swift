import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct IngestTests {
    @Test("a point of all fields is stored, and answered as it is stored")
    func wholePoint() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let record =
                #"{"id":2855844014194689,"metric_type":"revenue","value":1250.5,"recorded_at":"2026-11-22","#
                + #""category":"Books","source":"web","external_id":null,"created_at":"2026-11-23T10:00:00.000Z","#
                + #""updated_at":"2026-11-23T10:00:00.000Z"}"#

            let answer = try await api.ingest(
                """
                {"metric_type": "revenue", "value": 1250.50, "recorded_at": "2026-11-22", "category": "Books",
                "source": "web"}
                """, token: token)
            let list = try await api.get("/api/v1/analytics", token: token)

            #expect(answer.status == .created)
            #expect(answer.headers[.contentType] == "application/json")
            #expect(answer.text == #"{"data":\#(record),"alerts":[]}"#)
            #expect(list.text.hasPrefix(#"{"data":[\#(record)],"#))
        }
    }

    @Test("the smallest point is of today and has no category and source")
    func smallestPoint() async throws {
        try await withAPI { api in
            let token = try await api.register()
            api.clock.advance(seconds: 1)

            let answer = try await api.ingest(#"{"metric_type":"page_views","value":0}"#, token: token)

            #expect(answer.status == .created)
            #expect(
                answer.text == #"{"data":{"id":2855981453148161,"metric_type":"page_views","value":0,"#
                    + #""recorded_at":"2026-11-23","category":null,"source":null,"external_id":null,"#
                    + #""created_at":"2026-11-23T10:00:01.000Z","updated_at":"2026-11-23T10:00:01.000Z"},"alerts":[]}"#
            )
        }
    }

    @Test("a value is read exactly in every form of a number, and printed without zeros or exponent")
    func values() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let cases = [
                ("11.5", "11.5"), ("10", "10"), ("-3", "-3"), ("0", "0"), ("-0", "0"), ("-0.0", "0"), ("0e999", "0"),
                (#""1250.50""#, "1250.5"), (#"" 12 ""#, "12"), (#""-1e3""#, "-1000"), ("1e3", "1000"),
                ("1.5E-3", "0.0015"), ("2.5e+2", "250"), ("0.0001", "0.0001"), ("-0.0001", "-0.0001"),
                ("0.00010000", "0.0001"), ("0.00001e1", "0.0001"), ("100000000000e-1", "10000000000"),
                ("99999999999.9999", "99999999999.9999"), ("-99999999999.9999", "-99999999999.9999"),
                ("0.1", "0.1"), ("0.3", "0.3"), ("9007199254.7409", "9007199254.7409"),
                ("1." + String(repeating: "0", count: 10_000), "1"),
            ]
            for (sent, expected) in cases {
                let answer = try await api.ingest(#"{"metric_type": "users", "value": \#(sent)}"#, token: token)

                #expect(answer.status == .created, "\(sent.prefix(30))")
                #expect(answer.text.contains(#""value":\#(expected),"#), "\(sent.prefix(30))")
            }
            let list = try await api.get("/api/v1/analytics?per_page=100", token: token)
            for (_, expected) in cases { #expect(list.text.contains(#""value":\#(expected),"#)) }
        }
    }

    @Test(
        "every metric is taken",
        arguments: [
            "revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views",
        ])
    func metrics(metric: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.ingest(#"{"metric_type": "\#(metric)", "value": -1.25}"#, token: token)

            #expect(answer.status == .created)
            #expect(answer.text.contains(#""metric_type":"\#(metric)","value":-1.25,"#))
        }
    }

    @Test("texts are trimmed, and empty ones are none")
    func texts() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let hundred = String(repeating: "😀", count: 100)
            let cases = [
                (#""category": " Books \n", "source": "\u00a0web\u3000""#, #""category":"Books","source":"web","#),
                (#""category": "", "source": "  ""#, #""category":null,"source":null,"#),
                (#""category": null, "recorded_at": "", "source": null"#, #""category":null,"source":null,"#),
                (#""category": "\#(hundred)""#, #""category":"\#(hundred)","source":null,"#),
                (#""category": " \#(hundred) ""#, #""category":"\#(hundred)","source":null,"#),
                (#""category": "a\"b\\c\u0007/é""#, #""category":"a\"b\\c\u0007/é","source":null,"#),
                (#""category": "\ud83d\ude00""#, #""category":"😀","source":null,"#),
                (
                    #""category": "<script>", "source": "'; DROP TABLE data_point; --""#,
                    #""category":"<script>","source":"'; DROP TABLE data_point; --","#
                ),
                (#""metric_type": " users ", "category": "x""#, #""metric_type":"users","value":1,"#),
                (
                    #""id": 5, "external_id": " x ", "created_at": "1999-01-01""#,
                    #""external_id":"x","created_at":"2026-"#
                ),
                (#""value": 5, "value": "7""#, #""value":7,"#),
            ]
            for (members, expected) in cases {
                let answer = try await api.ingest(
                    #"{"metric_type": "users", "value": 1, \#(members)}"#, token: token)

                #expect(answer.status == .created, "\(members)")
                #expect(answer.text.contains(expected), "\(answer.text)")
            }
            #expect(try await api.total(token: token) == cases.count)
        }
    }

    @Test("days from 1970 to tomorrow are taken", arguments: ["1970-01-01", "2024-02-29", "2026-11-23", "2026-11-24"])
    func days(day: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.ingest(
                #"{"metric_type": "users", "value": 1, "recorded_at": " \#(day) "}"#, token: token)

            #expect(answer.status == .created)
            #expect(answer["data.recorded_at"] as? String == day)
        }
    }

    @Test("today is the day of the workspace's time zone")
    func timeZones() async throws {
        // It is 2026-11-23, 10:00 in UTC.
        let cases = [
            ("Pacific/Kiritimati", "2026-11-24", "2026-11-25"), ("Asia/Kolkata", "2026-11-23", "2026-11-24"),
            ("Pacific/Pago_Pago", "2026-11-22", "2026-11-23"), ("America/New_York", "2026-11-23", "2026-11-24"),
        ]
        for (zone, today, latest) in cases {
            try await withAPI { api in
                let token = try await api.register()
                try await api.execute("UPDATE workspace SET time_zone = \(zone)")
                let beyond = latest.replacing(/\d\d$/) { "\((Int($0.output) ?? 0) + 1)" }

                let answer = try await api.ingest(#"{"metric_type": "users", "value": 1}"#, token: token)
                let last = try await api.ingest(
                    #"{"metric_type": "users", "value": 1, "recorded_at": "\#(latest)"}"#, token: token)
                let refused = try await api.ingest(
                    #"{"metric_type": "users", "value": 1, "recorded_at": "\#(beyond)"}"#, token: token)

                #expect(answer["data.recorded_at"] as? String == today, "\(zone)")
                #expect(last.status == .created, "\(zone)")
                #expect(
                    refused.body
                        == fault(
                            "recorded_at", "The recorded at field must be a date before or equal to \(latest)."))
            }
        }
    }

    @Test("many who write at the same time all get ids of their own, and nothing is lost")
    func concurrency() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let ids = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let answer = try await api.ingest(
                            #"{"metric_type": "revenue", "value": 0.1, "category": "c\#(number % 7)"}"#, token: token)
                        return try #require(answer["data.id"] as? Int)
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }

            #expect(ids.count == 60)
            #expect(try await api.total(token: token) == 60)
            let kpi = try await api.get("/api/v1/analytics/kpi", token: token)
            #expect(kpi.text.contains(#""revenue":{"value":6,"previous_value":0,"#))
        }
    }
}
