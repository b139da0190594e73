import AnalyticsCore
import AnalyticsTesting
import Foundation
import Testing

@testable import AnalyticsStore

@Suite struct ReportScheduleStoreTests {
    private struct Rig: Sendable {
        let database: any Database
        let workspace: TestWorkspace
        var reports: ReportStore { ReportStore(database: database) }
        var schedules: ReportScheduleStore { ReportScheduleStore(database: database) }
        var queue: ReportQueue { ReportQueue(database: database) }

        /// Makes a schedule, and gives the report of its first run.
        func create(
            _ type: ReportType = .daily, at instant: Instant? = nil, recipients: [String] = []
        ) async throws -> Report {
            let request = NewReport(
                name: "Sales", type: type, scheduledAt: instant, repeats: true,
                recipients: recipients.map { EmailAddress(trusted: $0) })
            let outcome = try await reports.create(request, workspaceID: workspace.id, by: .operator, now: .t0)
            return try #require(outcome.value)
        }

        @discardableResult
        func update(
            _ report: Report, now: Instant = .t0, _ change: @escaping @Sendable (inout ReportSchedule) -> Void
        ) async throws -> ReportSchedule {
            let id = try #require(report.scheduleID)
            let changed = try await schedules.update(
                id, workspaceID: workspace.id, by: .operator, now: now, change)
            return try #require(changed)
        }

        func settle(in zone: String, now: Instant = .t0) async throws {
            let zone: TimeZone = try #require(TimeZone(identifier: zone))
            _ = try await WorkspaceStore(database: database).update(
                id: workspace.id, .init(timeZone: zone), by: .operator, now: now)
        }

        func current(_ report: Report) async throws -> Report? {
            try await reports.report(report.id, workspaceID: workspace.id)
        }

        func all() async throws -> [Report] {
            try await reports.list(.init(), ListSlice(.offset(0), limit: 1_000), workspaceID: workspace.id).items
        }
    }

    private func withSchedules(_ engine: TestDatabase.Engine, _ body: (Rig) async throws -> Void) async throws {
        try await withDatabase(engine) { database in
            try await body(Rig(database: database, workspace: try await TestWorkspace(database)))
        }
    }

    private func instant(_ text: String) throws -> Instant { try #require(Instant(text.utf8)) }

    private static let files: [ReportFormat: [UInt8]] = [.pdf: [1], .csv: [2], .html: [3]]

    // MARK: - Name and recipients

    @Test(
        "a report that waits goes to those whom its schedule names now, under its name", arguments: TestDatabase.engines
    )
    func waiting(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let first = try await rig.create(
                at: Instant.t0.advanced(bySeconds: 3_600), recipients: ["ada@example.com", "eve@example.com"])

            try await rig.update(first) { schedule in
                schedule.name = "Turnover"
                schedule.recipients = [EmailAddress(trusted: "ada@example.com")]
            }

            let waiting = try #require(try await rig.current(first))
            #expect(waiting.name == "Turnover")
            #expect(waiting.recipients.map(\.text) == ["ada@example.com"])
            let events = try await rig.database.texts("SELECT subject FROM event ORDER BY id")
            #expect(events.count == 2)
            #expect(events.last?.contains("Turnover") == true)
        }
    }

