import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Synchronization
import Testing

@Suite struct AnswerCacheTests {
    /// Something that is over at some time.
    private final class Race: Sendable {
        private let over = Mutex(false)

        var isOver: Bool { over.withLock(\.self) }

        func end() {
            over.withLock { $0 = true }
        }
    }

    private static let paths = [
        "/api/v1/analytics/kpi", "/api/v1/analytics/chart/revenue", "/api/v1/analytics/categories",
    ]

    @Test("an answer has a tag, and whoever has it already is told so without a body")
    func tags() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for path in Self.paths {
                let answer = try await api.get(path, token: token)
                let tag = try #require(answer.headers[.eTag])
                #expect(tag.wholeMatch(of: /"[0-9a-f]{24}"/) != nil)
                #expect(answer.headers[.cacheControl] == "private, no-cache")
                #expect(try await api.get(path, token: token).headers[.eTag] == tag)

                for condition in [tag, "W/\(tag)", "*", "\"other\", \(tag)", "\"other\" ,W/\(tag) , \"third\""] {
                    for method in [HTTPRequest.Method.get, .head] {
                        let known = try await api.send(method, path, token: token, headers: [.ifNoneMatch: condition])

                        #expect(known.status == .notModified, "\(condition)")
                        #expect(known.text.isEmpty)
                        #expect(known.headers[.eTag] == tag)
                        #expect(known.headers[.cacheControl] == "private, no-cache")
                    }
                }
                for condition in ["\"other\"", "", tag.replacing("\"", with: ""), "W/\"other\""] {
                    let full = try await api.get(path, token: token, headers: [.ifNoneMatch: condition])

                    #expect(full.status == .ok, "\(condition)")
                    #expect(full.text == answer.text)
                }
            }
        }
    }

    @Test("a tag is no way past the token")
    func tagsNeedTokens() async throws {
        try await withAPI { api in
            _ = try await api.register()

            let answer = try await api.get(Self.paths[0], headers: [.ifNoneMatch: "*"])

            #expect(answer.status == .unauthorized)
            #expect(answer.headers[.eTag] == nil)
        }
    }

    @Test("after a write the tag is another and the answer is new")
    func tagsAfterWrites() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for path in Self.paths {
                let tag = try #require(try await api.get(path, token: token).headers[.eTag])
                _ = try await api.ingest(#"{"metric_type": "revenue", "value": 1}"#, token: token)

                let answer = try await api.get(path, token: token, headers: [.ifNoneMatch: tag])

                #expect(answer.status == .ok)
                #expect(answer.headers[.eTag] != tag)
            }
        }
    }

    @Test("a write that changes nothing of an answer leaves its tag")
    func unrelatedWrite() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let path = Self.paths[1]
            let tag = try #require(try await api.get(path, token: token).headers[.eTag])
            _ = try await api.ingest(#"{"metric_type": "users", "value": 1}"#, token: token)

            let answer = try await api.get(path, token: token, headers: [.ifNoneMatch: tag])

            #expect(answer.status == .notModified)
        }
    }

    @Test("each question has an answer of its own")
    func questions() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store([.fixture(.revenue, "1"), .fixture(.users, "2")])
            let queries = [
                "", "?period=14", "?period=30", "?from=2026-11-22&to=2026-11-23", "?from=2026-11-21&to=2026-11-23",
            ]
            let paths = queries.flatMap { query in (Self.paths + ["/api/v1/analytics/chart/users"]).map { $0 + query } }

            var tags: Set<String> = []
            for _ in 0..<2 {
                for path in paths {
                    tags.insert(try #require(try await api.get(path, token: token).headers[.eTag]))
                }
            }

            // Categories without a period are those of thirty days.
            #expect(tags.count == paths.count - 1)
        }
    }

    @Test("a read after an acknowledged write shows it, however busily others read meanwhile")
    func readYourWrites() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let race = Race()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for path in Self.paths {
                    group.addTask {
                        while !race.isOver { _ = try await api.get(path, token: token) }
                    }
                }
                for count in 1...60 {
                    let write = try await api.ingest(
                        #"{"metric_type": "revenue", "value": 1, "category": "A"}"#, token: token)
                    #expect(write.status == .created)

                    let kpi = try await api.get(Self.paths[0], token: token)
                    let chart = try await api.get(Self.paths[1], token: token)
                    let categories = try await api.get(Self.paths[2], token: token)

                    #expect(kpi.text.contains(#""revenue":{"value":\#(count),"previous_value":0,"#))
                    #expect(chart.text.hasSuffix(#""data":[0,0,0,0,0,0,\#(count)]}}"#))
                    #expect(categories.text.contains(#""total":\#(count),"labels":["A"]"#))
                }
                race.end()
                try await group.waitForAll()
            }
        }
    }

    @Test("an answer ends with the day in UTC")
    func midnight() async throws {
        try await withAPI { api in
            let token = try await api.register()
            _ = try await api.ingest(#"{"metric_type": "revenue", "value": 1}"#, token: token)
            let path = Self.paths[1]

            let before = try await api.get(path, token: token)
            api.clock.advance(seconds: 14 * 3600 - 1)
            let lastSecond = try await api.get(path, token: token)
            api.clock.advance(seconds: 1)
            let after = try await api.get(path, token: token)

            #expect(before.text.hasSuffix(#""data":[0,0,0,0,0,0,1]}}"#))
            #expect(lastSecond.text == before.text)
            #expect(after.text.contains(#""from":"2026-11-18","to":"2026-11-24","#))
            #expect(after.text.hasSuffix(#""data":[0,0,0,0,0,1,0]}}"#))
        }
    }

    @Test("an answer ends with the day of the workspace's time zone")
    func localMidnight() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.execute("UPDATE workspace SET time_zone = 'America/New_York'")
            let path = Self.paths[0]

            // Five in the morning there; the day ends at five in the morning in UTC.
            let before = try await api.get(path, token: token)
            api.clock.advance(seconds: 19 * 3600 - 1)
            let lastSecond = try await api.get(path, token: token)
            api.clock.advance(seconds: 1)
            let after = try await api.get(path, token: token)

            #expect(before.text.contains(#""from":"2026-11-17","to":"2026-11-23","#))
            #expect(before.text.contains(#""timezone":"America/New_York","#))
            #expect(lastSecond.text == before.text)
            #expect(after.text.contains(#""from":"2026-11-18","to":"2026-11-24","#))
            #expect(after.headers[.eTag] != before.headers[.eTag])
        }
    }

    @Test("days of the client's choice do not move at midnight")
    func fixedDays() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let path = Self.paths[0] + "?from=2026-11-01&to=2026-11-23"

            let before = try await api.get(path, token: token)
            api.clock.advance(seconds: 86_400)
            let after = try await api.get(path, token: token)

            #expect(after.text == before.text)
        }
    }
}
