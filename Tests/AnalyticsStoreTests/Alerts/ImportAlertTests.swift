import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct ImportAlertTests {
    private func day(_ offset: Int) -> Day { .d0.advanced(by: offset) }

    @Test(
        "an import opens one alert of a rule, once its points are visible, whatever the chunks they came in",
        arguments: TestDatabase.engines)
    func once(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.rules.fixture(
                .fixture(.orders, .above, "10", name: "Many", condition: .daily), workspaceID: workspace.id)
            let key = try await workspace.beginImport([
                .fixture(.revenue, "1", on: day(-3)), .fixture(.revenue, "500", on: day(-2)),
                .fixture(.orders, "11", on: day(-3)), .fixture(.orders, "6", on: day(-2)),
            ])
            try await workspace.imports.append(
                try PointBatch([
                    .fixture(.revenue, "2", on: day(-1)), .fixture(.orders, "6", on: day(-2)),
                    .fixture(.orders, "3", on: day(-1)),
                ]), to: key, now: .t0)
            let before = try await workspace.allAlerts()

            try await workspace.complete(key)

            #expect(before.isEmpty)
            let alerts = try await workspace.allAlerts()
            #expect(alerts.map(\.rule?.name) == ["Low", "Many"])
            #expect(alerts.map(\.occurrences) == [2, 2])
            #expect(alerts.map(\.breach.day) == [day(-1), day(-2)])
            #expect(alerts.map(\.breach.isLate) == [true, true])
            let last = try await workspace.list().points.first { $0.point.value.description == "2" }
            #expect(alerts.first?.breach.recordID == last?.id.number)
            #expect(try await database.integer("SELECT COUNT(*) FROM import_breach") == 0)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("an import that wants no alerts opens none, and one that is deleted neither", arguments: TestDatabase.engines)
    func none(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.rules.fixture(.fixture(condition: .daily), workspaceID: workspace.id)
            let silent = try await workspace.imports.fixture(
                [.fixture(.revenue, "1", on: day(-1))], alerts: .none, workspaceID: workspace.id)
            let dropped = try await workspace.beginImport([.fixture(.revenue, "1", on: day(-1))])
            let dry = try await workspace.beginImport([.fixture(.revenue, "1", on: day(-1))], isDryRun: true)

            try await workspace.complete(silent)
            try await workspace.complete(dry)
            try await workspace.delete(dropped)

            #expect(try await workspace.allAlerts().isEmpty)
        }
    }

    @Test(
        "an import adds to the alert that is open, and its last good figure resolves it",
        arguments: TestDatabase.engines)
    func recovery(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(.fixture(resolvesItself: true), workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "1", on: day(-5)))
            let bad = try await workspace.beginImport([
                .fixture(.revenue, "200", on: day(-4)), .fixture(.revenue, "2", on: day(-3)),
            ])
            try await workspace.complete(bad)
            let afterBad = try await workspace.allAlerts()
            let good = try await workspace.beginImport([.fixture(.revenue, "300", on: day(-3))])
            try await workspace.complete(good)

            #expect(afterBad.map(\.occurrences) == [2])
            #expect(afterBad.map(\.status) == [.unread])
            #expect(try await workspace.allAlerts().map(\.status) == [.resolved])
        }
    }

    @Test("rules that are gone when an import completes decide nothing", arguments: TestDatabase.engines)
    func gone(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let rule = try await workspace.rules.fixture(workspaceID: workspace.id)
            let key = try await workspace.beginImport([.fixture(.revenue, "1")])

            _ = try await workspace.rules.delete(rule.id, workspaceID: workspace.id, by: .operator, now: .t0)
            try await workspace.complete(key)

            #expect(try await workspace.allAlerts().isEmpty)
        }
    }
}
