import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct BatchTests {
    private static let path = "/api/v1/analytics/batch"

    private func send(
        _ api: TestAPI, _ text: String, as type: String = "application/json", token: String,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        headers[.contentType] = type
        return try await api.send(.post, Self.path, token: token, body: Array(text.utf8), headers: headers)
    }

    private func errors(_ answer: Answer) -> [String: [String]]? { answer["errors"] as? [String: [String]] }

    @Test(
        "the same records are stored of JSON, NDJSON and CSV",
        arguments: [
            (
                "application/json",
                #" {"source": [1, {"a": "]"}], "records": [ {"metric_type":"revenue","value":10.5,"category":"A, \"b\"\u0021"},"#
                    + #"{"value":"3","metric_type":"orders","recorded_at":"2026-11-20","x":{"y":[]}} ] , "n": null} "#
            ),
            (
                "application/x-ndjson; charset=utf-8",
                #"{"metric_type":"revenue","value":10.5,"category":"A, \"b\"!"}"# + "\r\n \n"
                    + #"{"metric_type":"orders","value":3,"recorded_at":"2026-11-20"}"#
            ),
            (
                "text/csv",
                "\u{FEFF}metric_type,value,category,recorded_at\r\nrevenue,10.5,\"A, \"\"b\"\"!\",\r\n\norders,3,,2026-11-20\r\n"
            ),
        ])
    func formats(type: String, text: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await send(api, text, as: type, token: token)
            let list = try await api.get("/api/v1/analytics", token: token)

            #expect(answer.status == .created)
            #expect(answer["data.accepted"] as? Int == 2)
            #expect(answer["alerts"] as? [String] == [])
            let records = try #require(list["data"] as? [[String: Any]])
            #expect(
                records.map { $0["id"] as? Int }
                    == [answer["data.first_id"], answer["data.last_id"]].map { $0 as? Int })
            #expect(records.map { $0["metric_type"] as? String } == ["revenue", "orders"])
            #expect(records.map { $0["category"] as? String } == ["A, \"b\"!", nil])
            #expect(records.map { $0["recorded_at"] as? String } == ["2026-11-23", "2026-11-20"])
        }
    }

    @Test("ten thousand records are taken at once, and one more is too many")
    func mostRecords() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let record = #"{"metric_type":"revenue","value":1}"#
            let list = { (count: Int) in
                #"{"records":["# + Array(repeating: record, count: count).joined(separator: ",") + "]}"
            }

            let tooMany = try await send(api, list(10_001), token: token)
            #expect(try await api.total(token: token) == 0)
            let most = try await send(api, list(10_000), token: token)

            #expect(tooMany.status == .unprocessableContent)
            #expect(errors(tooMany) == ["records": ["The records field must not have more than 10000 items."]])
            #expect(most["data.accepted"] as? Int == 10_000)
            #expect(try await api.total(token: token) == 10_000)
            #expect(try await api.number("SELECT SUM(value_sum) FROM daily_rollup") == 100_000_000)
        }
    }

    @Test("one bad record of ten thousand is named, and none of them is stored")
    func oneBadRecord() async throws {
        try await withAPI { api in
            let token = try await api.register()
            var lines = Array(repeating: "revenue,1", count: 10_000)
            lines[6_000] = "revenue,1.23456"
            lines[7_000] = "revenue,1,2"
            let answer = try await send(
                api, "metric_type,value\n" + lines.joined(separator: "\n"), as: "text/csv", token: token)

            #expect(answer.status == .unprocessableContent)
            #expect(
                errors(answer) == [
                    "lines.6002.value": ["The value field must have 0-4 decimal places."],
                    "lines.7002": ["The line has 3 fields, the header 2."],
                ])
            #expect(try await api.total(token: token) == 0)
        }
    }

    @Test("of more than a hundred faults the others are counted")
    func manyFaults() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let answer = try await send(
                api, Array(repeating: "{}", count: 60).joined(separator: "\n"), as: "application/x-ndjson",
                token: token)

            let errors = errors(answer) ?? [:]
            #expect(errors["lines.1.value"] == ["The value field is required."])
            #expect(errors["lines.50.value"] == ["The value field is required."])
            #expect(errors["lines.51.value"] == nil)
            #expect(errors["lines"] == ["There are 20 more faults."])
        }
    }

    @Test(
        "what is no batch is refused with the reason, and nothing is stored",
        arguments: [
            ("application/json", "", 422, "records", "The records field is required."),
            ("application/json", "{}", 422, "records", "The records field is required."),
            ("application/json", #"{"records":[]}"#, 422, "records", "The records field is required."),
            ("application/json", #"{"records":{}}"#, 422, "records", "The records field must be an array."),
            ("application/json", "[1]", 422, "records", "The body must be a JSON object with a list of records."),
            ("application/json", #"{"records":[7]}"#, 422, "records.0", "The record must be a JSON object."),
            (
                "application/json", #"{"records":[],"records":[]}"#, 422, "records",
                "The records field must be there only once."
            ),
            ("application/x-ndjson", "", 422, "lines.1", "The file has no data."),
            (
                "application/x-ndjson", #"{"metric_type":"#, 422, "lines.1",
                "The line is not valid JSON: unexpected end, expected a value at its byte 15."
            ),
            ("application/x-ndjson", "\n[1]\n", 422, "lines.2", "The line must be a JSON object."),
            ("text/csv", "", 422, "lines.1", "The file has no data."),
            ("text/csv", "metric_type,value\n", 422, "lines.1", "The file has no data."),
            ("text/csv", "metric_type,amount\nrevenue,1\n", 422, "lines.1", "The column \"amount\" is unknown."),
            (
                "text/csv", "metric_type,value\n\"revenue,1\n", 422, "lines.2",
                "A quotation mark is opened and never closed."
            ),
            (
                "application/x-ndjson", "{\"a\":\"" + String(repeating: "x", count: 70_000) + "\"}", 422, "lines.1",
                "The line has more than 65536 bytes."
            ),
        ])
    func refusals(type: String, text: String, status: Int, field: String, reason: String) async throws {
        try await withAPI { api in
            let token = try await api.register()
            let answer = try await send(api, text, as: type, token: token)
            #expect(answer.status.code == status)
            #expect(errors(answer)?[field]?.first?.hasPrefix(reason) == true, "\(answer.text)")
            #expect(try await api.total(token: token) == 0)
        }
    }

    @Test(
        "JSON that is none is refused with the byte at which it breaks",
        arguments: [
            (#"{"records":[{"metric_type":"revenue","value":1},]}"#, "expected a value", 48),
            (#"{"records":[{"metric_type":"revenue","value":1}}"#, "expected , or ]", 47),
            (#"{"records":[{"metric_type":"revenue" "value":1}]}"#, "expected , or }", 37),
            (#"{"records":[]]"#, "expected , or }", 13),
            (#"{"records":[]} x"#, "expected nothing more", 15),
            (#"{"records":[{"value":1}"#, "unexpected end, the object must be closed", 23),
            (#"{"records":[{"value":"#, "unexpected end, expected a value", 21),
            (#"{"records":["#, "unexpected end, expected a value", 12),
            (#"{"records":"#, "unexpected end, expected a value", 11),
            (#"{"records""#, "unexpected end, expected :", 10),
            (#"{"a":01,"records":[]}"#, "expected nothing more", 6),
            (#"{a:1}"#, "expected a name in quotation marks", 1),
        ])
    func malformed(text: String, reason: String, byte: Int) async throws {
        try await withAPI { api in
            let token = try await api.register()
            let answer = try await send(api, text, token: token)
            #expect(answer.status == .badRequest)
            #expect(answer["message"] as? String == "The body is not valid JSON: \(reason) at byte \(byte).")
        }
    }

    @Test("a body that arrives byte by byte is read as one that arrives at once", arguments: RecordFormat.allCases)
    func everyPiece(format: RecordFormat) throws {
        let text =
            switch format {
            case .json:
                #"{"a":"\"]}","records":[{"metric_type":"revenue","value":1.5,"category":"é\\"},{"metric_type":"users","value":2}]}"#
            case .ndjson:
                #"{"metric_type":"revenue","value":1.5,"category":"é\\"}"# + "\n"
                    + #"{"metric_type":"users","value":2}"#
            case .csv: "metric_type,value,category\nrevenue,1.5,é\\\nusers,2,"
            }
        for size in [1, 2, 3, 7, 1_000] {
            var parser = format.parser
            var records = RecordGatherer(format, today: .epoch)
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                try parser.read(Array(bytes[start..<min(start + size, bytes.count)]), into: &records)
            }
            try parser.finish(into: &records)
            try records.check()
            let points = records.handOn().points
            #expect(points.map(\.metric) == [.revenue, .users], "\(size)")
            #expect(points.map(\.category?.text) == ["é\\", nil], "\(size)")
            #expect(points.map(\.value.description) == ["1.5", "2"], "\(size)")
        }
    }

    @Test("too large, compressed and of another type a batch is refused")
    func refusedBodies() async throws {
        var settings = API.Settings.unlimited()
        settings.batches.bytes = 1024
        try await withAPI(settings: settings) { api in
            let token = try await api.register()
            let large = try await send(api, String(repeating: " ", count: 1025), token: token)
            let compressed = try await send(api, "{}", token: token, headers: [.contentEncoding: "gzip"])
            let other = try await send(api, "{}", as: "application/xml", token: token)

            #expect(large.status == .contentTooLarge)
            #expect(large["message"] as? String == "The body must not exceed 1024 bytes.")
            #expect(compressed.status == .unsupportedMediaType)
            #expect(
                compressed["message"] as? String
                    == "The body must not be compressed: send it without Content-Encoding.")
            #expect(
                other["message"] as? String
                    == "The body must be of the media type application/json or application/x-ndjson or text/csv.")
        }
    }

    @Test("a batch repeated under its key is stored once, and another batch under that key is refused")
    func onceByKey() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let csv = "metric_type,value\nrevenue,1\nrevenue,2\n"
            let headers: HTTPFields = [.known("Idempotency-Key"): "night-1"]

            let first = try await send(api, csv, as: "text/csv", token: token, headers: headers)
            let again = try await send(api, csv, as: "text/csv", token: token, headers: headers)
            let other = try await send(api, csv + "users,1\n", as: "text/csv", token: token, headers: headers)

            #expect(first.status == .created)
            #expect(again.text == first.text)
            #expect(again.headers[.known("Idempotency-Replayed")] == "true")
            #expect(other.status == .unprocessableContent)
            #expect(try await api.total(token: token) == 2)
        }
    }

    @Test("a category too many is named by the record that would make it")
    func storeRefusal() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let csv = "metric_type,value,category\n" + (0...1000).map { "revenue,1,c\($0)" }.joined(separator: "\n")
            let answer = try await send(api, csv, as: "text/csv", token: token)

            #expect(answer.status == .unprocessableContent)
            #expect(
                errors(answer) == [
                    "lines.1002.category": [
                        "The category field must not name more than 1000 different categories of a metric."
                    ]
                ])
            #expect(try await api.total(token: token) == 0)
        }
    }
}
