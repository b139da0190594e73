import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct IngestRefusalTests {
    /// Sends bodies, each of which must be refused with a fault of one field and leave nothing behind.
    private func expectFaults(_ cases: [(member: String, field: String, message: String)]) async throws {
        try await withAPI { api in
            let token = try await api.register()
            for (member, field, message) in cases {
                let answer = try await api.ingest(
                    #"{"metric_type": "revenue", "value": 1, \#(member)}"#, token: token)

                #expect(answer.status == .unprocessableContent, "\(member)")
                #expect(answer.body == fault(field, message), "\(member)")
            }
            let list = try await api.get("/api/v1/analytics", token: token)
            #expect(list["meta.total"] as? Int == 0)
            #expect(try await api.number("SELECT COUNT(*) FROM data_point") == 0)
            #expect(try await api.number("SELECT COUNT(*) FROM category") == 0)
        }
    }

    @Test("a value that is no exact decimal of eleven and four digits is refused")
    func values() async throws {
        let required = "The value field is required."
        let number = "The value field must be a number."
        let places = "The value field must have 0-4 decimal places."
        let range = "The value field must be between -99999999999.9999 and 99999999999.9999."
        let cases: [(String, String)] = [
            ("null", required), (#""""#, required), (#"" \t ""#, required),
            (#""abc""#, number), (#""NaN""#, number), (#""Infinity""#, number), (#""-""#, number), (#""+1""#, number),
            (#""01""#, number), (#""1.""#, number), (#"".5""#, number), (#""1,5""#, number), (#""1 000""#, number),
            (#""0x10""#, number), (#""1e""#, number), (#""١""#, number), (#""1\u0000""#, number), ("true", number),
            ("[1]", number), (#"{"value": 1}"#, number),
            ("0.00001", places), (#""0.00001""#, places), ("1.23456", places), ("1e-5", places), ("1e-999", places),
            ("1e999", range), ("-1e999", range), (#""1e999""#, range), ("1000000000000", range),
            ("100000000000", range),
            ("-100000000000", range), ("1e11", range), ("99999999999999999999999999999999999999", range),
            ("1e99999999999999999999", range),
        ]
        try await expectFaults(cases.map { (#""value": \#($0.0)"#, "value", $0.1) })
    }

    @Test("a metric that is none of the seven is refused")
    func metrics() async throws {
        let required = "The metric type field is required."
        let invalid = "The selected metric type is invalid."
        let cases: [(String, String)] = [
            ("null", required), (#""""#, required), (#""sales""#, invalid), (#""Revenue""#, invalid),
            (#""page-views""#, invalid), (#""revenue,users""#, invalid), ("5", invalid), ("true", invalid),
            (#"["revenue"]"#, invalid), (#""revenue\u0000""#, invalid),
            (#""\#(String(repeating: "revenue", count: 1000))""#, invalid),
        ]
        try await expectFaults(cases.map { (#""metric_type": \#($0.0)"#, "metric_type", $0.1) })
    }

    @Test("a day that is none, or none that counts, is refused")
    func days() async throws {
        let format = "The recorded at field must match the format Y-m-d."
        let cases: [(String, String)] = [
            (#""2026-02-30""#, format), (#""2026-02-29""#, format), (#""2026-13-01""#, format),
            (#""2026-00-10""#, format),
            (#""2026-11-5""#, format), (#""26-11-05""#, format), (#""23.11.2026""#, format), (#""2026/11/23""#, format),
            (#""2026-11-23T10:00:00Z""#, format), (#""today""#, format), (#""0000-01-01""#, format),
            ("20261123", format),
            ("true", format), ("[]", format), (#""2026-11-2\u0000""#, format), (#""２０２６-11-23""#, format),
            (#""2026-11-25""#, "The recorded at field must be a date before or equal to 2026-11-24."),
            (#""9999-12-31""#, "The recorded at field must be a date before or equal to 2026-11-24."),
            (#""1969-12-31""#, "The recorded at field must be a date after or equal to 1970-01-01."),
            (#""0001-01-01""#, "The recorded at field must be a date after or equal to 1970-01-01."),
        ]
        try await expectFaults(cases.map { (#""recorded_at": \#($0.0)"#, "recorded_at", $0.1) })
    }

    @Test("a category or source that is too long or no text is refused", arguments: ["category", "source"])
    func labels(field: String) async throws {
        let string = "The \(field) field must be a string."
        let long = "The \(field) field must not be greater than 100 characters."
        let unprintable = "The \(field) field must not contain U+0000 or half of a surrogate pair."
        let cases: [(String, String)] = [
            ("5", string), ("true", string), ("[]", string), (#"{"name": "Books"}"#, string),
            (#""\#(String(repeating: "x", count: 101))""#, long), (#""\#(String(repeating: "😀", count: 101))""#, long),
            (#""\#(String(repeating: "e\u{301}", count: 51))""#, long), (#""\u0000""#, unprintable),
            (#""Books\u0000""#, unprintable), (#""\ud800""#, unprintable), (#""Books \ude00!""#, unprintable),
        ]
        try await expectFaults(cases.map { (#""\#(field)": \#($0.0)"#, field, $0.1) })
    }

    @Test("every fault is named at once, in the order of the fields")
    func allFaults() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let several = try await api.ingest(
                #"{"source": 5, "category": [], "recorded_at": "soon", "value": "x", "metric_type": "y"}"#, token: token
            )
            let empty = try await api.ingest("{}", token: token)

            #expect(
                several.body == #"{"message":"The selected metric type is invalid. (and 4 more errors)","#
                    + #""code":"validation_failed","errors":{"metric_type":["The selected metric type is invalid."],"#
                    + #""value":["The value field must be a number."],"#
                    + #""recorded_at":["The recorded at field must match the format Y-m-d."],"#
                    + #""category":["The category field must be a string."],"#
                    + #""source":["The source field must be a string."]},"request_id":"ID"}"#)
            let missing =
                #"{"message":"The metric type field is required. (and 1 more error)","code":"validation_failed","#
                + #""errors":{"metric_type":["The metric type field is required."],"#
                + #""value":["The value field is required."]},"request_id":"ID"}"#
            #expect(empty.body == missing)
            for json in ["", "null", "[]", "5", #""revenue""#, #"[{"metric_type": "revenue", "value": 1}]"#] {
                #expect(try await api.ingest(json, token: token).body == missing, "\(json)")
            }
            #expect(try await api.total(token: token) == 0)
        }
    }

    @Test("a body that is not JSON is 400, and the message says what is wrong and at which byte")
    func malformed() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let cases = [
                (#"{"metric_type":"revenue","value":NaN}"#, "expected a value at byte 33"),
                (#"{"metric_type":"revenue","value":Infinity}"#, "expected a value at byte 33"),
                (#"{"metric_type":"revenue","value":01}"#, "expected , or } at byte 34"),
                (#"{"metric_type":"revenue","value":1,}"#, "expected a name in quotation marks at byte 35"),
                (#"{"metric_type":"revenue","value":1"#, "unexpected end, expected , or } at byte 34"),
                (#"{"metric_type":"rev"#, "unexpected end, expected a closing quotation mark at byte 19"),
                (#"{"metric_type":"revenue","value":1}}"#, "expected nothing more at byte 35"),
                ("metric_type=revenue&value=1", "expected a value at byte 0"),
                ("{", "unexpected end, expected a name in quotation marks at byte 1"),
                (" ", "unexpected end, expected a value at byte 1"),
                (String(repeating: "[", count: 100_000), "more than 64 levels of nesting at byte 64"),
            ]
            for (json, reason) in cases {
                let answer = try await api.ingest(json, token: token)

                #expect(answer.status == .badRequest, "\(json.prefix(50))")
                #expect(
                    answer.body == refusal("The body is not valid JSON: \(reason).", "malformed_body"),
                    "\(json.prefix(50))")
            }
            #expect(try await api.total(token: token) == 0)
        }
    }

    @Test("a body that is not UTF-8 is 400 with the byte, also in a field that nobody asks for")
    func notUTF8() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let start = Array(#"{"metric_type":"revenue","value":1,"note":""#.utf8)
            for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]]
            {
                let answer = try await api.send(
                    .post, "/api/v1/analytics", token: token, body: start + bytes + Array(#""}"#.utf8))

                #expect(answer.status == .badRequest)
                #expect(
                    answer.body
                        == refusal(
                            "The body is not valid JSON: a byte that is not UTF-8 at byte 43.", "malformed_body"))
            }
            #expect(try await api.total(token: token) == 0)
        }
    }

    @Test("a thousand categories of a metric are enough")
    func categories() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.execute(
                """
                INSERT INTO category (workspace_id, metric, id, name, point_count)
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000)
                SELECT 1, 1, n, 'c' || n, 0 FROM number
                """)
            let new = #"{"metric_type": "revenue", "value": 1, "category": "new"}"#

            let refused = try await api.ingest(new, token: token)
            let known = try await api.ingest(new.replacing("new", with: "c1000"), token: token)
            let other = try await api.ingest(new.replacing("revenue", with: "orders"), token: token)

            #expect(refused.status == .unprocessableContent)
            #expect(
                refused.body
                    == fault(
                        "category",
                        "The category field must not name more than 1000 different categories of a metric."))
            #expect([known.status, other.status] == [.created, .created])
            #expect(try await api.total(token: token) == 2)
        }
    }

    @Test("a day's total does not leave 64 bits: the point that would take it there is refused")
    func dayTotal() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let point = #"{"metric_type": "revenue", "value": 1}"#
            _ = try await api.ingest(point, token: token)
            try await api.execute("UPDATE daily_rollup SET value_sum = \(Int64.max - 9_999)")

            let refused = try await api.ingest(point, token: token)
            let smaller = try await api.ingest(point.replacing("1", with: "0.9999"), token: token)
            let kpi = try await api.get("/api/v1/analytics/kpi", token: token)

            #expect(refused.status == .unprocessableContent)
            #expect(
                refused.body
                    == fault(
                        "value", "The value field must not take the day's total beyond ±922337203685477.5807."))
            #expect(smaller.status == .created)
            #expect(kpi.text.contains(#""revenue":{"value":922337203685477.5807,"previous_value":0,"#))
            #expect(try await api.total(token: token) == 2)
        }
    }
}
