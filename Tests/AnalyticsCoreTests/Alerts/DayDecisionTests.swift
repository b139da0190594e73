import AnalyticsCore
import Foundation
import Testing

@Suite struct DayDecisionTests {
    private let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt

    private func instant(_ text: String) throws -> Instant { try #require(Instant(text.utf8)) }

    @Test("a day is decided when it is over where the workspace is, or at the rule's time")
    func decision() throws {
        let atEnd = DayDecision(of: .d0, for: .fixture(condition: .daily), in: berlin)
        let atNine = DayDecision(
            of: .d0, for: .fixture(condition: .daily, at: LocalTime(minutes: 540)), in: berlin)

        #expect(atEnd.at == (try instant("2026-11-23T23:00:00Z")))
        #expect(atNine.at == (try instant("2026-11-23T08:00:00Z")))
        #expect(atNine.isDue(at: atNine.at) && !atNine.isDue(at: atNine.at.advanced(bySeconds: -1)))
    }

    @Test("the next decision is today's, or tomorrow's where today's time is past")
    func next() throws {
        let rule = NewAlertRule.fixture(condition: .daily, at: LocalTime(minutes: 540))

        let early = DayDecision.next(for: rule, after: try instant("2026-11-23T07:59:59Z"), in: berlin)
        let late = DayDecision.next(for: rule, after: try instant("2026-11-23T08:00:00Z"), in: berlin)

        #expect(early?.day == .d0)
        #expect(late?.day == Day.d0.advanced(by: 1))
        #expect(late?.at == (try instant("2026-11-24T08:00:00Z")))
    }

    @Test("a rule about single points, about a mean, or one that is off waits for no day")
    func none() throws {
        let now = try instant("2026-11-23T10:00:00Z")
        var off = NewAlertRule.fixture(condition: .daily)
        off.isActive = false

        for rule in [NewAlertRule.fixture(), .fixture(.bounceRate, condition: .daily), off] {
            #expect(DayDecision.next(for: rule, after: now, in: berlin) == nil)
        }
    }
}
