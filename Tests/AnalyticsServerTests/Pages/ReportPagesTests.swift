import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Logging
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct ReportPagesTests {
    private static let reports = "/api/v1/reports"

    /// A page as a browser gets it whose session that token is.
    private func page(_ path: String, _ api: TestAPI, token: String) async throws -> Answer {
        try await api.get(path, headers: try await api.browser(with: token))
    }

    private func create(_ json: String, _ api: TestAPI, token: String) async throws {
        let answer = try await api.send(.post, Self.reports, token: token, json: json)
        #expect(answer.status == .created, "\(answer.text)")
    }

    private func makeReports(_ api: TestAPI) async throws {
        try await MakeReports(
            queue: ReportQueue(database: api.database), logger: Logger(label: "reports"), now: { api.clock.now }
        ).run()
    }

    @Test("a report is waiting, then ready with a link to each of its forms")
    func list() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let empty = try await page("/reports", api, token: token).text
            try await create(
                #"{"name": "Sales", "type": "weekly", "recipients": ["ada@example.com", "bob@example.com"]}"#, api,
                token: token)

            let waiting = try await page("/reports", api, token: token).text
            try await makeReports(api)
            let ready = try await page("/reports", api, token: token).text

            #expect(empty.contains("No reports yet"))
            #expect(empty.contains("No schedules"))
            #expect(waiting.contains(#"<span class="badge muted">waiting</span>"#))
            #expect(waiting.contains("Weekly · 17 Nov – 23 Nov 2026 · to ada@example.com and 1 more"))
            #expect(!waiting.contains("/download"))
            #expect(ready.contains(#"<section id="reports" class="card" data-live="report""#))
            #expect(ready.contains(#"<span class="badge good">ready</span>"#))
            for (format, label) in [("pdf", "PDF"), ("csv", "CSV"), ("html", "HTML")] {
                #expect(
                    ready.contains(
                        #"<a class="button small" href="/api/v1/reports/1/download?format=\#(format)" "#
                            + #"download="sales-2026-11-23.\#(format)" aria-label="\#(label): Sales">"#))
            }
            #expect(ready.contains(#"data-api="DELETE /api/v1/reports/1""#))
        }
    }

    @Test("reports are filtered by type and status, and the fields keep what was asked for")
    func filters() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await create(#"{"name": "First", "type": "daily"}"#, api, token: token)
            try await makeReports(api)
            try await create(#"{"name": "Second", "type": "monthly"}"#, api, token: token)

            let daily = try await page("/reports?type=daily&status=", api, token: token).text
            let draft = try await page("/reports?type=&status=draft", api, token: token).text
            let none = try await page("/reports?type=weekly", api, token: token).text
            let wrong = try await page("/reports?type=yearly", api, token: token)

            #expect(daily.contains("First") && !daily.contains("Second"))
            #expect(daily.contains(#"<option value="daily" selected>"#))
            #expect(!draft.contains("First") && draft.contains("Second"))
            #expect(draft.contains(#"<option value="draft" selected>"#))
            #expect(none.contains("Nothing like that"))
            #expect(wrong.status == .unprocessableContent)
            #expect(wrong.headers[.contentType] == "text/html; charset=utf-8")
        }
    }

    @Test("older reports stand behind a link that keeps the filter")
    func paging() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for number in 1...21 {
                try await create(#"{"name": "No. \#(number)", "type": "daily"}"#, api, token: token)
            }

            let first = try await page("/reports?type=daily", api, token: token).text
            let link = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/)).1.replacing("&amp;", with: "&")
            let second = try await page(String(link), api, token: token).text

            #expect(first.contains("No. 21") && first.contains("21 reports") && !first.contains("No. 1<"))
            #expect(second.contains("No. 1<") && !second.contains("No. 2<"))
            #expect(second.contains(#"href="/reports?type=daily">Newest"#))
            #expect(try await page("/reports?cursor=nonsense", api, token: token).status == .unprocessableContent)
        }
    }

    @Test(
        "a schedule shows its rhythm in the workspace's time zone and can be paused, resumed, run, edited and deleted")
    func schedules() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.send(
                .patch, "/api/v1/workspace", token: token, json: #"{"timezone": "Europe/Berlin"}"#)
            try await create(
                #"{"name": "Weekly", "type": "weekly", "repeat": true, "scheduled_at": "2026-11-30T07:00"}"#, api,
                token: token)

            let active = try await page("/reports", api, token: token).text
            _ = try await api.send(
                .patch, "/api/v1/report-schedules/1", token: token, json: #"{"is_active": false}"#)
            let paused = try await page("/reports", api, token: token).text
            let report = try await page("/reports/1", api, token: token).text

            #expect(active.contains("Every Monday at 07:00, about the last full week"))
            #expect(active.contains(#"Next: <time datetime="2026-12-07T06:00:00.000Z">7 Dec 2026, 07:00</time>"#))
            #expect(active.contains(#"<span class="badge muted">scheduled</span>"#))
            #expect(active.contains(#"data-body='{"is_active":false}'"#) && !active.contains("Resume: Weekly"))
            #expect(active.contains(#"data-api="POST /api/v1/report-schedules/1/run""#))
            #expect(active.contains(#"<form data-api="PATCH /api/v1/report-schedules/1""#))
            #expect(active.contains(#"data-api="DELETE /api/v1/report-schedules/1""#))
            #expect(paused.contains("Resume: Weekly") && !paused.contains("Next:"))
            // Its first report waits for the schedule.
            #expect(paused.matches(of: /<span class="badge muted">paused<\/span>/).count == 2)
            #expect(report.contains(#"<span class="badge muted">paused</span>"#))
        }
    }

    @Test("each role sees what it may do")
    func roles() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await create(#"{"name": "Sales", "type": "weekly", "repeat": true}"#, api, token: token)
            try await makeReports(api)

            let viewer = try await page("/reports", api, token: try await api.join(as: .viewer)).text
            let manager = try await page("/reports", api, token: try await api.join(as: .manager)).text
            let viewerToken = try await api.token(of: "viewer@example.com")
            let one = try await page("/reports/1", api, token: viewerToken).text

            // Beside the log-out of every page.
            #expect(viewer.matches(of: /data-api=/).count == 1 && !viewer.contains("<dialog"))
            #expect(viewer.contains("Sales") && viewer.contains("/api/v1/reports/1/download?format=csv"))
            #expect(one.matches(of: /data-api=/).count == 1)
            #expect(manager.contains(#"<form data-api="POST /api/v1/reports""#))
            #expect(manager.contains("Pause: Sales") && !manager.contains("DELETE /api/v1/reports/"))
            let nobody = try await api.get("/reports")
            #expect(nobody.status == .seeOther && nobody.headers[.location] == "/login?next=%2Freports")
        }
    }

    @Test("a report is looked at in a frame once it is ready")
    func one() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await create(#"{"name": "Sales", "type": "daily"}"#, api, token: token)
            let waiting = try await page("/reports/1", api, token: token).text
            try await makeReports(api)
            let ready = try await page("/reports/1", api, token: token).text
            let other = try await api.register(email: "bob@example.com", name: "Bob")

            #expect(waiting.contains("not ready yet") && !waiting.contains("<iframe"))
            let source = try #require(ready.firstMatch(of: /<iframe src="([^"]+)"/)).1.replacing("&amp;", with: "&")
            let file = try await page(String(source), api, token: token)
            #expect(file.headers[.contentDisposition] == #"inline; filename="sales-2026-11-23.html""#)
            #expect(file.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'self'") == true)
            #expect(ready.contains("frame") && !ready.contains("not ready yet"))
            for path in ["/reports/2", "/reports/x", "/reports/0"] {
                #expect(try await page(path, api, token: token).status == .notFound, "\(path)")
            }
            #expect(try await page("/reports/1", api, token: other).status == .notFound)
        }
    }

    @Test("only html is shown inline")
    func inline() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await create(#"{"name": "Sales", "type": "daily"}"#, api, token: token)
            try await makeReports(api)
            func download(_ query: String) async throws -> Answer {
                try await api.get("\(Self.reports)/1/download?\(query)", token: token)
            }

            let kept = try await download("format=html&disposition=attachment")
            let plain = try await download("format=html")
            let shown = try await download("format=html&disposition=inline")

            #expect(kept.headers[.contentDisposition] == #"attachment; filename="sales-2026-11-23.html""#)
            #expect(plain.headers[.contentDisposition] == kept.headers[.contentDisposition])
            #expect(shown.headers[.contentDisposition] == #"inline; filename="sales-2026-11-23.html""#)
            #expect(shown.bytes == plain.bytes)
            for query in ["disposition=inline", "format=csv&disposition=inline", "format=html&disposition=show"] {
                let refused = try await download(query)
                #expect(refused.status == .unprocessableContent, "\(query)")
                #expect((refused["errors"] as? [String: Any])?.keys.sorted() == ["disposition"], "\(query)")
            }
        }
    }

    @Test("names are text, whatever stands in them")
    func escaped() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await create(
                #"{"name": "<script>alert('1')</script>\" onclick=\"x", "type": "daily", "repeat": true}"#, api,
                token: token)
            try await makeReports(api)

            for path in ["/reports", "/reports/1"] {
                let html = try await page(path, api, token: token).text

                #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onclick=&quot;x"))
                #expect(!html.contains("<script>") && !html.contains("onclick=\""), "\(path)")
            }
        }
    }
}