    @Test(
        "who is removed while a report is being made gets none, and what was made stays as it was",
        arguments: TestDatabase.engines)
    func beingMade(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let made = try await rig.create(recipients: ["ada@example.com", "eve@example.com"])
            let id = try #require(made.scheduleID)
            let first = try #require(try await rig.queue.take(now: .t0))
            try await rig.queue.complete(first, files: Self.files, digest: .fixture, now: .t0)
            _ = try await rig.schedules.run(id, workspaceID: rig.workspace.id, by: .operator, now: .t0)
            let second = try #require(try await rig.queue.take(now: .t0))

            try await rig.update(made) { schedule in
                schedule.name = "Turnover"
                schedule.recipients = [EmailAddress(trusted: "ada@example.com")]
            }
            try await rig.queue.complete(second, files: Self.files, digest: .fixture, now: .t0)

            #expect(try await rig.all().map(\.name) == ["Sales", "Sales"])
            #expect(
                try await rig.database.texts("SELECT address FROM delivery ORDER BY id") == [
                    "ada@example.com", "eve@example.com", "ada@example.com",
                ])
        }
    }

    // MARK: - Pauses

    @Test("of what a paused schedule missed nothing is made once it goes on", arguments: TestDatabase.engines)
    func missed(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let later = Instant.t0.advanced(bySeconds: 3 * 86_400)
            let missed = try await rig.create(at: Instant.t0.advanced(bySeconds: 3_600))
            let coming = try await rig.create(at: later.advanced(bySeconds: 1))
            for report in [missed, coming] { try await rig.update(report) { $0.isActive = false } }
            #expect(try await rig.queue.take(now: later) == nil)
            let asked = try await rig.schedules.run(
                try #require(missed.scheduleID), workspaceID: rig.workspace.id, by: .operator, now: later
            ).value

            for report in [missed, coming] { try await rig.update(report, now: later) { $0.isActive = true } }

            // What somebody asked for during the pause is made all the same.
            #expect(try await rig.all().map(\.id) == [asked?.id, coming.id])
            #expect(try await rig.queue.take(now: later)?.report.id == asked?.id)
            #expect(try await rig.queue.take(now: later) == nil)
            #expect(try await rig.queue.take(now: later.advanced(bySeconds: 1))?.report.id == coming.id)
        }
    }

    // MARK: - Time zones

    @Test(
        "a first run that waits keeps its local time when the workspace changes its time zone",
        arguments: TestDatabase.engines)
    func zones(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let day = try #require(Day("2026-11-25"))
            let first = try await rig.create(at: try instant("2026-11-25T00:30:00Z"))
            let paused = try await rig.create(at: try instant("2026-11-25T00:30:00Z"))
            try await rig.update(paused) { $0.isActive = false }
            let single = try #require(
                try await rig.reports.create(
                    NewReport(name: "Once", type: .daily, scheduledAt: try instant("2026-11-25T00:30:00Z")),
                    workspaceID: rig.workspace.id, by: .operator, now: .t0
                ).value)

            try await rig.settle(in: "America/New_York")

            // 00:30 in New York is five hours later.
            let moved = try #require(try await rig.current(first))
            #expect(moved.scheduledAt.description == "2026-11-25T05:30:00.000Z")
            #expect(moved.period == Period(days: 1, endingOn: day.advanced(by: -1)))
            #expect(try await rig.current(paused)?.scheduledAt == moved.scheduledAt)
            #expect(try await rig.current(single) == single)
            let before = moved.scheduledAt.advanced(bySeconds: -1)
            #expect(try await rig.queue.take(now: before)?.report.id == single.id)
            #expect(try await rig.queue.take(now: before) == nil)
            #expect(try await rig.queue.take(now: moved.scheduledAt)?.report.id == first.id)
            #expect(try await rig.queue.take(now: moved.scheduledAt) == nil)
        }
    }

    @Test(
        "a first run whose local time is over in the new time zone is made at once", arguments: TestDatabase.engines)
    func zoneAhead(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let first = try await rig.create(at: Instant.t0.advanced(bySeconds: 3_600))

            try await rig.settle(in: "Asia/Tokyo")

            let due = try await rig.database.integers("SELECT due_at FROM report")
            #expect(due == [Instant.t0.milliseconds])
            #expect(try await rig.current(first).map { $0.scheduledAt < .t0 } == true)
        }
    }

    // MARK: - Turns

    @Test("who asks for a report of the past waits for those who asked before", arguments: TestDatabase.engines)
    func turns(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let first = try await rig.create()
            let past = try await rig.create(at: Instant(milliseconds: 0))

            let taken = try await [rig.queue.take(now: .t0), rig.queue.take(now: .t0)]

            #expect(taken.map { $0?.report.id } == [first.id, past.id])
            #expect(past.scheduledAt == Instant(milliseconds: 0))
        }
    }

    // MARK: - Recipients of a day

    private func expectLimit(_ body: () async throws -> Void) async {
        let error = await #expect(throws: ValidationError.self) { try await body() }
        #expect(error?.issues.map(\.field) == ["recipients"])
        #expect(error?.issues.map(\.code) == [.limit])
    }

    @Test(
        "reports go to a thousand recipients a day, and who asks for more is refused", arguments: TestDatabase.engines)
    func limit(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let id = rig.workspace.id
            let other = try await TestWorkspace(rig.database, email: "bob@example.com")
            func ask(_ count: Int, of workspaceID: Int64, now: Instant = .t0) async throws {
                let recipients = (0..<count).map { EmailAddress(trusted: "\($0)@example.com") }
                _ = try await rig.reports.create(
                    NewReport(name: "Sales", type: .daily, recipients: recipients), workspaceID: workspaceID,
                    by: .operator, now: now)
            }
            let coming = try await rig.create(
                at: Instant.t0.advanced(bySeconds: 3_600), recipients: ["ada@example.com", "eve@example.com"])
            let schedule = try #require(coming.scheduleID)
            for _ in 0..<19 { try await ask(50, of: id) }
            try await ask(47, of: id)

            await expectLimit { try await ask(2, of: id) }
            await expectLimit {
                _ = try await rig.schedules.run(schedule, workspaceID: id, by: .operator, now: .t0)
            }
            await expectLimit {
                try await rig.update(coming) { schedule in
                    schedule.recipients = ["bob@example.com", "joe@example.com"].map { EmailAddress(trusted: $0) }
                }
            }
            try await rig.update(coming) { $0.recipients[0] = EmailAddress(trusted: "bob@example.com") }
            await expectLimit { try await ask(1, of: id) }
            try await ask(0, of: id)
            try await ask(50, of: other.id)
            try await ask(50, of: id, now: Instant.t0.advanced(bySeconds: 86_400))

            #expect(
                try await rig.database.integers("SELECT mail_count FROM workspace ORDER BY id") == [50, 50])
        }
    }

    @Test("a run beyond the day's recipients is made for those who are left", arguments: TestDatabase.engines)
    func runsBeyond(engine: TestDatabase.Engine) async throws {
        try await withSchedules(engine) { rig in
            let first = try await rig.create(recipients: ["ada@example.com", "eve@example.com"])
            let nextDay = Instant.t0.advanced(bySeconds: 86_400)
            try await rig.database.run(
                "UPDATE workspace SET mail_day = \(Day(of: nextDay, in: .gmt)), mail_count = 999")
            let due = try #require(try await rig.queue.nextDueSchedule(now: nextDay))

            let withheld = try await rig.queue.startRuns(of: due, now: nextDay)

            #expect(withheld == 1)
            let reports = try await rig.all()
            #expect(reports.map(\.recipients.count) == [1, 2])
            #expect(reports.last?.id == first.id)
        }
    }
}
