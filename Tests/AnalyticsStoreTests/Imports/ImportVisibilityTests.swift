import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct ImportVisibilityTests {
    private let week = Period(days: 7, endingOn: .d0)

    @Test("an import shows nowhere before it is complete, and everywhere then", arguments: TestDatabase.engines)
    func hidden(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let live = try await workspace.ingest(.fixture(.revenue, "1", category: "a"))
            let filters = [
                PointFilter(), PointFilter(metric: .revenue), PointFilter(from: .d0, to: .d0),
                PointFilter(category: Label("a")), PointFilter(source: Label("web")),
            ]

            let dataImport = try await workspace.beginImport([
                .fixture(.revenue, "10", category: "a", source: "web"), .fixture(.revenue, "20", category: "b"),
            ])
            try await workspace.imports.append(
                [.fixture(.users, "30", on: .d0.advanced(by: -1))], to: dataImport, now: .t0)

            for filter in filters {
                let list = try await workspace.list(filter)
                #expect(list.points == (filter.source == nil ? live : []))
                #expect(list.total == (filter.source == nil ? 1 : nil))
                #expect(try await workspace.list(filter, at: .offset(list.points.count)).points.isEmpty)
            }
            #expect(try await workspace.list(PointFilter(category: Label("b"))).total == 0)
            #expect(try await workspace.list(PointFilter(metric: .users)).points.isEmpty)
            let before = try await workspace.rollups.totals(of: week, workspaceID: workspace.id)
            #expect(
                before.current == [.revenue: PeriodTotal(count: 1, sum: WideAmount(tenThousandths: 10_000))])
            #expect(
                try await workspace.rollups.dailyTotals(of: .users, in: week, workspaceID: workspace.id).isEmpty)
            #expect(
                try await workspace.rollups.categoryTotals(of: .revenue, in: week, workspaceID: workspace.id)
                    .map(\.total) == [WideAmount(tenThousandths: 10_000)])
            #expect(workspace.versions.current(workspaceID: workspace.id) == 1)

            let count = try await workspace.complete(dataImport)

            #expect(count == 3)
            #expect(workspace.versions.current(workspaceID: workspace.id) == 2)
            let list = try await workspace.list()
            #expect(list.points.map(\.point.value.description) == ["20", "10", "1", "30"])
            #expect(list.total == 4)
            #expect(try await workspace.list(PointFilter(category: Label("a"))).total == 2)
            let after = try await workspace.rollups.totals(of: week, workspaceID: workspace.id)
            #expect(
                after.current == [
                    .revenue: PeriodTotal(count: 3, sum: WideAmount(tenThousandths: 310_000)),
                    .users: PeriodTotal(count: 1, sum: WideAmount(tenThousandths: 300_000)),
                ])
            #expect(try await workspace.imports.unsettled().isEmpty)
            #expect(try await database.contents()["data_import_range"]?.isEmpty == true)
            #expect(try await database.contents()["data_import_rollup"]?.isEmpty == true)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("points stored live during an import show at once and are counted right", arguments: TestDatabase.engines)
    func interleaved(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 8)
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport()
            var live: [StoredPoint] = []

            for _ in 0..<12 {
                try await workspace.imports.append(
                    NewPoint.random(40, using: &generator), to: dataImport, now: .t0)
                if Bool.random(using: &generator) {
                    live += try await workspace.ingest(NewPoint.random(15, using: &generator))
                }
                let list = try await workspace.list(limit: 1000)
                #expect(list.points == live.sorted { $0.id.number > $1.id.number })
                #expect(list.total == live.count)
                try await expectRollupsMatchPoints(database)
            }
            #expect(live.count > 15)
            #expect(try await workspace.complete(dataImport) == 480)

            #expect(try await workspace.list(limit: 1).total == 480 + live.count)
            #expect(try await workspace.list(limit: 1000).points.count == 480 + live.count)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a deep page during an import passes over visible points only", arguments: TestDatabase.engines)
    func deep(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let first = try await workspace.ingest(Array(repeating: .fixture(.users, "1"), count: 1_100))
            let dataImport = try await workspace.beginImport(Array(repeating: .fixture(.users, "2"), count: 300))
            let last = try await workspace.ingest(Array(repeating: .fixture(.users, "3"), count: 100))

            let list = try await workspace.list(at: .offset(1_150), limit: 100)

            #expect(last.count == 100)
            #expect(list.points == first.prefix(50).reversed())
            #expect(list.total == 1_200)
            _ = try await workspace.complete(dataImport)
        }
    }

    @Test("another workspace neither sees an import nor has points hidden by it", arguments: TestDatabase.engines)
    func workspaces(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(database, email: "bob@example.com")
            let dataImport = try await ada.beginImport([.fixture(), .fixture()])
            let stored = try await bob.ingest(.fixture(.users, "1"), .fixture(.users, "2"))

            let during = try await bob.list()
            _ = try await ada.complete(dataImport)
            let after = try await bob.list()

            #expect(during.points == stored.reversed())
            #expect(after == during)
            #expect(database.versions.current(workspaceID: bob.id) == 1)
        }
    }
}
