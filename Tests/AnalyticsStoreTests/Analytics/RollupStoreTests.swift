import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct RollupStoreTests {
    private let week = Period(days: 7, endingOn: .d0)

    private func total(_ count: Int, _ tenThousandths: Int128) -> PeriodTotal {
        PeriodTotal(count: count, sum: WideAmount(tenThousandths: tenThousandths))
    }

    @Test(
        "totals are of the days of the period, both ends included, and of as many before it",
        arguments: TestDatabase.engines)
    func totals(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            for (days, value) in [(1, "1000"), (0, "1"), (-6, "2"), (-7, "10"), (-13, "20"), (-14, "500")] {
                try await workspace.ingest(.fixture(.revenue, value, on: .d0.advanced(by: days)))
            }
            try await workspace.ingest(.fixture(.bounceRate, "41.5"), .fixture(.bounceRate, "42"))
            try await workspace.ingest(.fixture(.users, "7", on: .d0.advanced(by: -8)))

            let totals = try await workspace.rollups.totals(of: week, workspaceID: workspace.id)

            #expect(totals.current == [.revenue: total(2, 30_000), .bounceRate: total(2, 835_000)])
            #expect(totals.previous == [.revenue: total(2, 300_000), .users: total(1, 70_000)])
        }
    }

    @Test("totals of a period are wider than those of a day", arguments: TestDatabase.engines)
    func wide(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            for days in 0..<3 { try await workspace.ingest(.huge(.max, on: .d0.advanced(by: -days), category: "a")) }

            let totals = try await workspace.rollups.totals(of: week, workspaceID: workspace.id)
            let categories = try await workspace.rollups.categoryTotals(
                of: .revenue, in: week, workspaceID: workspace.id)

            #expect(totals.current == [.revenue: total(3, 27_670_116_110_564_327_421)])
            #expect(categories.map(\.total) == [WideAmount(tenThousandths: 27_670_116_110_564_327_421)])
        }
    }

    @Test("daily totals have the days with points of that metric", arguments: TestDatabase.engines)
    func dailyTotals(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(
                .fixture(.orders, "1"), .fixture(.orders, "2"), .fixture(.orders, "-4", on: .d0.advanced(by: -6)),
                .fixture(.orders, "9", on: .d0.advanced(by: -7)), .fixture(.orders, "9", on: .d0.advanced(by: 1)),
                .fixture(.users, "9", on: .d0.advanced(by: -3)))

            let totals = try await workspace.rollups.dailyTotals(of: .orders, in: week, workspaceID: workspace.id)

            #expect(totals == [.d0: total(2, 30_000), .d0.advanced(by: -6): total(1, -40_000)])
        }
    }

    @Test("category totals go by the name's bytes, points without category under nil", arguments: TestDatabase.engines)
    func categoryTotals(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(
                .fixture(.revenue, "1", category: "\u{E9}"), .fixture(.revenue, "2", category: "e\u{301}"),
                .fixture(.revenue, "4", on: .d0.advanced(by: -6), category: "\u{E9}"), .fixture(.revenue, "8"),
                .fixture(.revenue, "-8"), .fixture(.orders, "16", category: "\u{E9}"),
                .fixture(.revenue, "32", on: .d0.advanced(by: -7), category: "old"))

            let totals = try await workspace.rollups.categoryTotals(
                of: .revenue, in: week, workspaceID: workspace.id)

            let byName = Dictionary(uniqueKeysWithValues: totals.map { ($0.category, $0.total) })
            #expect(
                byName == [
                    Label("\u{E9}"): WideAmount(tenThousandths: 50_000),
                    Label("e\u{301}"): WideAmount(tenThousandths: 20_000), nil: .zero,
                ])
        }
    }

    @Test("an empty workspace has no totals, and none of another's", arguments: TestDatabase.engines)
    func empty(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            try await TestWorkspace(database).ingest(.fixture(.revenue, "1", category: "a"))
            let bob = try await TestWorkspace(database, email: "bob@example.com")

            let totals = try await bob.rollups.totals(of: week, workspaceID: bob.id)
            let daily = try await bob.rollups.dailyTotals(of: .revenue, in: week, workspaceID: bob.id)
            let categories = try await bob.rollups.categoryTotals(of: .revenue, in: week, workspaceID: bob.id)

            #expect(totals.current.isEmpty)
            #expect(totals.previous.isEmpty)
            #expect(daily.isEmpty)
            #expect(categories.isEmpty)
        }
    }

    @Test("periods at the ends of the calendar are no error", arguments: TestDatabase.engines)
    func calendarEnds(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture(.users, "1", on: .epoch))

            let first = try await workspace.rollups.totals(
                of: Period(days: 366, endingOn: .first), workspaceID: workspace.id)
            let last = try await workspace.rollups.totals(
                of: Period(days: 366, endingOn: .last), workspaceID: workspace.id)
            let epoch = try await workspace.rollups.totals(
                of: Period(days: 7, endingOn: .epoch), workspaceID: workspace.id)

            #expect(first.current.isEmpty)
            #expect(last.current.isEmpty)
            #expect(epoch.current == [.users: total(1, 10_000)])
        }
    }
}
