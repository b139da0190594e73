import AnalyticsCore
import Foundation
import Testing

@Suite struct ReportScheduleTests {
    private static let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt

    private func day(_ text: String) throws -> Day { try #require(Day(text)) }

    private func instant(_ text: String) throws -> Instant { try #require(Instant(text.utf8)) }

    private func schedule(
        _ type: ReportType, at time: String, next: String, dayOfMonth: Int = 1
    ) throws -> ReportSchedule {
        ReportSchedule(
            id: 1, name: "Sales", type: type, recipients: [], time: try #require(LocalTime(time.utf8)),
            dayOfMonth: dayOfMonth, nextDay: try day(next), createdAt: .init(milliseconds: 0),
            updatedAt: .init(milliseconds: 0))
    }

    @Test(
        "a run is about the last day, ISO week or month that is over",
        arguments: [
            (ReportType.daily, "2026-11-23", "2026-11-22", "2026-11-22"),
            (.daily, "2026-01-01", "2025-12-31", "2025-12-31"),
            // A Monday, a Sunday, a Wednesday.
            (.weekly, "2026-11-23", "2026-11-16", "2026-11-22"), (.weekly, "2026-11-22", "2026-11-09", "2026-11-15"),
            (.weekly, "2026-11-25", "2026-11-16", "2026-11-22"), (.weekly, "1970-01-05", "1969-12-29", "1970-01-04"),
            (.monthly, "2026-11-01", "2026-10-01", "2026-10-31"), (.monthly, "2026-11-30", "2026-10-01", "2026-10-31"),
            (.monthly, "2028-03-15", "2028-02-01", "2028-02-29"), (.monthly, "2026-01-31", "2025-12-01", "2025-12-31"),
        ])
    func lastComplete(type: ReportType, on today: String, from: String, to: String) throws {
        let period = type.lastComplete(on: try day(today))

        #expect(period.from.description == from)
        #expect(period.to.description == to)
    }

    @Test("a month is held against the month before, a single report against as many days")
    func previous() throws {
        let run = Report(
            id: 1, scheduleID: 1, name: "March", type: .monthly, status: .draft, scheduledAt: .init(milliseconds: 0),
            period: ReportType.monthly.lastComplete(on: try day("2026-04-01")), recipients: [],
            createdAt: .init(milliseconds: 0))
        let single = Report(
            id: 1, scheduleID: nil, name: "March", type: .monthly, status: .draft, scheduledAt: .init(milliseconds: 0),
            period: ReportType.monthly.period(endingOn: try day("2026-03-31")), recipients: [],
            createdAt: .init(milliseconds: 0))

        #expect(run.previousPeriod.from.description == "2026-02-01")
        #expect(run.previousPeriod.to.description == "2026-02-28")
        #expect(single.period.from.description == "2026-03-02")
        #expect(single.previousPeriod.from.description == "2026-01-31")
        #expect(single.previousPeriod.to.description == "2026-03-01")
    }

    @Test("runs come at the same local time when clocks change, and once a day")
    func clockChange() throws {
        var daily = try schedule(.daily, at: "02:30", next: "2026-03-28")

        let spring = daily.takeDueRuns(at: try instant("2026-03-30T12:00:00Z"), in: Self.berlin)
        daily = try schedule(.daily, at: "02:30", next: "2026-10-24")
        let autumn = daily.takeDueRuns(at: try instant("2026-10-26T12:00:00Z"), in: Self.berlin)

        // On the 29th of March clocks go from two to three; on the 25th of October from three to two.
        #expect(
            spring.map(\.description) == [
                "2026-03-28T01:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z",
            ])
        #expect(
            autumn.map(\.description) == [
                "2026-10-24T00:30:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z",
            ])
    }

