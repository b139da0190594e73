import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct RulePreviewTests {
    private func day(_ offset: Int) -> Day { .d0.advanced(by: offset) }

    private func breaches(
        _ workspace: TestWorkspace, _ rule: NewAlertRule, isLastDayOver: Bool = false
    ) async throws -> [Int: String?] {
        let found = try await RulePreviewStore(database: workspace.database).breaches(
            of: rule, in: Period(days: 90, endingOn: .d0), isLastDayOver: isLastDayOver, workspaceID: workspace.id)
        return Dictionary(
            uniqueKeysWithValues: found.map { (Day.d0.distance(to: $0.day), $0.value?.description) })
    }

    @Test(
        "the days are found on which a point would have broken a rule, with the worst", arguments: TestDatabase.engines)
    func values(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(
                .fixture(.orders, "3", on: day(-90)), .fixture(.orders, "3", on: day(-89)),
                .fixture(.orders, "4", on: day(-5)), .fixture(.orders, "6", on: day(-5)),
                .fixture(.orders, "9", on: day(-5)), .fixture(.orders, "9", category: "a"))
            _ = try await workspace.beginImport([.fixture(.orders, "5", on: day(-5))])

            #expect(try await breaches(workspace, .fixture(.orders, .below, "5")) == [-89: "3", -5: "4"])
            #expect(try await breaches(workspace, .fixture(.orders, .atLeast, "9")) == [-5: "9", 0: "9"])
            #expect(try await breaches(workspace, .fixture(.orders, .atLeast, "4", category: "a")) == [0: "9"])
            #expect(try await breaches(workspace, .fixture(.orders, .equal, "6")) == [-5: "6"])
            #expect(try await breaches(workspace, .fixture(.orders, .equal, "5")).isEmpty)
            #expect(try await breaches(workspace, .fixture(.orders, .above, "1", category: "unknown")).isEmpty)
            #expect(try await workspace.allAlerts().isEmpty)
        }
    }

    @Test(
        "days without points count for sums and for what is missing, today only where it is decided",
        arguments: TestDatabase.engines)
    func days(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest((-97..<0).filter { $0 != -3 }.map { try .fixture(.orders, "5", on: day($0)) })

            #expect(try await breaches(workspace, .fixture(.orders, .below, "5", condition: .daily)) == [-3: "0"])
            #expect(
                try await breaches(workspace, .fixture(.orders, .below, "5", condition: .daily), isLastDayOver: true)
                    == [-3: "0", 0: "0"])
            #expect(
                try await breaches(workspace, .fixture(.orders, condition: .missing, at: "09:00")) == [-3: nil])
            #expect(
                try await breaches(workspace, .fixture(.orders, .below, "-99", condition: .dailyChangePercent))
                    == [-3: "-100"])
        }
    }
}
