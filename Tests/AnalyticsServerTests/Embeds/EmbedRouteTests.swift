import AnalyticsCore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct EmbedRouteTests {
    private static let path = "/api/v1/embeds"

    private func create(_ api: TestAPI, _ json: String, token: String) async throws -> (answer: Answer, link: String) {
        let answer = try await api.send(.post, Self.path, token: token, json: json)
        let url = try #require(answer["data.url"] as? String)
        return (answer, try #require(URL(string: url)).path)
    }

    @Test("anyone who has the link sees the chart as it is now, until the embed is deleted")
    func story() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 1234.5}"#, token: token)

            let (created, link) = try await create(
                api, #"{"metric_type": "revenue", "name": "Wiki", "width": 400, "theme": "dark"}"#, token: token)
            let picture = try await api.get(link)
            let etag = try #require(picture.headers[.eTag])
            let known = try await api.get(link, headers: [.ifNoneMatch: etag])
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 1}"#, token: token)
            let changed = try await api.get(link, headers: [.ifNoneMatch: etag])
            let listed = try await api.get(Self.path, token: token)
            let deleted = try await api.send(.delete, Self.path + "/1", token: token)
            let gone = try await api.get(link)
            let log = try await api.get("/api/v1/audit-log", token: token)

            #expect(created.status == .created)
            #expect(created["data.name"] as? String == "Wiki")
            #expect(created["data.period"] as? Int == 30)
            #expect(created["data.previous"] as? Bool == true)
            #expect(link.wholeMatch(of: /\/embed\/1-1-[0-9a-f]{64}\.svg/) != nil)
            #expect(picture.status == .ok)
            #expect(picture.headers[.contentType] == "image/svg+xml")
            #expect(picture.headers[.cacheControl] == "no-cache")
            #expect(picture.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            #expect(picture.text.contains(#"viewBox="0 0 400 300""#))
            #expect(picture.text.contains("1,234.50 USD"))
            #expect(known.status == .notModified)
            #expect(changed.text.contains("1,235.50 USD"))
            #expect(listed["data.0.url"] as? String == created["data.url"] as? String)
            #expect(deleted.status == .ok)
            #expect(gone.status == .notFound)
            #expect(log.text.contains(#""embed.created""#))
            #expect(log.text.contains(#""embed.deleted""#))
        }
    }

    @Test("a link that was changed, or signed for another chart, shows nothing")
    func forged() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let other = try await api.register(email: "bob@example.com")
            let (_, link) = try await create(api, #"{"metric_type": "revenue"}"#, token: token)
            _ = try await create(api, #"{"metric_type": "orders"}"#, token: token)
            _ = try await create(api, #"{"metric_type": "revenue"}"#, token: other)
            #expect(try await api.get(link).status == .ok)

            let signature = try #require(link.split(separator: "-").last)
            let digit = try #require(signature.first)
            let links = [
                "/embed/1-2-\(signature)", "/embed/2-3-\(signature)",
                "/embed/1-1-\(digit == "0" ? "1" : "0")\(signature.dropFirst())",
                "/embed/1-1-\(signature.uppercased().replacing(".SVG", with: ".svg"))", "/embed/01-1-\(signature)",
                "/embed/1-1-.svg", "/embed/1.svg", "/embed/--.svg", "/embed/9223372036854775808-1-\(signature)",
                "/embed/1-99-\(signature)", "/embed/1-1-\(signature)?x=%00",
            ]
            for forged in links.dropLast() {
                #expect(try await api.get(forged).status == .notFound, "\(forged)")
            }
            #expect(try await api.get(links.last ?? "").status == .ok)
        }
    }

    @Test("the pictures that one address may open in a minute are counted")
    func limit() async throws {
        try await withAPI(
            settings: {
                var all = API.Settings.unlimited()
                all.limits.pages = 2
                return all
            }()
        ) { api in
            let token = try await api.register()
            let (_, link) = try await create(api, #"{"metric_type": "users"}"#, token: token)

            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await api.get(link).status.code) }

            #expect(statuses == [200, 200, 429])
        }
    }

    @Test("a workspace has a hundred embeds at most")
    func most() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for _ in 0..<ChartEmbed.mostOfWorkspace {
                _ = try await create(api, #"{"metric_type": "orders"}"#, token: token)
            }

            let answer = try await api.send(.post, Self.path, token: token, json: #"{"metric_type": "orders"}"#)

            #expect(answer.status == .unprocessableContent)
            #expect(answer["errors.metric_type.0"] as? String == "The workspace must not have more than 100 embeds.")
        }
    }

    @Test(
        "what is wrong with an embed is named",
        arguments: [
            (#"{}"#, "metric_type"), (#"{"metric_type": "profit"}"#, "metric_type"),
            (#"{"metric_type": "revenue", "period": 8}"#, "period"),
            (#"{"metric_type": "revenue", "form": "pie"}"#, "form"),
            (#"{"metric_type": "revenue", "theme": {}}"#, "theme"),
            (#"{"metric_type": "revenue", "width": 1e99}"#, "width"),
            (#"{"metric_type": "revenue", "height": 159}"#, "height"),
            (#"{"metric_type": "revenue", "previous": "maybe"}"#, "previous"),
            (#"{"metric_type": "revenue", "name": "\#(String(repeating: "x", count: 101))"}"#, "name"),
        ])
    func refusals(json: String, field: String) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.send(.post, Self.path, token: token, json: json)

            #expect(answer.status == .unprocessableContent)
            #expect((answer["errors"] as? [String: Any])?.keys.sorted() == [field])
        }
    }
}