    @Test("a monthly run keeps its date, and in a shorter month is on the last day")
    func shortMonths() throws {
        var monthly = try schedule(.monthly, at: "06:00", next: "2026-01-31", dayOfMonth: 31)

        let runs = monthly.takeDueRuns(at: try instant("2026-05-31T06:00:00Z"), in: .gmt)

        #expect(
            runs.map { String($0.description.prefix(10)) } == [
                "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
            ])
        #expect(monthly.nextDay.description == "2026-06-30")
    }

    @Test("after a long time the latest runs are made up for, a paused schedule has none")
    func behind() throws {
        var daily = try schedule(.daily, at: "06:00", next: "2020-01-01")
        var paused = daily
        paused.isActive = false
        let now = try instant("2026-11-23T10:00:00Z")

        let runs = daily.takeDueRuns(at: now, in: .gmt)

        #expect(runs.count == ReportSchedule.mostRunsBehind)
        #expect(runs.last?.description == "2026-11-23T06:00:00.000Z")
        #expect(daily.nextDay.description == "2026-11-24")
        #expect(paused.takeDueRuns(at: now, in: .gmt).isEmpty)
        #expect(paused.nextRun(in: .gmt) == nil)
        paused.skipDueRuns(at: now, in: .gmt)
        #expect(paused.nextDay.description == "2026-11-24")
    }

    @Test(
        "after a long time runs are what they are when one is counted after the other", arguments: ReportType.allCases)
    func longBehind(type: ReportType) throws {
        let now = try instant("2026-11-23T10:00:00Z")
        for dayOfMonth in [1, 23, 24, 31] {
            for start in ["1970-01-31", "2025-06-04", "2026-01-01", "2026-03-30", "2026-10-02", "2026-11-23"] {
                var jumping = try schedule(type, at: "10:00", next: start, dayOfMonth: dayOfMonth)
                var runs: [Instant] = []
                var day = jumping.nextDay
                while let run = jumping.isActive ? jumping.time.instant(on: day, in: .gmt) : nil, run <= now {
                    runs.append(run)
                    day = type.nextRun(after: day, dayOfMonth: dayOfMonth)
                }

                let taken = jumping.takeDueRuns(at: now, in: .gmt)

                #expect(taken == runs.suffix(ReportSchedule.mostRunsBehind), "\(start), \(dayOfMonth)")
                #expect(jumping.nextDay == day, "\(start), \(dayOfMonth)")
            }
        }
    }

    @Test("runs of decades are passed over about as fast as those of a week")
    func decades() throws {
        let now = try instant("2026-11-23T10:00:00Z")
        // The best of some tries, because others may be at work beside this one.
        func duration(since day: String) throws -> Duration {
            let schedule = try schedule(.daily, at: "02:30", next: day)
            let tries = (0..<7).map { _ in
                ContinuousClock().measure {
                    for _ in 0..<10 {
                        var schedule = schedule
                        schedule.skipDueRuns(at: now, in: Self.berlin)
                    }
                }
            }
            return try #require(tries.min())
        }

        let week = try duration(since: "2026-11-16")
        let decades = try duration(since: "1970-01-01")

        // They are nearly 3,000 weeks.
        #expect(decades < week * 100)
    }

    @Test(
        "a time without an offset is one of the zone's clocks",
        arguments: [
            ("2026-11-23T10:00:00", "2026-11-23T09:00:00.000Z"), ("2026-07-01T10:00", "2026-07-01T08:00:00.000Z"),
            ("2026-11-23", "2026-11-22T23:00:00.000Z"), ("2026-03-29T02:30:15", "2026-03-29T01:00:15.000Z"),
        ])
    func local(text: String, expected: String) {
        #expect(Instant(local: text.utf8, in: Self.berlin)?.description == expected)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "tomorrow", "2026-13-01", "2026-11-23 10:00", "2026-11-23T24:00", "2026-11-23T10:00:60",
            "2026-11-23T10:00:+1", "2026-11-23T10:00:1", "1969-12-31", "2026-11-23T10:00:00.5",
        ])
    func noTime(text: String) {
        #expect(Instant(local: text.utf8, in: .gmt) == nil)
    }
}
