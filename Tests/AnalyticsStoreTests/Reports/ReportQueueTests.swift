import AnalyticsCore
import AnalyticsTesting
import Foundation
import Testing

@testable import AnalyticsStore

@Suite struct ReportQueueTests {
    private struct Rig: Sendable {
        let database: any Database
        let workspace: TestWorkspace
        var reports: ReportStore { ReportStore(database: database) }
        var schedules: ReportScheduleStore { ReportScheduleStore(database: database) }
        var queue: ReportQueue { ReportQueue(database: database) }

        func create(
            _ type: ReportType = .weekly, at instant: Instant? = nil, repeats: Bool = false
        ) async throws -> Report {
            let request = NewReport(name: "Sales", type: type, scheduledAt: instant, repeats: repeats)
            let outcome = try await reports.create(request, workspaceID: workspace.id, by: .operator, now: .t0)
            return try #require(outcome.value)
        }

        func all() async throws -> [Report] {
            try await reports.list(.init(), ListSlice(.offset(0), limit: 1_000), workspaceID: workspace.id).items
        }
    }

    private func withReports(_ engine: TestDatabase.Engine, _ body: (Rig) async throws -> Void) async throws {
        try await withDatabase(engine) { database in
            try await body(Rig(database: database, workspace: try await TestWorkspace(database)))
        }
    }

    private static let files: [ReportFormat: [UInt8]] = [.pdf: [1, 2, 3], .csv: [4], .html: [0, 0xFF]]

