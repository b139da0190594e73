import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct ValueRuleTests {
    @Test("a bad point opens an alert in its own transaction, and says so", arguments: TestDatabase.engines)
    func opens(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let rule = try await workspace.rules.fixture(.fixture(name: "Low revenue"), workspaceID: workspace.id)

            let outcome = try await workspace.queue.ingest(
                [.fixture(.revenue, "100"), .fixture(.revenue, "99.9999"), .fixture(.orders, "1")],
                workspaceID: workspace.id)

            let stored = try #require(outcome.value)
            let expected = Alert(
                id: 1, rule: .init(id: rule.id, name: "Low revenue"), metric: .revenue, condition: .value,
                comparison: .below, threshold: try Amount(parsing: "100"), severity: .warning,
                breach: Breach(
                    value: try Amount(parsing: "99.9999"), day: .d0, isLate: false, recordID: stored[1].id.number),
                message: "Low revenue: revenue on 2026-11-23 was 99.9999 USD, which is below 100 USD.",
                occurrences: 1, triggeredAt: .t0, lastTriggeredAt: .t0)
            #expect(stored.alerts == [RaisedAlert(expected, isNew: true)])
            #expect(try await workspace.allAlerts() == [expected])
            try await expectCountsMatchRows(database)
        }
    }

    @Test(
        "another breach is an occurrence and keeps the status; after it is resolved the next opens another",
        arguments: TestDatabase.engines)
    func life(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "1"))
            _ = try await workspace.alerts.read(
                1, workspaceID: workspace.id, by: .init(id: 1, name: "Ada"), now: .t0)
            workspace.clock.advance(seconds: 60)

            let again = try await workspace.raise(.fixture(.revenue, "2"), .fixture(.revenue, "3"))
            try await workspace.resolve(1)
            let next = try await workspace.raise(.fixture(.revenue, "4"))

            #expect(again.map(\.isNew) == [false])
            #expect(again.first?.alert.status == .read)
            #expect(again.first?.alert.occurrences == 3)
            #expect(again.first?.alert.breach.value?.description == "3")
            #expect(again.first?.alert.triggeredAt == .t0)
            #expect(again.first?.alert.lastTriggeredAt == workspace.clock.now)
            #expect(next.map(\.isNew) == [true])
            #expect(next.map(\.alert.id) == [2])
            #expect(try await workspace.allAlerts().map(\.status) == [.resolved, .unread])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a point of another metric, category or workspace breaks nothing", arguments: TestDatabase.engines)
    func scope(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let other = try await TestWorkspace(database, email: "bob@example.com")
            try await workspace.rules.fixture(.fixture(category: "Books"), workspaceID: workspace.id)
            try await workspace.rules.fixture(.fixture(isActive: false), workspaceID: workspace.id)

            let none = try await workspace.raise(
                .fixture(.orders, "1", category: "Books"), .fixture(.revenue, "1"),
                .fixture(.revenue, "1", category: "books"), .fixture(.revenue, "100", category: "Books"))
            let foreign = try await other.raise(.fixture(.revenue, "1", category: "Books"))
            let own = try await workspace.raise(.fixture(.revenue, "1", category: "Books"))

            #expect(none.isEmpty)
            #expect(foreign.isEmpty)
            #expect(own.map(\.alert.rule?.id) == [1])
        }
    }

    @Test("each operator finds what it names in a batch, and exact decimals alone", arguments: TestDatabase.engines)
    func operators(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            for comparison in Comparison.allCases {
                try await workspace.rules.fixture(
                    .fixture(.orders, comparison, "5.5", name: comparison.rawValue), workspaceID: workspace.id)
            }

            let raised = try await workspace.raise(
                .fixture(.orders, "5.4999"), .fixture(.orders, "5.5"), .fixture(.orders, "5.5001"),
                .fixture(.orders, "5.6"))

            let occurrences = Dictionary(
                uniqueKeysWithValues: raised.map { ($0.alert.rule?.name ?? "", $0.alert.occurrences) })
            #expect(occurrences == ["<": 1, ">": 2, "<=": 2, ">=": 3, "=": 1])
        }
    }

    @Test("a rule changed, switched off or deleted counts from the next point on", arguments: TestDatabase.engines)
    func changes(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let rule = try await workspace.rules.fixture(workspaceID: workspace.id)
            func change(_ change: @escaping @Sendable (inout NewAlertRule) -> Void) async throws {
                _ = try await workspace.rules.update(rule.id, workspaceID: workspace.id, by: .operator, now: .t0) {
                    var rule = $0
                    change(&rule.definition)
                    return rule
                }
            }

            let first = try await workspace.raise(.fixture(.revenue, "50"))
            try await change { $0.threshold = Amount(tenThousandths: 10_0000) }
            let changed = try await workspace.raise(.fixture(.revenue, "50"))
            try await change { $0.isActive = false }
            let off = try await workspace.raise(.fixture(.revenue, "5"))
            try await change { $0.isActive = true }
            let on = try await workspace.raise(.fixture(.revenue, "5"))
            let isDeleted = try await workspace.rules.delete(
                rule.id, workspaceID: workspace.id, by: .operator, now: .t0)
            let deleted = try await workspace.raise(.fixture(.revenue, "5"))

            #expect([first, changed, off, on, deleted].map(\.count) == [1, 0, 0, 1, 0])
            #expect(isDeleted)
            let left = try await workspace.allAlerts()
            #expect(left.map(\.rule) == [nil])
            #expect(left.first?.message.hasPrefix("Low: ") == true)
            #expect(try await workspace.resolve(1)?.status == .resolved)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a good figure resolves an alert by itself where the rule says so", arguments: TestDatabase.engines)
    func resolvesItself(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(recover: "120", resolvesItself: true), workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "99"))

            try await workspace.raise(.fixture(.revenue, "119"), .fixture(.revenue, "500", on: .d0.advanced(by: -1)))
            let open = try await workspace.allAlerts().map(\.status)
            try await workspace.raise(.fixture(.revenue, "120"))
            let recovered = try await workspace.allAlerts()
            let twice = try await workspace.raise(
                .fixture(.revenue, "1"), .fixture(.revenue, "200"), .fixture(.revenue, "2"))

            #expect(open == [.unread])
            #expect(recovered.map(\.status) == [.resolved])
            #expect(recovered.first?.resolution == Alert.Resolution(at: .t0, person: nil, note: nil))
            #expect(twice.map(\.alert.id) == [2])
            #expect(twice.map(\.alert.flaps) == [1])
            #expect(try await workspace.allAlerts().map(\.status) == [.resolved, .unread])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("what arrives after its day has ended is late, and tomorrow's is not", arguments: TestDatabase.engines)
    func late(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)

            let yesterday = try await workspace.raise(.fixture(.revenue, "1", on: .d0.advanced(by: -1)))
            let today = try await workspace.raise(.fixture(.revenue, "1"))
            let tomorrow = try await workspace.raise(.fixture(.revenue, "1", on: .d0.advanced(by: 1)))

            #expect((yesterday + today + tomorrow).map(\.alert.breach.isLate) == [true, false, false])
            #expect(yesterday.first?.alert.breach.day == .d0.advanced(by: -1))
        }
    }

    @Test("requests that share a transaction each learn of their own alerts", arguments: TestDatabase.engines)
    func together(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.rules.fixture(.fixture(.orders, .above, "5", name: "Many"), workspaceID: workspace.id)
            database.hold()
            let first = Task.immediate { try await workspace.raise(.fixture(.users)) }
            await database.untilHeld()
            let points: [NewPoint] = try [
                .fixture(.revenue, "1"), .fixture(.orders, "5"), .fixture(.revenue, "2"), .fixture(.orders, "6"),
            ]
            let tasks = points.map { point in Task.immediate { try await workspace.raise(point) } }
            database.release()

            var raised: [[RaisedAlert]] = []
            for task in tasks { raised.append(try await task.value) }

            #expect(try await first.value.isEmpty)
            #expect(raised.map { $0.map(\.isNew) } == [[true], [], [false], [true]])
            #expect(raised.map { $0.map(\.alert.occurrences) } == [[1], [], [2], [1]])
            #expect(try await workspace.allAlerts().count == 2)
        }
    }

    @Test("a point that takes another's place is decided by its new value", arguments: TestDatabase.engines)
    func replacement(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "500", externalID: "total"))

            let raised = try await workspace.raise(.fixture(.revenue, "50", externalID: "total"))

            #expect(raised.map(\.alert.breach.recordID) == [try await workspace.list().points[0].id.number])
        }
    }

    @Test(
        "however many write and resolve at once, a rule has one open alert and no breach is lost",
        arguments: TestDatabase.engines)
    func race(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            // On a shared database several processes write at once.
            let queues = (0..<3).map { _ in IngestQueue(database: database, now: { .t0 }) }

            let resolvedTimes = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<60 {
                    let queue = queues[number % queues.count]
                    group.addTask {
                        _ = try await queue.ingest([.fixture(.revenue, "1")], workspaceID: workspace.id)
                        return 0
                    }
                    if number.isMultiple(of: 6) {
                        group.addTask {
                            guard let open = try await workspace.allAlerts().last(where: { $0.status != .resolved })
                            else { return 0 }
                            return try await workspace.resolve(open.id) == nil ? 0 : 1
                        }
                    }
                }
                return try await group.reduce(0, +)
            }

            let alerts = try await workspace.allAlerts()
            #expect(alerts.map(\.occurrences).reduce(0, +) == 60)
            #expect(alerts.filter { $0.status != .resolved }.count <= 1)
            #expect(resolvedTimes >= alerts.filter { $0.status == .resolved }.count)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a refused request opens no alert, and its neighbour's stands", arguments: TestDatabase.engines)
    func refused(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(.fixture(.revenue, .above, "5"), workspaceID: workspace.id)
            try await workspace.ingest(.huge(.max))

            let outcomes = try await workspace.ingestTogether(
                on: database,
                [([.huge(.max)], workspace.id), ([.fixture(.revenue, "6", on: .d0.advanced(by: -1))], workspace.id)])

            #expect(outcomes[0].error is ValidationError)
            #expect(outcomes[1].error == nil)
            #expect(try await workspace.allAlerts().map(\.occurrences) == [2])
        }
    }
}
