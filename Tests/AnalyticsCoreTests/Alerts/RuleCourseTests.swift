import AnalyticsCore
import Testing

@Suite struct RuleCourseTests {
    private func course(
        of rule: NewAlertRule, watchesRecovery: Bool = true, startsOpen: Bool = false, brokenDay: Day? = nil,
        _ figures: [(Amount, Int)]
    ) -> RuleCourse {
        var course = RuleCourse(startsOpen: startsOpen, resolves: rule.resolvesItself, brokenDay: brokenDay)
        for (index, figure) in figures.enumerated() {
            course.observe(
                rule, watchesRecovery: watchesRecovery, index, value: figure.0, day: Day.d0.advanced(by: figure.1))
        }
        return course
    }

    private func broken(
        _ last: Int, first firstDay: Int = 0, latest latestDay: Int = 0, count: Int, flaps: Int = 0
    ) -> RuleCourse.Step {
        .broken(
            .init(
                last: last, firstDay: Day.d0.advanced(by: firstDay), latestDay: Day.d0.advanced(by: latestDay),
                count: count, flaps: flaps))
    }

    @Test("breaches in a row are one step, with the last of them, the first day and the latest one")
    func run() {
        let course = course(of: .fixture(), [(100, 0), (99, 0), (98, 1), (97, -3)])

        #expect(course.steps == [broken(3, latest: 1, count: 3)])
        #expect(course.isOpen)
    }

    @Test("breaches and recoveries in turns are one alert, which counts how often they came back")
    func flaps() {
        let course = course(
            of: .fixture(recover: 120, resolvesItself: true),
            [(99, 0), (110, 0), (98, 0), (120, 0), (130, 0), (1, 0), (200, 0), (2, 0), (200, 0)])

        #expect(course.steps == [.recovered, broken(7, count: 4, flaps: 2), .recovered])
        #expect(!course.isOpen)
        #expect(course.brokenDay == nil)
    }

    @Test("ten thousand turns are four steps at most, whatever they begin and end with")
    func bounded() {
        for startsOpen in [false, true] {
            for isFirstBad in [false, true] {
                for count in [10_000, 10_001] {
                    let figures: [(Amount, Int)] = (0..<count).map { ($0.isMultiple(of: 2) == isFirstBad ? 1 : 200, 0) }
                    let course = course(
                        of: .fixture(resolvesItself: true), startsOpen: startsOpen,
                        brokenDay: startsOpen ? .d0 : nil, figures)

                    #expect(course.steps.count <= 4)
                    let opened = course.steps.filter { if case .broken = $0 { true } else { false } }
                    #expect(opened.count <= (startsOpen ? 2 : 1))
                }
            }
        }
    }

    @Test("an alert that was open is resolved by the first recovery, and what follows is another")
    func open() {
        let rule = NewAlertRule.fixture(resolvesItself: true)
        let figures: [(Amount, Int)] = [(5, 0), (200, 0), (6, 0), (200, 0), (7, 0)]

        let course = course(of: rule, startsOpen: true, brokenDay: .d0, figures)

        #expect(course.steps == [broken(0, count: 1), .recovered, broken(4, count: 2, flaps: 1)])
        #expect(course.isOpen)
    }

    @Test("where a recovery resolves nothing, all breaches are of one alert and only ends a snooze")
    func snoozed() {
        let rule = NewAlertRule.fixture()

        #expect(
            course(of: rule, brokenDay: .first, [(200, 0), (5, 0), (200, 0), (6, 0)]).steps == [
                .recovered, broken(3, count: 2),
            ])
        #expect(
            course(of: rule, startsOpen: true, brokenDay: .d0, [(5, 0), (200, 0)]).steps == [
                broken(0, count: 1), .recovered,
            ])
    }

    @Test("a good figure of an earlier day tells of a time before the breach")
    func earlier() {
        let rule = NewAlertRule.fixture(resolvesItself: true)

        #expect(course(of: rule, startsOpen: true, brokenDay: .d0, [(200, -1)]).steps.isEmpty)
        #expect(course(of: rule, startsOpen: true, brokenDay: .d0, [(200, -1), (200, 0)]).steps == [.recovered])
    }

    @Test("without a breach there is nothing to recover from, and a recovery without effect is not looked for")
    func nothing() {
        #expect(course(of: .fixture(), [(200, 0), (300, 0)]).steps.isEmpty)
        #expect(
            course(of: .fixture(), watchesRecovery: false, [(1, 0), (200, 0), (2, 0)]).steps == [broken(2, count: 2)])
    }
}
