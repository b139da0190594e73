import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct DayRuleTests {
    private func day(_ offset: Int) -> Day { .d0.advanced(by: offset) }

    @Test(
        "a sum that is too high is told at once and once a day; one that is too low when the day has ended",
        arguments: TestDatabase.engines)
    func sums(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .above, "10", name: "Many", condition: .daily), workspaceID: workspace.id)
            try await workspace.rules.fixture(
                .fixture(.orders, .below, "5", name: "Few", condition: .daily), workspaceID: workspace.id)

            let few = try await workspace.raise(.fixture(.orders, "4"))
            let many = try await workspace.raise(.fixture(.orders, "7"))
            let more = try await workspace.raise(.fixture(.orders, "1"))
            let past = try await workspace.raise(.fixture(.orders, "4", on: day(-1)))
            let pastTwice = try await workspace.raise(.fixture(.orders, "0.5", on: day(-1)))

            #expect(few.isEmpty)
            #expect(many.map(\.alert.rule?.name) == ["Many"])
            #expect(many.first?.alert.breach == Breach(value: try Amount(parsing: "11"), day: .d0))
            #expect(more.isEmpty)
            #expect(past.map(\.alert.rule?.name) == ["Few"])
            #expect(past.first?.alert.breach == Breach(value: try Amount(parsing: "4"), day: day(-1), isLate: true))
            #expect(pastTwice.isEmpty)
            let alerts = try await workspace.allAlerts()
            #expect(alerts.map(\.occurrences) == [1, 1])
            #expect(alerts.map(\.breach.value?.description) == ["12", "4.5"])
        }
    }

    @Test("a batch decides each day once, by all of its points", arguments: TestDatabase.engines)
    func batch(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .above, "10", condition: .daily), workspaceID: workspace.id)

            let raised = try await workspace.raise(
                .fixture(.orders, "9", on: day(-2)), .fixture(.orders, "8"), .fixture(.orders, "9", on: day(-2)),
                .fixture(.orders, "8"), .fixture(.orders, "9", on: day(-1)))

            #expect(raised.map(\.isNew) == [true])
            #expect(raised.first?.alert.occurrences == 2)
            #expect(raised.first?.alert.breach.day == .d0)
        }
    }

    @Test("a mean is judged at once, both ways", arguments: TestDatabase.engines)
    func means(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.bounceRate, .above, "60", condition: .daily, resolvesItself: true),
                workspaceID: workspace.id)

            let raised = try await workspace.raise(.fixture(.bounceRate, "70"), .fixture(.bounceRate, "51"))
            let recovered = try await workspace.raise(.fixture(.bounceRate, "40"))

            #expect(raised.map(\.alert.breach.value?.description) == ["60.5"])
            #expect(recovered.isEmpty)
            #expect(try await workspace.allAlerts().map(\.status) == [.resolved])
        }
    }

    @Test("a change is against the week before, and nothing is said where nothing was", arguments: TestDatabase.engines)
    func change(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.revenue, .atLeast, "50", name: "Up", condition: .dailyChangePercent),
                workspaceID: workspace.id)
            try await workspace.rules.fixture(
                .fixture(.revenue, .below, "-50", name: "Down", condition: .dailyChangePercent),
                workspaceID: workspace.id)
            try await workspace.ingest(.fixture(.revenue, "200", on: day(-7)), .fixture(.revenue, "100", on: day(-8)))

            let noBase = try await workspace.raise(.fixture(.revenue, "900", on: day(-6)))
            let falling = try await workspace.raise(.fixture(.revenue, "49.99", on: day(-1)))
            let today = try await workspace.raise(.fixture(.revenue, "1"))
            let rising = try await workspace.raise(.fixture(.revenue, "299"))

            #expect(noBase.isEmpty)
            #expect(falling.map(\.alert.breach.value?.description) == ["-50.01"])
            #expect(today.isEmpty)
            #expect(rising.map(\.alert.breach.value?.description) == ["50"])
        }
    }

    @Test("of a category only its own points count", arguments: TestDatabase.engines)
    func category(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.revenue, .above, "100", category: "Books", condition: .daily), workspaceID: workspace.id)
            try await workspace.ingest(.fixture(.revenue, "60", category: "Books"))

            let other = try await workspace.raise(.fixture(.revenue, "900"), .fixture(.revenue, "900", category: "Tea"))
            let own = try await workspace.raise(.fixture(.revenue, "41", category: "Books"))

            #expect(other.isEmpty)
            #expect(own.map(\.alert.breach.value?.description) == ["101"])
        }
    }

    @Test("days in a row are asked for, and a day in between ends them", arguments: TestDatabase.engines)
    func consecutive(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .above, "10", condition: .daily, days: 3), workspaceID: workspace.id)

            var raised: [Int] = []
            for (offset, value) in [(-5, "11"), (-4, "11"), (-3, "10"), (-2, "11"), (-1, "11"), (0, "11")] {
                raised.append(try await workspace.raise(.fixture(.orders, value, on: day(offset))).count)
            }

            #expect(raised == [0, 0, 0, 0, 0, 1])
        }
    }

    @Test(
        "the alert of a day that somebody has resolved is not opened again by the same day",
        arguments: TestDatabase.engines)
    func settled(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .above, "10", condition: .daily), workspaceID: workspace.id)
            try await workspace.raise(.fixture(.orders, "11"))
            try await workspace.resolve(1)

            let sameDay = try await workspace.raise(.fixture(.orders, "1"))
            let nextDay = try await workspace.raise(.fixture(.orders, "11", on: day(1)))

            #expect(sameDay.isEmpty)
            #expect(nextDay.map(\.isNew) == [true])
        }
    }

    @Test(
        "a sum that must not be too high recovers with the next day, not with its first points",
        arguments: TestDatabase.engines)
    func recoversWithDay(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(
                .fixture(.orders, .above, "10", condition: .daily, resolvesItself: true), workspaceID: workspace.id)
            try await workspace.raise(.fixture(.orders, "11"))
            workspace.clock.advance(seconds: 86_400)

            try await workspace.raise(.fixture(.orders, "1", on: day(1)))
            let early = try await workspace.allAlerts().map(\.status)
            try await workspace.doWhatIsDue()
            let sameDay = try await workspace.allAlerts().map(\.status)
            workspace.clock.advance(seconds: 86_400)
            try await workspace.doWhatIsDue()

            #expect(early == [.unread])
            #expect(sameDay == [.unread])
            #expect(try await workspace.allAlerts().map(\.status) == [.resolved])
        }
    }
}
