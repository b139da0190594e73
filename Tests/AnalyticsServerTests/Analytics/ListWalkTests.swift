import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct ListWalkTests {
    /// 95 points over six days and three metrics, some with a category or a source.
    private static func points() throws -> [NewPoint] {
        try (0..<95).map { number in
            try NewPoint.fixture(
                [Metric.revenue, .users, .bounceRate][number % 3], "\(number)",
                on: Day.d0.advanced(by: -(number * 7 % 6)), category: number.isMultiple(of: 4) ? "Books" : nil,
                source: number.isMultiple(of: 5) ? "web" : nil)
        }
    }

    /// The ids of all records from a path on, by `links.next`.
    private func walk(_ api: TestAPI, from path: String, token: String) async throws -> [Int] {
        var ids: [Int] = []
        var next: String? = path
        var steps = 0
        while let path = next, steps < 200 {
            let answer = try await api.get(path, token: token)
            ids += answer.text.matches(of: /"id":(\d+)/).compactMap { Int($0.output.1) }
            next = (answer["links.next"] as? String)?.replacing("http://localhost", with: "")
            if let cursor = answer["meta.next_cursor"] as? String {
                #expect(cursor.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
            }
            #expect((next == nil) == !(answer["meta.next_cursor"] is String))
            steps += 1
        }
        return ids
    }

    @Test(
        "walking by the next link meets each record once, by page and by cursor",
        arguments: [
            ("", 95), ("&metric_type=users", 32), ("&category=Books", 24), ("&source=web", 19),
            ("&source=web&category=Books", 5), ("&from=2026-11-20&to=2026-11-22", 48),
        ])
    func walking(filter: String, count: Int) async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store(Self.points())
            let whole = try await walk(api, from: "/api/v1/analytics?per_page=100\(filter)", token: token)
            #expect(whole.count == count)
            #expect(Set(whole).count == count)
            #expect(whole == whole.sorted(by: >))

            for size in [1, 7, 10] where size < count {
                let path = "/api/v1/analytics?per_page=\(size)\(filter)"
                let byPage = try await walk(api, from: path, token: token)
                let first = try await api.get(path, token: token)
                let cursor = try #require(first["meta.next_cursor"] as? String)
                let byCursor = try await walk(api, from: "\(path)&cursor=\(cursor)", token: token)

                #expect(byPage == whole)
                #expect(byCursor == Array(whole.dropFirst(size)))
            }
        }
    }

    @Test("a cursor walk meets each record once though new ones arrive in front of it")
    func movingList() async throws {
        try await withAPI { api in
            let token = try await api.register()
            try await api.store(Self.points())
            let before = try await walk(api, from: "/api/v1/analytics?per_page=100", token: token)

            let first = try await api.get("/api/v1/analytics?per_page=10", token: token)
            var met = first.text.matches(of: /"id":(\d+)/).compactMap { Int($0.output.1) }
            var cursor = first["meta.next_cursor"] as? String
            while let place = cursor {
                _ = try await api.ingest(#"{"metric_type": "users", "value": 1}"#, token: token)
                let answer = try await api.get("/api/v1/analytics?per_page=10&cursor=\(place)", token: token)
                met += answer.text.matches(of: /"id":(\d+)/).compactMap { Int($0.output.1) }
                cursor = answer["meta.next_cursor"] as? String
            }

            #expect(met == before)
            #expect(try await api.total(token: token) == 95 + 9)
        }
    }

    @Test("deep pages begin where they should")
    func deepPages() async throws {
        try await withAPI { api in
            let token = try await api.register()
            // More than a thousand, from where on whole days are passed over by their counts.
            try await api.store(
                (0..<1_300).map { try .fixture(.users, "\($0)", on: Day.d0.advanced(by: $0 / 100 - 12)) })

            for (page, value) in [
                (1, 1299), (101, 1199), (1000, 300), (1001, 299), (1002, 298), (1150, 150), (1300, 0),
            ] {
                let answer = try await api.get("/api/v1/analytics?per_page=1&page=\(page)", token: token)

                #expect(answer.text.contains(#""value":\#(value),"#), "\(page)")
                #expect(answer["meta.from"] as? Int == page)
            }
        }
    }
}
