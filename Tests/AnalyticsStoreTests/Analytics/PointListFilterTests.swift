import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct PointListFilterTests {
    @Test("each filter alone keeps its points, and the total is theirs", arguments: TestDatabase.engines)
    func single(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(
                .fixture(.revenue, "1", category: "EU", source: "web"),
                .fixture(.revenue, "2", on: .d0.advanced(by: -1), category: "US", source: "shop"),
                .fixture(.orders, "3", on: .d0.advanced(by: -1), category: "EU", source: "web"),
                .fixture(.users, "4", on: .d0.advanced(by: -2)))
            let yesterday = Day.d0.advanced(by: -1)
            let cases: [(PointFilter, values: [String], total: Int?)] = [
                (PointFilter(metric: .revenue), ["1", "2"], 2), (PointFilter(metric: .pageViews), [], 0),
                (PointFilter(from: yesterday), ["1", "3", "2"], 3), (PointFilter(to: yesterday), ["3", "2", "4"], 3),
                (PointFilter(from: yesterday, to: yesterday), ["3", "2"], 2),
                (PointFilter(from: .d0, to: yesterday), [], 0),
                (PointFilter(category: Label("EU")), ["1", "3"], 2), (PointFilter(category: Label("eu")), [], 0),
                (PointFilter(source: Label("web")), ["1", "3"], nil), (PointFilter(source: Label("Web")), [], nil),
                (PointFilter(metric: .revenue, category: Label("EU")), ["1"], 1),
                (PointFilter(metric: .orders, category: Label("US")), [], 0),
                (PointFilter(from: .d0, category: Label("EU"), source: Label("web")), ["1"], nil),
                (PointFilter(to: .d0.advanced(by: -1), category: Label("EU")), ["3"], 1),
            ]

            for (filter, values, total) in cases {
                let list = try await workspace.list(filter)

                #expect(list.points.map(\.point.value.description) == values, "\(filter)")
                #expect(list.total == total, "\(filter)")
            }
        }
    }

    @Test("all combinations of filters keep what passes each of them", arguments: TestDatabase.engines)
    func combinations(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 7)
            let workspace = try await TestWorkspace(database)
            let other = try await TestWorkspace(database, email: "bob@example.com")
            let stored = try await workspace.ingest(NewPoint.random(800, using: &generator))
            try await other.ingest(NewPoint.random(800, using: &generator))

            for number in 0..<32 {
                let filter = PointFilter(
                    metric: number & 1 == 0 ? nil : .revenue, from: number & 2 == 0 ? nil : .d0.advanced(by: -8),
                    to: number & 4 == 0 ? nil : .d0.advanced(by: -2), category: number & 8 == 0 ? nil : Label("a"),
                    source: number & 16 == 0 ? nil : Label("web"))

                let list = try await workspace.list(filter, limit: 1000)

                let expected = stored.filter { filter.passes($0.point) }.sorted { $0.id.number > $1.id.number }
                #expect(list.points == expected, "\(filter)")
                #expect(list.total == (filter.source == nil ? expected.count : nil), "\(filter)")
                #expect(!expected.isEmpty, "\(filter)")
            }
        }
    }

    @Test("categories and sources are told apart by their bytes", arguments: TestDatabase.engines)
    func bytes(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(
                .fixture(.revenue, "1", category: "caf\u{E9}", source: "\u{E9}"),
                .fixture(.revenue, "2", category: "cafe\u{301}", source: "e\u{301}"))
            try await workspace.ingest(.fixture(.revenue, "3", category: "caf\u{E9}", source: "e\u{301}"))

            let composed = try await workspace.list(PointFilter(category: Label("caf\u{E9}")))
            let decomposed = try await workspace.list(PointFilter(category: Label("cafe\u{301}")))
            let bySource = try await workspace.list(PointFilter(source: Label("e\u{301}")))

            #expect(composed.points.map(\.point.value.description) == ["3", "1"])
            #expect(composed.total == 2)
            #expect(composed.points.first?.point.category?.text.utf8.count == 5)
            #expect(decomposed.points.map(\.point.value.description) == ["2"])
            #expect(decomposed.points.first?.point.category?.text.utf8.count == 6)
            #expect(bySource.points.map(\.point.value.description) == ["3", "2"])
        }
    }

    @Test("days out of the range of ids keep nothing or everything", arguments: TestDatabase.engines)
    func days(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture(.users, "1", on: .epoch), .fixture(.users, "2", on: PointID.lastDay))
            let cases: [(from: Day?, to: Day?, values: [String])] = [
                (.first, .last, ["2", "1"]), (.first, nil, ["2", "1"]), (nil, .last, ["2", "1"]), (.last, nil, []),
                (nil, .first, []), (nil, .epoch.advanced(by: -1), []), (.epoch, .epoch, ["1"]),
                (PointID.lastDay, PointID.lastDay, ["2"]), (PointID.lastDay.advanced(by: 1), nil, []),
                (.last, .first, []),
            ]

            for (from, to, values) in cases {
                let list = try await workspace.list(PointFilter(from: from, to: to))

                #expect(list.points.map(\.point.value.description) == values)
                #expect(list.total == values.count)
            }
        }
    }
}

extension PointFilter {
    /// Whether a point is one that the list shall show.
    func passes(_ point: NewPoint) -> Bool {
        (metric == nil || metric == point.metric) && (from.map { $0 <= point.day } ?? true)
            && (to.map { point.day <= $0 } ?? true) && (category == nil || category == point.category)
            && (source == nil || source == point.source)
    }
}
