import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

/// A request may break rules and let them recover as often as it likes; what it costs and leaves behind stays small.
@Suite(.timeLimit(.patient)) struct BoundedRequestTests {
    /// Values that are bad and good in turns.
    private func turns(_ count: Int, on day: Day = .d0) throws -> [NewPoint] {
        try (0..<count).map { try .fixture(.revenue, $0.isMultiple(of: 2) ? "1" : "200", on: day) }
    }

    @Test(
        "a batch of bad and good values in turns opens one alert of a rule, counts and resolves it once",
        arguments: TestDatabase.engines)
    func oneAlert(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(.fixture(resolvesItself: true), workspaceID: workspace.id)

            let raised = try await workspace.queue.ingest(turns(1_000), workspaceID: workspace.id).value?.alerts

            let alerts = try await workspace.allAlerts()
            #expect(alerts.map(\.status) == [.resolved])
            #expect(alerts.map(\.occurrences) == [500])
            #expect(alerts.map(\.flaps) == [499])
            #expect(
                alerts.map(\.message) == [
                    "Low: revenue on 2026-11-23 was 1 USD, which is below 100 USD. "
                        + "It recovered and broke again 499 times in between."
                ])
            #expect(raised == alerts.map { RaisedAlert($0, isNew: true) })
            let events = try await EventStore(database: database).events(
                after: 0, limit: 100, workspaceID: workspace.id)
            #expect(events.map(\.kind) == [.alertTriggered, .alertResolved])
            try await expectCountsMatchRows(database)
        }
    }

    @Test(
        "an alert that was open is resolved at the first good value, and the batch opens one other",
        arguments: TestDatabase.engines)
    func twoAlerts(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(.fixture(resolvesItself: true), workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "1"))

            _ = try await workspace.queue.ingest(turns(99), workspaceID: workspace.id)

            let alerts = try await workspace.allAlerts()
            #expect(alerts.map(\.status) == [.resolved, .unread])
            #expect(alerts.map(\.occurrences) == [2, 49])
            #expect(alerts.map(\.flaps) == [0, 48])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a batch of many days opens one alert of a rule about days", arguments: TestDatabase.engines)
    func days(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.revenue, .below, "100", condition: .daily, resolvesItself: true), workspaceID: workspace.id)
            let points: [NewPoint] = try (0..<40).map {
                try .fixture(.revenue, $0.isMultiple(of: 2) ? "1" : "200", on: Day.d0.advanced(by: $0 - 41))
            }

            let raised = try await workspace.queue.ingest(points, workspaceID: workspace.id).value?.alerts

            let alerts = try await workspace.allAlerts()
            #expect(alerts.map(\.status) == [.resolved])
            #expect(alerts.map(\.occurrences) == [20])
            #expect(alerts.map(\.flaps) == [19])
            #expect(raised == alerts.map { RaisedAlert($0, isNew: true) })
        }
    }

    @Test(
        "bad and good values in turns under 200 rules take at most three times the statements of plain values",
        arguments: TestDatabase.engines)
    func statements(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let plain = try await TestWorkspace(database, email: "bob@example.com")
            for workspace in [workspace, plain] {
                for number in 0..<AlertRuleStore.standardMost {
                    try await workspace.rules.fixture(
                        .fixture(name: "Rule \(number)", resolvesItself: true), workspaceID: workspace.id)
                }
                // Has the rules in memory.
                try await workspace.ingest(.fixture(.revenue, "200"))
            }
            func statements(of points: [NewPoint], in workspace: TestWorkspace) async throws -> Int {
                let before = database.statements
                _ = try await workspace.queue.ingest(points, workspaceID: workspace.id)
                return database.statements - before
            }

            let plainCount = try await statements(
                of: .init(repeating: .fixture(.revenue, "200"), count: 200), in: plain)
            let turnCount = try await statements(of: turns(200), in: workspace)
            let manyCount = try await statements(of: turns(2_000), in: workspace)

            #expect(turnCount <= 3 * plainCount, "\(turnCount) statements beside \(plainCount)")
            // The rules changed with the former batch and are read once more.
            #expect(manyCount <= turnCount + 2)
            #expect(try await workspace.allAlerts().count == 400)
        }
    }

    @Test(
        "bad and good values of many requests at once are decided in several transactions",
        arguments: TestDatabase.engines)
    func transactions(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            for number in 0..<AlertRuleStore.standardMost {
                try await workspace.rules.fixture(
                    .fixture(name: "Rule \(number)", resolvesItself: true), workspaceID: workspace.id)
            }
            try await workspace.ingest(.fixture(.revenue, "200"))
            let before = database.commits

            _ = try await workspace.ingestTogether(
                on: database, turns(40).map { ([$0], workspace.id) })

            // 2,000 decisions are 10 requests under 200 rules.
            #expect(database.commits - before >= 4)
        }
    }

    @Test("rules beyond the most stay, and no other is added", arguments: TestDatabase.engines)
    func mostRules(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            for _ in 0..<3 { try await workspace.rules.fixture(workspaceID: workspace.id) }
            let strict = AlertRuleStore(database: database, most: 2)

            let error = await #expect(throws: ValidationError.self) {
                try await strict.fixture(workspaceID: workspace.id)
            }

            #expect(error?.issues.map(\.message) == ["The workspace must not have more than 2 rules."])
            let slice = ListSlice(.offset(0), limit: 10)
            #expect(try await strict.list(slice, workspaceID: workspace.id).items.count == 3)
        }
    }
}
