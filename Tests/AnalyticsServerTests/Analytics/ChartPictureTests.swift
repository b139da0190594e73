import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct ChartPictureTests {
    @Test("a chart is an SVG that says in words what it shows, and is asked for again only when it changed")
    func picture() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 1234.5}"#, token: token)
            let path = "/api/v1/analytics/chart/revenue.svg"

            let picture = try await api.get(path, token: token)
            let etag = try #require(picture.headers[.eTag])
            let known = try await api.get(path, token: token, headers: [.ifNoneMatch: etag])
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 1}"#, token: token)
            let changed = try await api.get(path, token: token, headers: [.ifNoneMatch: etag])

            #expect(picture.headers[.contentType] == "image/svg+xml")
            #expect(picture.text.hasPrefix("<svg "))
            #expect(picture.text.contains("1,234.50 USD"))
            #expect(known.status == .notModified)
            #expect(changed.status == .ok)
            #expect(changed.text.contains("1,235.50 USD"))
        }
    }

    @Test("a picture has the size, the form and the ground that were asked for")
    func form() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let path = "/api/v1/analytics/chart/bounce_rate.svg"

            let bars = try await api.get(path + "?form=bars&width=320&height=200&theme=dark&period=30", token: token)
            let plain = try await api.get(path + "?form=bars&width=320&height=200&theme=light&period=30", token: token)

            #expect(bars.text.contains(#"viewBox="0 0 320 200""#))
            // Nobody knows the page that it will stand on.
            #expect(bars.text.contains(##"d="M0,0H320V200H0Z" fill="#12161D""##))
            #expect(plain.text.contains(##"d="M0,0H320V200H0Z" fill="#FFFFFF""##))
            #expect(bars.text != plain.text)
        }
    }

    @Test(
        "what is wrong with a picture is named",
        arguments: [
            ("profit.svg", "metric"), ("revenue.svg?period=8", "period"), ("revenue.svg?form=pie", "form"),
            ("revenue.svg?theme=blue", "theme"), ("revenue.svg?width=99999999999", "width"),
            ("revenue.svg?height=1", "height"), ("revenue.svg?previous=maybe", "previous"),
        ])
    func refusals(path: String, field: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.get("/api/v1/analytics/chart/" + path, token: token)

            #expect(answer.status == .unprocessableContent)
            #expect((answer["errors"] as? [String: Any])?.keys.sorted() == [field])
        }
    }
}
