import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct PointListOrderTests {
    @Test("points come newest day first, then the last stored first, over all metrics", arguments: TestDatabase.engines)
    func order(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(
                .fixture(.pageViews, "1"), .fixture(.revenue, "2", on: .d0.advanced(by: -1)), .fixture(.revenue, "3"))
            try await workspace.ingest(
                .fixture(.orders, "4", on: .d0.advanced(by: 1)), .fixture(.users, "5"),
                .fixture(.orders, "6", on: .d0.advanced(by: -1)))

            let list = try await workspace.list()

            #expect(list.points.map(\.point.value.description) == ["4", "5", "3", "1", "6", "2"])
            #expect(list.total == 6)
            #expect(list.next == nil)
        }
    }

    @Test("every part of a point comes back", arguments: TestDatabase.engines)
    func parts(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let points: [NewPoint] = try [
                .fixture(.bounceRate, "-99999999999.9999", on: .epoch, category: "日本 'x' ?1", source: "\u{E9}"),
                .fixture(.revenue, "99999999999.9999", category: "a"), .fixture(.sessionDuration, "0", source: "b"),
            ]
            let stored = try await workspace.ingest(points)

            let list = try await workspace.list()

            #expect(list.points == [stored[2], stored[1], stored[0]])
            #expect(stored.map(\.point) == points)
        }
    }

    @Test("a point that was changed says when", arguments: TestDatabase.engines)
    func updated(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture())
            try await database.run("UPDATE data_point SET updated_at = created_at + 1000")

            let point = try #require(try await workspace.list().points.first)

            #expect(point.createdAt == .t0)
            #expect(point.updatedAt == Instant.t0.advanced(bySeconds: 1))
        }
    }

    @Test("an empty workspace has an empty list, also where another has points", arguments: TestDatabase.engines)
    func empty(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(database, email: "bob@example.com")
            let point = try await ada.ingest(.fixture(category: "a", source: "b"))[0]
            let positions: [PointPosition] = [.offset(0), .offset(5000), .after(point.id), .after(.init(number: .max))]

            for position in positions {
                let list = try await bob.list(at: position)
                let filtered = try await bob.list(PointFilter(category: Label("a")), at: position)
                let bySource = try await bob.list(PointFilter(source: Label("b")), at: position)
                let byDay = try await bob.list(PointFilter(from: .d0, to: .d0), at: position)

                #expect(list == PointList(points: [], next: nil, total: 0))
                #expect(filtered == PointList(points: [], next: nil, total: 0))
                #expect(bySource == PointList(points: [], next: nil, total: nil))
                #expect(byDay == PointList(points: [], next: nil, total: 0))
            }
        }
    }
}
