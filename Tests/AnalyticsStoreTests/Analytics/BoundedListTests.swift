import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

/// Lists of a workspace that has more points of a metric than one request looks at.
@Suite(.timeLimit(.patient)) struct BoundedListTests {
    /// Makes a workspace with as many plain points as a request looks at and half as many again, and a rare one before and
    /// behind them.
    private func makeWorkspace(_ database: any Database) async throws -> (TestWorkspace, rare: [StoredPoint]) {
        let workspace = try await TestWorkspace(database)
        let rare = try NewPoint.fixture(.revenue, "7", category: "Rare", source: "rare")
        let first = try await workspace.ingest(rare)
        let plain = try NewPoint.fixture(.revenue, "1", category: "Plain", source: "shop")
        for _ in 0..<6 {
            try await workspace.ingest(Array(repeating: plain, count: PointQuery.mostPointsLookedAt / 4))
        }
        let last = try await workspace.ingest(rare)
        return (workspace, last + first)
    }

    @Test(
        "rare points are found part by part, each of a bounded number of points", arguments: TestDatabase.engines,
        [PointFilter(source: Label("rare")), PointFilter(metric: .revenue, category: Label("Rare"))])
    func rare(engine: TestDatabase.Engine, filter: PointFilter) async throws {
        try await withDatabase(engine) { database in
            let (workspace, rare) = try await makeWorkspace(database)

            let newest = try await workspace.list(filter, limit: 10)
            let next = try #require(newest.next)
            let older = try await workspace.list(filter, at: .after(next), limit: 10)
            let exported = try await exported(workspace, filter)

            #expect(newest.points == [rare[0]])
            #expect(older.points == [rare[1]])
            #expect(older.next == nil)
            #expect(exported == rare)
        }
    }

    private func exported(_ workspace: TestWorkspace, _ filter: PointFilter) async throws -> [StoredPoint] {
        var export = workspace.points.export(filter, workspaceID: workspace.id)
        var points: [StoredPoint] = []
        while let page = try await export.next() { points += page }
        return points
    }

    @Test("a page too far down in one day is refused, and the cursor leads there", arguments: TestDatabase.engines)
    func deepPage(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let (workspace, rare) = try await makeWorkspace(database)
            let filters = [PointFilter(), PointFilter(source: Label("shop"))]

            for filter in filters {
                let error = await #expect(throws: ValidationError.self) {
                    try await workspace.list(filter, at: .offset(PointQuery.mostPointsLookedAt + 1), limit: 10)
                }
                #expect(error?.issues.map(\.field) == ["page"])
            }
            let deepest = try await workspace.list(at: .offset(PointQuery.mostPointsLookedAt), limit: 1)
            #expect(deepest.points.count == 1)
            let last = try await workspace.list(at: .after(PointID(number: rare[1].id.number + 1)), limit: 10)
            #expect(last.points == [rare[1]])
        }
    }
}