    @Test("of two who take at the same time one gets it", arguments: TestDatabase.engines)
    func once(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            let report = try await rig.create()
            async let first = rig.queue.take(now: .t0)
            async let second = rig.queue.take(now: .t0)

            let taken = try await [first, second].compactMap(\.self)

            #expect(taken.map(\.report.id) == [report.id])
            #expect(taken.first?.report.status == .processing)
        }
    }

    @Test(
        "what nothing is heard of is due again, and only who took it last stores its files",
        arguments: TestDatabase.engines)
    func fence(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            let report = try await rig.create()
            let later = Instant.t0.advanced(bySeconds: ReportQueue.leaseSeconds)
            let crashed = try #require(try await rig.queue.take(now: .t0))

            let early = try await rig.queue.take(now: later.advanced(bySeconds: -1))
            let repeated = try #require(try await rig.queue.take(now: later))
            let late = try await rig.queue.complete(crashed, files: [.pdf: [9]], digest: .fixture, now: later)
            let counted = try await rig.queue.complete(repeated, files: Self.files, digest: .fixture, now: later)
            let twice = try await rig.queue.fail(repeated, "again", now: later)

            #expect(early == nil)
            #expect([late, counted, twice] == [false, true, false])
            #expect(repeated.formerAttempts == 1)
            let done = try #require(try await rig.reports.report(report.id, workspaceID: rig.workspace.id))
            #expect(done.status == .completed)
            #expect(done.completedAt == later)
            // The digest of 01 02 03.
            #expect(done.sha256 == "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81")
            for (format, content) in Self.files {
                let file = try await rig.reports.file(format, of: report.id, workspaceID: rig.workspace.id)
                #expect(file?.content == content)
            }
            #expect(try await rig.queue.take(now: later.advanced(bySeconds: 9_999)) == nil)
        }
    }

    @Test("a report waits for its time, and a removed one is not made", arguments: TestDatabase.engines)
    func waits(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            let later = Instant.t0.advanced(bySeconds: 3_600)
            let report = try await rig.create(at: later)
            #expect(try await rig.queue.take(now: later.advanced(bySeconds: -1)) == nil)
            let taken = try #require(try await rig.queue.take(now: later))

            _ = try await rig.reports.delete(report.id, workspaceID: rig.workspace.id, by: .operator, now: later)
            let counted = try await rig.queue.complete(taken, files: Self.files, digest: .fixture, now: later)

            #expect(!counted)
            #expect(try await rig.all().isEmpty)
            #expect(try await rig.database.texts("SELECT format FROM report_file").isEmpty)
        }
    }

    @Test("each run of a schedule is one report, however many look", arguments: TestDatabase.engines)
    func runs(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            let first = try await rig.create(.daily, repeats: true)
            let nextDay = Instant.t0.advanced(bySeconds: 86_400)

            try await rig.queue.startDueRuns(now: nextDay.advanced(bySeconds: -1))
            #expect(try await rig.all().count == 1)
            async let one: Void = rig.queue.startDueRuns(now: nextDay)
            async let other: Void = rig.queue.startDueRuns(now: nextDay)
            _ = try await (one, other)

            let reports = try await rig.all()
            #expect(reports.count == 2)
            #expect(reports.allSatisfy { $0.scheduleID == first.scheduleID && $0.scheduleID != nil })
            #expect(reports[0].scheduledAt == nextDay)
            #expect(reports.map(\.period.to) == [.d0, Day.d0.advanced(by: -1)])
        }
    }

    @Test("a paused schedule makes nothing, not even its first report", arguments: TestDatabase.engines)
    func paused(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            let start = Instant.t0.advanced(bySeconds: 3_600)
            let later = Instant.t0.advanced(bySeconds: 3 * 86_400)
            let id = try #require(try await rig.create(.daily, at: start, repeats: true).scheduleID)
            func setActive(_ isActive: Bool, now: Instant) async throws -> ReportSchedule? {
                try await rig.schedules.update(id, workspaceID: rig.workspace.id, by: .operator, now: now) {
                    $0.isActive = isActive
                }
            }

            #expect(try await setActive(false, now: .t0)?.nextRun(in: .gmt) == nil)
            try await rig.queue.startDueRuns(now: later)
            #expect(try await rig.queue.take(now: later) == nil)
            #expect(try await rig.all().count == 1)
            let resumed = try #require(try await setActive(true, now: later))
            try await rig.queue.startDueRuns(now: later)

            // None of those that were missed is made up for, not even the first.
            #expect(try await rig.queue.take(now: later) == nil)
            #expect(resumed.nextRun(in: .gmt).map { $0 > later } == true)
            #expect(try await rig.all().isEmpty)
        }
    }

    @Test(
        "a schedule that is removed takes what waits with it and leaves what was made", arguments: TestDatabase.engines)
    func removed(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            let made = try await rig.create(.daily, repeats: true)
            let scheduleID = try #require(made.scheduleID)
            let taken = try #require(try await rig.queue.take(now: .t0))
            try await rig.queue.complete(taken, files: Self.files, digest: .fixture, now: .t0)
            _ = try await rig.schedules.run(scheduleID, workspaceID: rig.workspace.id, by: .operator, now: .t0)

            let isDeleted = try await rig.schedules.delete(
                scheduleID, workspaceID: rig.workspace.id, by: .operator, now: .t0)

            #expect(isDeleted)
            #expect(try await rig.all().map(\.id) == [made.id])
        }
    }

    @Test("a report says what KPIs, charts and categories say, all of one moment", arguments: TestDatabase.engines)
    func content(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            try await rig.workspace.rules.fixture(.fixture(.revenue, .below, "0"), workspaceID: rig.workspace.id)
            try await rig.workspace.raise(
                .fixture(.revenue, "100.25", category: "Shop"), .fixture(.revenue, "-1"),
                .fixture(.revenue, "40", on: Day.d0.advanced(by: -7)), .fixture(.bounceRate, "40"),
                .fixture(.bounceRate, "41"))
            _ = try await rig.create(.weekly)
            let taken = try #require(try await rig.queue.take(now: .t0))

            let content = try await rig.queue.content(of: taken, now: .t0)

            #expect(content.figures.map(\.metric) == Metric.allCases)
            let revenue = try #require(content.figures.first)
            #expect(revenue.kpi.value?.description == "99.25")
            #expect(revenue.kpi.previousValue?.description == "40")
            #expect(revenue.series.values.compactMap { $0?.description }.last == "99.25")
            #expect(content.figures.first { $0.metric == .bounceRate }?.kpi.value?.description == "40.5")
            #expect(content.categories.total.description == "99.25")
            #expect(content.alerts.map(\.severity) == [.warning])
            #expect(content.alertCount == 1)
            #expect(content.period.to == .d0)
            #expect(content.previousPeriod.to == Day.d0.advanced(by: -7))
        }
    }

    @Test("how many reports there are is known whatever becomes of them", arguments: TestDatabase.engines)
    func counts(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            let id = rig.workspace.id
            let completed = try await rig.create(.daily)
            let failed = try await rig.create(.weekly)
            let processing = try await rig.create(.daily)
            let first = try #require(try await rig.queue.take(now: .t0))
            try await rig.queue.complete(first, files: Self.files, digest: .fixture, now: .t0)
            let second = try #require(try await rig.queue.take(now: .t0))
            try await rig.queue.fail(second, "no font", now: .t0)
            let third = try #require(try await rig.queue.take(now: .t0))
            try await rig.queue.giveBack(third, isCounted: true, now: .t0)
            _ = try await rig.queue.take(now: Instant.t0.advanced(bySeconds: ReportQueue.pauseSeconds))
            let soon = Instant.t0.advanced(bySeconds: 1)
            let paused = try await rig.create(.monthly, at: soon, repeats: true)
            let removed = try await rig.create(.monthly, at: soon, repeats: true)
            let drafts = [try await rig.create(.daily), try await rig.create(.daily)]

            func total(_ filter: ReportStore.Filter) async throws -> Int {
                try await rig.reports.list(filter, ListSlice(.offset(0), limit: 1), workspaceID: id).total
            }
            #expect(try await total(.init()) == 7)
            #expect(try await total(.init(type: .daily)) == 4)
            #expect(try await total(.init(status: .draft)) == 4)
            #expect(try await total(.init(type: .daily, status: .processing)) == 1)
            try await expectCountsMatchRows(rig.database)

            for report in [drafts[0], processing] {
                _ = try await rig.reports.delete(report.id, workspaceID: id, by: .operator, now: .t0)
            }
            for isActive in [false, true] {
                _ = try await rig.schedules.update(
                    try #require(paused.scheduleID), workspaceID: id, by: .operator, now: soon
                ) { $0.isActive = isActive }
            }
            _ = try await rig.schedules.delete(
                try #require(removed.scheduleID), workspaceID: id, by: .operator, now: .t0)
            #expect(try await rig.all().map(\.id) == [drafts[1].id, failed.id, completed.id])
            try await expectCountsMatchRows(rig.database)

            #expect(try await rig.reports.prune(finishedBy: .t0) == 2)
            #expect(try await rig.all().map(\.id) == [drafts[1].id])
            try await expectCountsMatchRows(rig.database)
        }
    }

    @Test("what failed goes once it has been so for long enough, the earliest first", arguments: TestDatabase.engines)
    func pruned(engine: TestDatabase.Engine) async throws {
        try await withReports(engine) { rig in
            var ends: [Instant] = []
            // The first was to be made long ago, and has failed last.
            for (seconds, instant) in [(Int64(300), Instant(milliseconds: 0)), (100, .t0), (200, .t0)] {
                _ = try await rig.create(.daily, at: instant)
                let taken = try #require(try await rig.queue.take(now: .t0))
                let end = Instant.t0.advanced(bySeconds: seconds)
                ends.append(end)
                try await rig.queue.fail(taken, "no font", now: end)
            }

            let early = try await rig.reports.prune(finishedBy: ends[1].advanced(bySeconds: -1))
            let first = try await rig.reports.prune(finishedBy: ends[0], limit: 1)

            #expect(early == 0)
            #expect(first == 1)
            #expect(try await rig.all().map(\.id) == [3, 1])
        }
    }
}
