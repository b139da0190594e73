import AnalyticsCore
import AnalyticsServer
import AnalyticsStore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@Suite struct ImportRoutesTests {
    @Test("an import is made, its file sent, and all of it is there at once")
    func whole() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let made = try await api.send(
                .post, imports, token: token, json: #"{"name": " Sales ", "alerts": "none"}"#)
            let waiting = try await api.get("\(imports)/1", token: token)
            let sent = try await api.put(1, GeneratedSales.csv, token: token)
            let found = try await api.get("\(imports)/1", token: token)
            let list = try await api.get(imports, token: token)

            #expect(made.status == .created)
            #expect(
                made.text == #"{"data":{"id":1,"name":"Sales","format":"csv","alerts":"none","dry_run":false,"#
                    + #""status":"waiting","record_count":0,"bytes_read":0,"bytes_total":null,"error_count":0,"#
                    + #""errors":{},"failure":null,"user":{"id":1,"name":"Ada Lovelace"},"#
                    + #""created_at":"2026-11-23T10:00:00.000Z","started_at":null,"finished_at":null}}"#)
            #expect(waiting.text == made.text)
            #expect(sent.status == .ok)
            let size = GeneratedSales.csv.utf8.count
            #expect(
                sent.text == #"{"data":{"id":1,"name":"Sales","format":"csv","alerts":"none","dry_run":false,"#
                    + #""status":"completed","record_count":600,"bytes_read":\#(size),"bytes_total":\#(size),"#
                    + #""error_count":0,"errors":{},"failure":null,"user":{"id":1,"name":"Ada Lovelace"},"#
                    + #""created_at":"2026-11-23T10:00:00.000Z","started_at":"2026-11-23T10:00:00.000Z","#
                    + #""finished_at":"2026-11-23T10:00:00.000Z"}}"#)
            #expect(found.text == sent.text)
            #expect(list["data.0.id"] as? Int == 1)
            #expect(list["meta.total"] as? Int == 1)
            #expect(try await api.total(token: token) == GeneratedSales.count)
        }
    }

    @Test("NDJSON is read with the media type of NDJSON or none, and days move with last_day")
    func ndjson() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(.post, imports, token: token, json: #"{"name": "n", "format": "ndjson"}"#)
            let text =
                #"{"metric_type":"users","value":3,"recorded_at":"2020-02-28"}"# + "\n\n"
                + #"{"metric_type":"users","value":"4.5","recorded_at":"2020-02-29"}"#

            let asCSV = try await api.put(1, text, as: "text/csv", token: token)
            let asJSON = try await api.put(1, text, as: "application/json", token: token)
            let badDay = try await api.put(
                1, text, as: "application/x-ndjson", query: "?last_day=soon", token: token)
            let sent = try await api.put(
                1, text, as: "application/x-ndjson; charset=utf-8", query: "?last_day=2020-02-29", token: token)
            let list = try await api.get("/api/v1/analytics", token: token)

            #expect([asCSV.status, asJSON.status] == [.unsupportedMediaType, .unsupportedMediaType])
            #expect(
                asCSV.body
                    == refusal("The body must be of the media type application/x-ndjson.", "unsupported_media_type"))
            #expect(badDay.body == fault("last_day", "The last day field must match the format Y-m-d."))
            #expect(sent["data.record_count"] as? Int == 2)
            #expect(list["data.0.recorded_at"] as? String == "2026-11-23")
            #expect(list["data.1.recorded_at"] as? String == "2026-11-22")
        }
    }

    @Test("what is wrong with a request for an import is named, all of it")
    func faults() async throws {
        try await withAPI { api in
            let token = try await api.register()

            let empty = try await api.send(.post, imports, token: token, json: "{}")
            let wrong = try await api.send(
                .post, imports, token: token,
                json: """
                    {"name": "\(String(repeating: "n", count: 101))", "format": "xml", "alerts": 1, "dry_run": "y"}
                    """)

            #expect(empty.body == fault("name", "The name field is required."))
            #expect(
                wrong["errors"] as? [String: [String]] == [
                    "name": ["The name field must not be greater than 100 characters."],
                    "format": ["The selected format is invalid. It must be csv or ndjson."],
                    "alerts": ["The selected alerts is invalid. It must be all or none."],
                    "dry_run": ["The dry run field must be true or false."],
                ])
            #expect(try await api.get(imports, token: token)["meta.total"] as? Int == 0)
        }
    }

    @Test("a bad file is refused by its lines, stays invisible, and can be sent again when it is mended")
    func failure() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.makeImport(token: token)
            let good = String(repeating: "orders,1,2026-11-01,Books\n", count: 9_000)
            let bad = "metric_type,value,recorded_at,category\n\(good)orders,x,,\norders,1,2026-11-31,\n"

            let refused = try await api.put(1, bad, token: token)
            let failed = try await api.get("\(imports)/1", token: token)
            let total = try await api.total(token: token)
            let mended = bad.replacing("orders,x,,\norders,1,2026-11-31,\n", with: "")
            let again = try await api.put(1, mended, token: token)

            let errors = [
                "lines.9002.value": ["The value field must be a number."],
                "lines.9003.recorded_at": ["The recorded at field must match the format Y-m-d."],
            ]
            #expect(refused.status == .unprocessableContent)
            #expect(refused["errors"] as? [String: [String]] == errors)
            #expect(failed["data.status"] as? String == "failed")
            #expect(failed["data.errors"] as? [String: [String]] == errors)
            #expect(failed["data.error_count"] as? Int == 2)
            #expect(failed["data.failure"] as? String == "The value field must be a number. (and 1 more error)")
            #expect(failed["data.record_count"] as? Int == 0)
            #expect(failed["data.bytes_read"] as? Int == bad.utf8.count)
            #expect(failed["data.finished_at"] as? String == "2026-11-23T10:00:00.000Z")
            #expect(total == 0)
            #expect(again["data.status"] as? String == "completed")
            #expect(again["data.errors"] as? [String: [String]] == [:])
            #expect(try await api.total(token: token) == 9_000)
        }
    }

    @Test("of many faults a hundred are listed, in the answer and afterwards, and all are counted")
    func manyFaults() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.makeImport(token: token)

            let refused = try await api.put(
                1, "metric_type,value\n" + String(repeating: "orders,x\n", count: 150), token: token)
            let failed = try await api.get("\(imports)/1", token: token)

            let errors = try #require(refused["errors"] as? [String: [String]])
            #expect(errors.count == 101)
            #expect(errors["lines"] == ["There are 50 more faults."])
            #expect(failed["data.errors"] as? [String: [String]] == errors)
            #expect(failed["data.error_count"] as? Int == 150)
        }
    }

    @Test("a complete import takes no second file")
    func second() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.makeImport(token: token)
            _ = try await api.put(1, "metric_type,value\nusers,1\n", token: token)

            let second = try await api.put(1, "metric_type,value\nusers,1\n", token: token)

            #expect(
                second.body
                    == refusal("The import is complete. Make another one for another file.", "conflict"))
            #expect(try await api.total(token: token) == 1)
        }
    }

    @Test("a dry run tells what would be refused, and stores nothing")
    func dryRun() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.makeImport(#"{"name": "try", "dry_run": true}"#, token: token)
            try await api.makeImport(#"{"name": "try", "dry_run": 1}"#, token: token)
            let header = "metric_type,value,recorded_at,category\n"
            let many = (0...1000).map { "orders,1,2026-11-01,c\($0)\n" }.joined()
            let before = try await api.get("/api/v1/analytics", token: token)

            let fit = try await api.put(1, header + "orders,1,2026-11-01,a\n", token: token)
            let unfit = try await api.put(2, header + many, token: token)

            #expect(fit["data.status"] as? String == "completed")
            #expect(fit["data.dry_run"] as? Bool == true)
            #expect(fit["data.record_count"] as? Int == 1)
            #expect(
                unfit.body
                    == fault(
                        "lines.1002.category",
                        "The category field must not name more than 1000 different categories of a metric."))
            #expect(try await api.get("/api/v1/analytics", token: token).text == before.text)
            for rows in ["data_point", "data_import_day", "data_import_rollup", "category WHERE id > 0"] {
                #expect(try await api.number("SELECT COUNT(*) FROM \(SQL(trusted: rows))") == 0, "\(rows)")
            }
            let deleted = try await api.send(.delete, "\(imports)/1", token: token)
            #expect(deleted.text == #"{"message":"Import deleted successfully."}"#)
        }
    }

    @Test("undone, every answer is byte by byte what it was, with what was ingested meanwhile")
    func undo() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let point = { (value: String, day: String) in
                #"{"metric_type": "revenue", "value": \#(value), "recorded_at": "\#(day)", "category": "France"}"#
            }
            _ = try await api.ingest(point("10.5", "2011-01-02"), token: token)
            _ = try await api.ingest(point("-3", "2011-01-04"), token: token)
            let before = try await api.answers(token: token)
            try await api.makeImport(token: token)
            _ = try await api.put(1, GeneratedSales.csv, token: token)
            let during = try await api.answers(token: token)

            let undone = try await api.send(.delete, "\(imports)/1", token: token)
            let after = try await api.answers(token: token)

            #expect(undone.text == #"{"message":"Import undone successfully."}"#)
            #expect(zip(before, during).allSatisfy { $0 != $1 })
            #expect(after == before)
            #expect(try await api.get("\(imports)/1", token: token).status == .notFound)
            #expect(try await api.send(.delete, "\(imports)/1", token: token).status == .notFound)
            #expect(try await api.get(imports, token: token)["meta.total"] as? Int == 0)

            // The same once more, with a point that comes between.
            try await api.makeImport(token: token)
            _ = try await api.put(2, GeneratedSales.csv, token: token)
            let live = try await api.ingest(point("99", "2011-01-03"), token: token)
            _ = try await api.send(.delete, "\(imports)/2", token: token)
            let id = try #require(live["data.id"] as? Int)
            let list = try await api.get("/api/v1/analytics?per_page=100", token: token)
            #expect(list["meta.total"] as? Int == 3)
            #expect(list["data.1.id"] as? Int == id)
            _ = try await api.send(.delete, "/api/v1/analytics/\(id)", token: token)
            #expect(try await api.answers(token: token) == before)
        }
    }

    @Test("an import that waits or failed is deleted, and nobody can send it a file any more")
    func delete() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.makeImport(token: token)
            try await api.makeImport(token: token)
            _ = try await api.put(2, "metric_type\n", token: token)

            for id in 1...2 {
                let deleted = try await api.send(.delete, "\(imports)/\(id)", token: token)
                #expect(deleted.text == #"{"message":"Import deleted successfully."}"#)
                let late = try await api.put(id, "metric_type,value\nusers,1\n", token: token)
                #expect(late.body == refusal("Not found.", "not_found"))
            }
            #expect(try await api.total(token: token) == 0)
        }
    }

    @Test("imports of others are unknown, whatever one does with them")
    func isolation() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let stranger = try await api.register(email: "stranger@example.com")
            try await api.makeImport(token: token)
            _ = try await api.put(1, "metric_type,value\nusers,1\n", token: token)

            let answers = [
                try await api.get("\(imports)/1", token: stranger),
                try await api.put(1, "metric_type,value\nusers,1\n", token: stranger),
                try await api.send(.delete, "\(imports)/1", token: stranger),
                try await api.get("\(imports)/x", token: token), try await api.get("\(imports)/01", token: token),
            ]

            #expect(answers.allSatisfy { $0.body == refusal("Not found.", "not_found") })
            #expect(try await api.get(imports, token: stranger)["meta.total"] as? Int == 0)
            #expect(try await api.total(token: token) == 1)
        }
    }

    @Test("a repeated request for an import makes no second one")
    func idempotency() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let key: HTTPFields = [.init("Idempotency-Key")!: "k"]
            let json = #"{"name": "once"}"#

            let first = try await api.send(.post, imports, token: token, json: json, headers: key)
            let second = try await api.send(.post, imports, token: token, json: json, headers: key)
            let other = try await api.send(.post, imports, token: token, json: #"{"name": "b"}"#, headers: key)

            #expect(first.status == .created)
            #expect(second.text == first.text)
            #expect(second.headers[.init("Idempotency-Replayed")!] == "true")
            #expect(other.status == .unprocessableContent)
            #expect(try await api.get(imports, token: token)["meta.total"] as? Int == 1)
        }
    }

    @Test("the list has pages and cursors as every list")
    func pages() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for _ in 0..<5 { try await api.makeImport(token: token) }

            let first = try await api.get("\(imports)?per_page=2", token: token)
            let cursor = try #require(first["meta.next_cursor"] as? String)
            let next = try await api.get("\(imports)?per_page=2&cursor=\(cursor)", token: token)
            let last = try await api.get("\(imports)?per_page=2&page=3", token: token)

            #expect((first["data"] as? [[String: Any]])?.map { $0["id"] as? Int } == [5, 4])
            #expect((next["data"] as? [[String: Any]])?.map { $0["id"] as? Int } == [3, 2])
            #expect((last["data"] as? [[String: Any]])?.map { $0["id"] as? Int } == [1])
            #expect(first["meta.total"] as? Int == 5)
            #expect(first["meta.last_page"] as? Int == 3)
        }
    }

    @Test("making an import and sending its file count as ingest, looking at it does not")
    func quotas() async throws {
        var settings = API.Settings.unlimited()
        settings.limits = RateLimits(auth: 0, ingest: 2, other: 0)
        try await withAPI(settings: settings) { api in
            let token = try await api.register()

            try await api.makeImport(token: token)
            let sent = try await api.put(1, "metric_type,value\nusers,1\n", token: token)
            let third = try await api.send(.post, imports, token: token, json: #"{"name": "a"}"#)
            let looked = try await api.get("\(imports)/1", token: token)

            #expect(sent.headers[.init("X-RateLimit-Remaining")!] == "0")
            #expect(third.status == .tooManyRequests)
            #expect(looked.status == .ok)
        }
    }
}
