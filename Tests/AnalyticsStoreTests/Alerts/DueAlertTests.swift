import AnalyticsCore
import AnalyticsTesting
import Foundation
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct DueAlertTests {
    private func day(_ offset: Int) -> Day { .d0.advanced(by: offset) }

    @Test("a sum that stayed too low is told when its day has ended, also one of zero", arguments: TestDatabase.engines)
    func endOfDay(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .below, "5", condition: .daily), workspaceID: workspace.id)
            try await workspace.raise(.fixture(.orders, "4"))
            // To the last second of the day in UTC.
            workspace.clock.advance(seconds: 50_399)
            try await workspace.doWhatIsDue()
            let before = try await workspace.allAlerts()

            workspace.clock.advance(seconds: 1)
            try await workspace.doWhatIsDue()
            try await workspace.doWhatIsDue()
            let after = try await workspace.allAlerts()
            workspace.clock.advance(seconds: 86_400)
            try await workspace.doWhatIsDue()

            #expect(before.isEmpty)
            #expect(after.map(\.breach) == [Breach(value: try Amount(parsing: "4"), day: .d0)])
            let last = try #require(try await workspace.allAlerts().last)
            #expect(last.id == 1 && last.occurrences == 2)
            #expect(last.breach == Breach(value: .zero, day: day(1)))
        }
    }

    @Test("a rule's time decides before the day ends, by the workspace's clocks", arguments: TestDatabase.engines)
    func atTime(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            _ = try await WorkspaceStore(database: database).update(
                id: workspace.id, .init(timeZone: TimeZone(identifier: "Europe/Berlin")), by: .operator, now: .t0)
            try await workspace.rules.fixture(
                .fixture(.orders, .below, "5", condition: .daily, at: "18:00"), workspaceID: workspace.id)
            // 17:59:59 in Berlin.
            workspace.clock.advance(seconds: 7 * 3600 - 1)
            try await workspace.doWhatIsDue()
            let before = try await workspace.allAlerts()
            workspace.clock.advance(seconds: 1)
            try await workspace.doWhatIsDue()

            #expect(before.isEmpty)
            #expect(try await workspace.allAlerts().map(\.breach.day) == [.d0])
            // From then on the day is decided at once.
            try await workspace.resolve(1)
            let later = try await workspace.raise(.fixture(.orders, "6", on: day(-1)), .fixture(.orders, "1"))
            #expect(later.isEmpty)
        }
    }

    @Test("missing points are told at the time, and their coming resolves it", arguments: TestDatabase.engines)
    func missing(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.users, name: "Silent", condition: .missing, at: "12:00", resolvesItself: true),
                workspaceID: workspace.id)
            workspace.clock.advance(seconds: 2 * 3600)
            try await workspace.doWhatIsDue()

            let silent = try await workspace.allAlerts()
            try await workspace.raise(.fixture(.users, "1", on: day(-1)))
            let stillSilent = try await workspace.allAlerts().map(\.status)
            try await workspace.raise(.fixture(.users, "1"))
            let heard = try await workspace.allAlerts().map(\.status)
            workspace.clock.advance(seconds: 86_400)
            try await workspace.raise(.fixture(.users, "1", on: day(1)))
            try await workspace.doWhatIsDue()

            #expect(silent.map(\.message) == ["Silent: no data point of users had come for 2026-11-23 by 12:00."])
            #expect(silent.map(\.breach) == [Breach(value: nil, day: .d0)])
            #expect(stillSilent == [.unread])
            #expect(heard == [.resolved])
            #expect(try await workspace.allAlerts().count == 1)
        }
    }

    @Test("days that passed while nothing ran are made up for, as late ones", arguments: TestDatabase.engines)
    func madeUp(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .below, "5", condition: .daily), workspaceID: workspace.id)
            workspace.clock.advance(seconds: 3 * 86_400)
            try await workspace.doWhatIsDue()
            let afterThree = try await workspace.allAlerts()
            workspace.clock.advance(seconds: 100 * 86_400)
            try await workspace.doWhatIsDue()

            #expect(afterThree.map(\.occurrences) == [3])
            #expect(afterThree.map(\.breach.day) == [day(2)])
            #expect(try await workspace.allAlerts().map(\.occurrences) == [3 + DueAlertStore.mostDaysBehind])
        }
    }

    @Test("whoever decides at the same time, a day is decided once", arguments: TestDatabase.engines)
    func once(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .below, "5", condition: .daily), workspaceID: workspace.id)
            workspace.clock.advance(seconds: 86_400)
            let now = workspace.clock.now
            let due = DueAlertStore(database: database)
            let key = try #require(try await due.dueRules(now: now).first)

            try await withThrowingTaskGroup { group in
                for _ in 0..<8 { group.addTask { try await due.decide(key, now: now) } }
                try await group.waitForAll()
            }

            #expect(try await workspace.allAlerts().map(\.occurrences) == [1])
            #expect(try await due.dueRules(now: now).isEmpty)
        }
    }

    @Test(
        "who was notified is reminded until the alert is resolved, and not while the rule is snoozed",
        arguments: TestDatabase.engines)
    func reminders(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let rule = try await workspace.rules.fixture(.fixture(reminderMinutes: 5), workspaceID: workspace.id)
            let due = DueAlertStore(database: database)
            try await workspace.raise(.fixture(.revenue, "1"))
            workspace.clock.advance(seconds: 299)
            #expect(try await due.dueReminders(now: workspace.clock.now).isEmpty)

            workspace.clock.advance(seconds: 1)
            #expect(try await due.dueReminders(now: workspace.clock.now).count == 1)
            try await workspace.doWhatIsDue()
            #expect(try await due.dueReminders(now: workspace.clock.now.advanced(bySeconds: 299)).isEmpty)
            #expect(try await due.dueReminders(now: workspace.clock.now.advanced(bySeconds: 300)).count == 1)

            _ = try await workspace.rules.snooze(
                rule.id, .untilRecovered, reason: nil, workspaceID: workspace.id, by: .ada, now: workspace.clock.now)
            workspace.clock.advance(seconds: 300)
            try await workspace.doWhatIsDue()
            try await workspace.resolve(1)
            #expect(try await due.dueReminders(now: workspace.clock.now.advanced(bySeconds: 9_999)).isEmpty)
        }
    }

    @Test("another time zone moves the decisions", arguments: TestDatabase.engines)
    func timeZone(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .below, "5", condition: .daily), workspaceID: workspace.id)

            _ = try await WorkspaceStore(database: database).update(
                id: workspace.id, .init(timeZone: TimeZone(identifier: "Asia/Tokyo")), by: .operator, now: .t0)

            let next = try await database.integer("SELECT next_decision_at FROM alert_rule")
            #expect(Instant(milliseconds: next).description == "2026-11-23T15:00:00.000Z")
        }
    }
}
