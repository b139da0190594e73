import AnalyticsCore
import Testing

@Suite struct DailyFiguresTests {
    /// Totals by how many days after 2026-11-23 they are, each a count and a sum.
    private func figures(_ totals: [Int: (Int, Amount)]) -> DailyFigures {
        DailyFigures(
            Dictionary(
                uniqueKeysWithValues: totals.map { offset, total in
                    (Day.d0.advanced(by: offset), PeriodTotal(count: total.0, sum: WideAmount(total.1)))
                }))
    }

    @Test("a sum without points is zero, and a mean without points is none")
    func figure() {
        let days = figures([0: (3, 10)])

        #expect(days.figure(of: .d0, for: .fixture(.orders, condition: .daily)) == 10)
        #expect(days.figure(of: .d0, for: .fixture(.bounceRate, condition: .daily)) == 3.3333)
        #expect(days.figure(of: Day.d0.advanced(by: 1), for: .fixture(.orders, condition: .daily)) == .zero)
        #expect(days.figure(of: Day.d0.advanced(by: 1), for: .fixture(.bounceRate, condition: .daily)) == nil)
    }

    @Test("a change is against the same day a week before, and there is none where nothing was")
    func change() {
        let rule = NewAlertRule.fixture(.revenue, .below, -20, condition: .dailyChangePercent)

        #expect(figures([0: (1, 75), -7: (1, 100)]).figure(of: .d0, for: rule) == -25)
        #expect(figures([-7: (1, 100)]).figure(of: .d0, for: rule) == -100)
        #expect(figures([0: (1, 75), -6: (1, 100)]).figure(of: .d0, for: rule) == nil)
        #expect(figures([0: (1, 75), -7: (2, 0)]).figure(of: .d0, for: rule) == nil)
        #expect(figures([0: (3, 10), -7: (1, 3)]).figure(of: .d0, for: rule) == 233.33)
    }

    @Test("a change beyond 64 bits is the largest there is")
    func hugeChange() {
        let rule = NewAlertRule.fixture(.revenue, .above, 1, condition: .dailyChangePercent)
        let days = figures([0: (1, Amount(tenThousandths: .max)), -7: (1, Amount(tenThousandths: 1))])

        #expect(days.figure(of: .d0, for: rule) == Amount(tenThousandths: .max))
    }

    @Test("a rule that asks for days in a row is broken by the last of them")
    func consecutive() {
        let rule = NewAlertRule.fixture(.orders, .below, 5, condition: .daily, days: 3)
        let days = figures([-3: (1, 9), -2: (1, 4), -1: (1, 3), 0: (1, 2), 1: (1, 9), 2: (1, 1)])

        let broken = (-3...2).map { days.breach(of: rule, on: Day.d0.advanced(by: $0), isLate: false)?.value }

        #expect(broken == [nil, nil, nil, 2, nil, nil])
        #expect(
            DailyFigures.days(of: .d0, for: rule)
                == [.d0, Day.d0.advanced(by: -1), Day.d0.advanced(by: -2)])
    }

    @Test("points are missing where a day has none")
    func missing() {
        let rule = NewAlertRule.fixture(.orders, nil, nil, condition: .missing, at: LocalTime(minutes: 540))
        let days = figures([0: (1, 0)])

        #expect(days.breach(of: rule, on: .d0, isLate: false) == nil)
        func verdict(on day: Day) -> DailyFigures.Verdict? {
            days.verdict(on: rule, by: day, isDecided: true, isLate: true, brokenDay: .d0)
        }
        #expect(verdict(on: .d0) == .recovered)
        let tomorrow = Day.d0.advanced(by: 1)
        #expect(days.breach(of: rule, on: tomorrow, isLate: true) == Breach(value: nil, day: tomorrow, isLate: true))
        #expect(verdict(on: tomorrow) == .broken(Breach(value: nil, day: tomorrow, isLate: true)))
    }
}
