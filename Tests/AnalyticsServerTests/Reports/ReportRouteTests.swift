import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Logging
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct ReportRouteTests {
    private static let path = "/api/v1/reports"

    private func create(_ api: TestAPI, _ json: String, token: String) async throws -> Answer {
        try await api.send(.post, Self.path, token: token, json: json)
    }

    private func makeReports(_ api: TestAPI) async throws {
        try await MakeReports(
            queue: ReportQueue(database: api.database), logger: Logger(label: "reports"), now: { api.clock.now }
        ).run()
    }

    @Test("a report is a draft, then completed, and each download of it has the same bytes")
    func story() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.ingest(
                #"{"metric_type": "revenue", "value": 1234.5, "category": "Shop"}"#, token: token)

            let created = try await create(api, #"{"name": "Sales", "type": "weekly"}"#, token: token)
            let early = try await api.get(Self.path + "/1/download", token: token)
            try await makeReports(api)
            let report = try await api.get(Self.path + "/1", token: token)

            #expect(created.status == .created)
            #expect(created["data.status"] as? String == "draft")
            #expect(created["data.period_from"] as? String == "2026-11-17")
            #expect(created["data.period_to"] as? String == "2026-11-23")
            #expect(early.status == .conflict)
            #expect(report["data.status"] as? String == "completed")
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 5}"#, token: token)
            for (format, begin) in [("pdf", "%PDF-"), ("csv", "section,"), ("html", "<!DOCTYPE html>")] {
                let file = try await api.get(Self.path + "/1/download?format=\(format)", token: token)
                let again = try await api.get(Self.path + "/1/download?format=\(format)", token: token)
                #expect(file.status == .ok)
                #expect(file.bytes.starts(with: begin.utf8), "\(format)")
                #expect(file.bytes == again.bytes)
                let etag = try #require(file.headers[.eTag])
                let known = try await api.get(
                    Self.path + "/1/download?format=\(format)", token: token, headers: [.ifNoneMatch: etag])
                #expect(known.status == .notModified)
                if format == "pdf" { #expect(etag == "\"\(report["data.sha256"] as? String ?? "")\"") }
            }
            let csv = try await api.get(Self.path + "/1/download?format=csv", token: token).text
            #expect(csv.contains("1234.5"))
        }
    }

    @Test("a time without an offset is of the workspace, one that is past runs now for its day")
    func times() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(
                .patch, "/api/v1/workspace", token: token, json: #"{"timezone": "Europe/Berlin"}"#)

            let local = try await create(
                api, #"{"name": "Later", "type": "daily", "scheduled_at": "2026-12-01T07:00:00"}"#, token: token)
            let past = try await create(
                api, #"{"name": "Past", "type": "monthly", "scheduled_at": "2026-10-31T23:30:00Z"}"#, token: token)
            try await makeReports(api)
            let list = try await api.get(Self.path + "?status=completed", token: token)

            #expect(local["data.scheduled_at"] as? String == "2026-12-01T06:00:00.000Z")
            // Half past midnight in Berlin.
            #expect(past["data.period_to"] as? String == "2026-11-01")
            #expect(list["meta.total"] as? Int == 1)
            #expect(list["data.0.name"] as? String == "Past")
            let weekly = try await api.get(Self.path + "?type=weekly", token: token)
            #expect(weekly["meta.total"] as? Int == 0)
        }
    }

    @Test(
        "what is wrong with a report is named",
        arguments: [
            (#"{"type": "daily"}"#, "name"), (#"{"name": "A", "type": "yearly"}"#, "type"), (#"{"name": "A"}"#, "type"),
            (#"{"name": "A", "type": "daily", "scheduled_at": "tomorrow"}"#, "scheduled_at"),
            (#"{"name": "A", "type": "daily", "scheduled_at": 5}"#, "scheduled_at"),
            (#"{"name": "A", "type": "daily", "repeat": "often"}"#, "repeat"),
            (#"{"name": "A", "type": "daily", "recipients": "ada@example.com"}"#, "recipients"),
            (#"{"name": "A", "type": "daily", "recipients": ["nobody"]}"#, "recipients.0"),
            (
                #"{"name": "A", "type": "daily", "recipients": ["#
                    + (0...50).map { #""a\#($0)@b.de""# }
                    .joined(separator: ",") + "]}", "recipients"
            ),
            (#"{"name": "\#(String(repeating: "x", count: 10_000))", "type": "daily"}"#, "name"),
        ])
    func refusals(json: String, field: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await create(api, json, token: token)

            #expect(answer.status == .unprocessableContent)
            let errors = answer["errors"] as? [String: Any]
            #expect(errors?.keys.sorted() == [field])
        }
    }

    @Test("a report that repeats has a schedule that is paused, resumed, run and removed")
    func schedules() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let path = "/api/v1/report-schedules"
            let first = try await create(
                api, #"{"name": "Weekly", "type": "weekly", "repeat": true, "scheduled_at": "2026-11-30T06:00:00Z"}"#,
                token: token)

            let listed = try await api.get(path, token: token)
            let paused = try await api.send(.patch, path + "/1", token: token, json: #"{"is_active": false}"#)
            let fixed = try await api.send(.patch, path + "/1", token: token, json: #"{"type": "daily"}"#)
            let run = try await api.send(.post, path + "/1/run", token: token, json: "{}")
            try await makeReports(api)
            let renamed = try await api.send(
                .patch, path + "/1", token: token,
                json: #"{"is_active": true, "name": "Numbers", "recipients": ["ada@example.com"]}"#)
            let deleted = try await api.send(.delete, path + "/1", token: token)
            let left = try await api.get(Self.path, token: token)
            let log = try await api.get("/api/v1/audit-log", token: token)

            #expect(first["data.schedule_id"] as? Int == 1)
            #expect(first["data.period_to"] as? String == "2026-11-29")
            #expect(listed["data.0.next_run_at"] as? String == "2026-12-07T06:00:00.000Z")
            #expect(listed["data.0.at"] as? String == "06:00")
            #expect(paused["data.next_run_at"] is String == false)
            #expect(fixed.status == .unprocessableContent)
            #expect(run.status == .created)
            #expect(run["data.period_from"] as? String == "2026-11-16")
            #expect(run["data.period_to"] as? String == "2026-11-22")
            #expect(renamed["data.name"] as? String == "Numbers")
            #expect(renamed["data.next_run_at"] as? String == "2026-12-07T06:00:00.000Z")
            #expect(deleted.status == .ok)
            // The first, which waited, went with the schedule; the one that was run stays.
            #expect(left["meta.total"] as? Int == 1)
            #expect(left["data.0.status"] as? String == "completed")
            for action in ["created", "updated", "run", "deleted"] {
                #expect(log.text.contains("\"report_schedule.\(action)\""), "\(action)")
            }
        }
    }

    @Test("a report is asked for once for each idempotency key")
    func once() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let key: HTTPFields = [.idempotencyKey: "r-1"]
            let json = #"{"name": "Sales", "type": "daily"}"#

            let first = try await api.send(.post, Self.path, token: token, json: json, headers: key)
            let second = try await api.send(.post, Self.path, token: token, json: json, headers: key)

            #expect(first.text == second.text)
            #expect(try await api.get(Self.path, token: token)["meta.total"] as? Int == 1)
        }
    }

    @Test("a removed report is gone with its files")
    func removed() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await create(api, #"{"name": "Sales", "type": "daily"}"#, token: token)
            try await makeReports(api)

            let deleted = try await api.send(.delete, Self.path + "/1", token: token)

            #expect(deleted.status == .ok)
            #expect(try await api.get(Self.path + "/1/download", token: token).status == .notFound)
        }
    }
}
