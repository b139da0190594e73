import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct DataPageTests {
    /// The page as a browser gets it whose session that token is.
    private func page(_ query: String = "", _ api: TestAPI, token: String) async throws -> Answer {
        try await api.get("/data\(query)", headers: try await api.browser(with: token))
    }

    /// The values of the points that a page shows, as one types them.
    private func values(in page: Answer) -> [String] {
        page.text.matches(of: /<data class="figure" value="([^"]*)">/).map { String($0.1) }
    }

    /// The page that a link with that text leads to.
    private func follow(_ text: String, in page: Answer, _ api: TestAPI, token: String) async throws -> Answer {
        let link = try #require(
            page.text.matches(of: /<a [^>]*href="\/data([^"#]*)#[a-z]*"[^>]*>([A-Za-z]+)<\/a>/).first { $0.2 == text },
            "no \(text) in \(page.text)")
        return try await self.page(String(link.1).replacing("&amp;", with: "&"), api, token: token)
    }

    @Test("each filter narrows the points, and the fields keep what was asked for")
    func filters() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([
                .fixture(.revenue, "1", on: .d0, category: "Hardware", source: "web"),
                .fixture(.revenue, "2", on: .d0.advanced(by: -1), category: "Services", source: "web"),
                .fixture(.users, "3", on: .d0.advanced(by: -2), source: "mobile"),
            ])
            func values(_ query: String) async throws -> [String] {
                self.values(in: try await page(query, api, token: token))
            }

            #expect(try await values("") == ["1", "2", "3"])
            #expect(try await values("?metric_type=revenue") == ["1", "2"])
            #expect(try await values("?from=2026-11-22&to=2026-11-22") == ["2"])
            #expect(try await values("?category=Hardware") == ["1"])
            #expect(try await values("?source=web&category=Services") == ["2"])
            #expect(try await values("?metric_type=&from=&to=&category=&source=") == ["1", "2", "3"])
            let narrowed = try await page("?category=Services&from=2026-11-01", api, token: token).text
            #expect(narrowed.contains(#"list="categories" autocomplete="off" placeholder="All" value="Services""#))
            #expect(narrowed.contains(#"name="from" type="date" min="1970-01-01" max="2026-11-24" value="2026-11-01""#))
            #expect(narrowed.contains("Export what passes as"))
            #expect(
                narrowed.contains(
                    #"href="/api/v1/analytics/export?format=csv&amp;from=2026-11-01&amp;category=Services""#))
            #expect(
                try await page("?category=Nothing", api, token: token).text.contains("No point passes these filters"))
        }
    }

    @Test("links lead on behind the last point shown, through all that pass the filters, and back to the newest")
    func cursors() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store(
                (1...7).map { try .fixture(.orders, "\($0)", on: .d0.advanced(by: -$0), source: "a & b") }
                    + [.fixture(.users, "99", on: .d0)])

            let first = try await page("?metric_type=orders&source=a+%26+b&per_page=3", api, token: token)
            let second = try await follow("Older", in: first, api, token: token)
            // What comes meanwhile moves nothing.
            try await api.store([.fixture(.orders, "8", on: .d0, source: "a & b")])
            let third = try await follow("Older", in: second, api, token: token)
            let newest = try await follow("Newest", in: third, api, token: token)

            #expect(values(in: first) == ["1", "2", "3"])
            #expect(values(in: second) == ["4", "5", "6"])
            #expect(values(in: third) == ["7"])
            #expect(!third.text.contains(">Older</a>"))
            #expect(!first.text.contains(">Newest</a>"))
            #expect(values(in: newest) == ["8", "1", "2"])
        }
    }

    @Test("imports are listed with what came of them, and go on for themselves")
    func imports() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let header = "metric_type,value,recorded_at\n"
            for number in 1...9 { try await api.makeImport(#"{"name": "early \#(number)"}"#, token: token) }
            try await api.makeImport(#"{"name": "good"}"#, token: token)
            _ = try await api.put(10, header + "revenue,1,2026-11-20\nrevenue,2,2026-11-21\n", token: token)
            try await api.makeImport(#"{"name": "bad"}"#, token: token)
            _ = try await api.put(11, header + "revenue,much,2026-11-20\n", token: token)
            try await api.makeImport(#"{"name": "dry", "dry_run": true}"#, token: token)
            _ = try await api.put(12, header + "revenue,1,2026-11-20\n", token: token)

            let first = try await page("?metric_type=revenue", api, token: token)
            let second = try await follow("Older", in: first, api, token: token)

            #expect(values(in: first) == ["2", "1"])
            #expect(first.text.contains(#"<strong>good</strong> <span class="badge good">completed</span>"#))
            #expect(first.text.contains(">2 data points · Ada Lovelace ·"))
            #expect(first.text.contains(#"aria-label="Undo: good">Undo</button>"#))
            #expect(first.text.contains(#"<strong>bad</strong> <span class="badge critical">failed</span>"#))
            #expect(first.text.contains("<strong>Line 2, value</strong> The value field must be a number."))
            #expect(first.text.contains("1 data point would be imported"))
            #expect(first.text.contains(#"aria-label="Remove: early 3">Remove</button>"#))
            #expect(!first.text.contains("early 2"))
            #expect(second.text.contains("<strong>early 2</strong>"))
            #expect(values(in: second) == ["2", "1"])
        }
    }

    @Test("a viewer sees the points and no way to change, import or export them")
    func viewer() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            try await api.makeImport(token: admin)
            let viewer = try await api.join(as: .viewer)

            let empty = try await page("", api, token: viewer)
            try await api.store([.fixture(.revenue, "5")])
            let seen = try await page("", api, token: viewer)
            let own = try await page("", api, token: admin)

            #expect(empty.text.contains("Somebody with another role will send the first figures."))
            #expect(values(in: seen) == ["5"])
            for page in [empty, seen] {
                for part in ["/api/v1/analytics", "data-import", "<dialog", "id=\"imports\"", "sales"] {
                    #expect(!page.text.contains(part), "\(part)")
                }
            }
            for part in [
                #"data-api="POST /api/v1/analytics""#, #"data-api="PATCH /api/v1/analytics/"#,
                #"data-api="DELETE /api/v1/analytics/"#, #"data-api="DELETE /api/v1/analytics/imports/1""#,
                #"<div class="dropzone" data-import id="import">"#, "export?format=ndjson",
            ] {
                #expect(own.text.contains(part), "\(part)")
            }
        }
    }

    @Test("whatever is written in names stays text")
    func escaping() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let name = #"</script><img src=x onerror='a()'>" &"#
            try await api.store([
                .fixture(.revenue, "5", category: name, source: name, externalID: name)
            ])
            try await api.makeImport(#"{"name": "<b>sales</b>\" x"}"#, token: token)

            let all = try await page("", api, token: token)
            let filtered = try await page(
                "?category=%3C%2Fscript%3E%3Cimg+src%3Dx+onerror%3D%27a%28%29%27%3E%22+%26", api, token: token)

            #expect(values(in: filtered) == ["5"])
            for page in [all, filtered] {
                #expect(!page.text.contains("<img"))
                #expect(!page.text.contains("<b>"))
                #expect(!page.text.contains(#"sales</b>" x"#))
                #expect(page.text.contains("&lt;b&gt;sales&lt;/b&gt;&quot; x"))
            }
        }
    }

    @Test(
        "a filter that is none is refused in words",
        arguments: [
            ("metric_type=profit", "The selected metric type is invalid."),
            ("from=yesterday", "The from field must match the format Y-m-d."),
            ("from=2026-11-23&to=2026-11-22", "The to field must be a date after or equal to 2026-11-23."),
            ("category=%00", "The category field must not contain U+0000"),
            ("cursor=x", "The selected cursor is invalid."), ("imports=x", "The selected imports is invalid."),
            ("per_page=0", "The per page field must be at least 1."),
        ])
    func refused(query: String, text: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await page("?\(query)", api, token: token)

            #expect(answer.status == .unprocessableContent)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            #expect(answer.text.contains(text), "\(answer.text)")
        }
    }
}
