import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct AlertStoreTests {
    private let ada = Alert.Person(id: 1, name: "Ada")

    @Test("a list is narrowed down by status and severity, and counts all", arguments: TestDatabase.engines)
    func list(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            for (index, severity) in [Severity.info, .critical, .info, .warning].enumerated() {
                try await workspace.rules.fixture(
                    .fixture(.orders, .equal, "\(index)", severity: severity), workspaceID: workspace.id)
                try await workspace.raise(.fixture(.orders, "\(index)"))
            }
            _ = try await workspace.alerts.read(2, workspaceID: workspace.id, by: ada, now: .t0)
            try await workspace.resolve(3)
            func ids(_ filter: AlertStore.Filter, _ slice: ListSlice = .init(.offset(0), limit: 10)) async throws
                -> ([Int64], Int, Bool)
            {
                let page = try await workspace.alerts.list(filter, slice, workspaceID: workspace.id).page
                return (page.items.map(\.id), page.total, page.hasMore)
            }

            #expect(try await ids(.init()) == ([4, 3, 2, 1], 4, false))
            #expect(try await ids(.init(status: .unread)) == ([4, 1], 2, false))
            #expect(try await ids(.init(severity: .info)) == ([3, 1], 2, false))
            #expect(try await ids(.init(status: .resolved, severity: .info)) == ([3], 1, false))
            #expect(try await ids(.init(), .init(.offset(1), limit: 2)) == ([3, 2], 4, true))
            #expect(try await ids(.init(), .init(.below(3), limit: 2)) == ([2, 1], 4, false))
            let counts = try await workspace.alerts.list(
                .init(severity: .info), .init(.offset(0), limit: 1), workspaceID: workspace.id
            ).counts
            #expect(counts == [.unread: 2, .read: 1, .resolved: 1])
        }
    }

    @Test("reading and resolving again changes nothing", arguments: TestDatabase.engines)
    func idempotent(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "1"))

            let read = try await workspace.alerts.read(1, workspaceID: workspace.id, by: ada, now: .t0)
            let readAgain = try await workspace.alerts.read(
                1, workspaceID: workspace.id, by: .init(id: 9, name: "Bob"), now: Instant.t0.advanced(bySeconds: 9))
            let resolved = try await workspace.resolve(1, note: "Known")
            workspace.clock.advance(seconds: 60)
            let resolvedAgain = try await workspace.resolve(1, note: "Other")
            let readAfter = try await workspace.alerts.read(1, workspaceID: workspace.id, by: ada, now: .t0)

            #expect(read == readAgain)
            #expect(resolved == resolvedAgain)
            #expect(resolved?.resolution == .init(at: .t0, person: ada, note: "Known"))
            #expect(resolved?.read == .init(at: .t0, person: ada))
            #expect(readAfter == .isResolved)
            #expect(try await workspace.alerts.alert(1, workspaceID: workspace.id) == resolved)
            #expect(
                try await database.auditEntries(workspaceID: workspace.id).filter { $0.action == .alertResolved }.count
                    == 1)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("many are read at once, and what is not there is passed over", arguments: TestDatabase.engines)
    func readMany(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            for value in 1...3 {
                try await workspace.rules.fixture(.fixture(.orders, .equal, "\(value)"), workspaceID: workspace.id)
                try await workspace.raise(.fixture(.orders, "\(value)"))
            }
            try await workspace.resolve(2)

            let read = try await workspace.alerts.read([1, 2, 3, 99], workspaceID: workspace.id, by: ada, now: .t0)

            #expect(read.map(\.id) == [3, 2, 1])
            #expect(read.map(\.status) == [.read, .resolved, .read])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("an alert of another workspace is not there", arguments: TestDatabase.engines)
    func isolation(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let other = try await TestWorkspace(database, email: "bob@example.com")
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "1"))

            #expect(try await other.alerts.alert(1, workspaceID: other.id) == nil)
            #expect(try await other.alerts.read(1, workspaceID: other.id, by: ada, now: .t0) == .unknown)
            #expect(try await other.alerts.read([1], workspaceID: other.id, by: ada, now: .t0).isEmpty)
            #expect(try await other.resolve(1) == nil)
            #expect(try await other.rules.rule(1, workspaceID: other.id) == nil)
            #expect(try await !other.rules.delete(1, workspaceID: other.id, by: .operator, now: .t0))
            #expect(try await workspace.allAlerts().map(\.status) == [.unread])
        }
    }

    @Test("a snooze until a good figure ends with it, whether or not an alert is open", arguments: TestDatabase.engines)
    func snooze(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let rule = try await workspace.rules.fixture(workspaceID: workspace.id)
            func snooze() async throws {
                _ = try await workspace.rules.snooze(
                    rule.id, .untilRecovered, reason: "Stocktaking", workspaceID: workspace.id, by: .ada, now: .t0)
            }
            func current() async throws -> AlertRule.Snooze? {
                try await workspace.rules.rule(rule.id, workspaceID: workspace.id)?.snooze
            }

            try await workspace.raise(.fixture(.revenue, "1"))
            try await snooze()
            try await workspace.raise(.fixture(.revenue, "2"))
            #expect(try await current() == .untilRecovered)
            try await workspace.raise(.fixture(.revenue, "100"))
            #expect(try await current() == nil)
            #expect(try await workspace.allAlerts().map(\.status) == [.unread])

            try await workspace.resolve(1)
            try await snooze()
            try await workspace.raise(.fixture(.revenue, "100"))
            #expect(try await current() == nil)

            let entry = try #require(
                try await database.auditEntries(workspaceID: workspace.id).first { $0.action == .ruleSnoozed })
            #expect(
                entry.changes == [
                    AuditChange("snoozed_until", from: nil, to: "recovered"),
                    AuditChange("reason", from: nil, to: "Stocktaking"),
                ])
        }
    }
}
