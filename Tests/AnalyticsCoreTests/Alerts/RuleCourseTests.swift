import AnalyticsCore
import Testing

@Suite struct RuleCourseTests {
    private func steps(
        of rule: NewAlertRule, watchesRecovery: Bool = true, brokenDay: Day? = nil, _ figures: [(Amount, Int)]
    ) -> [RuleCourse.Step] {
        var course = RuleCourse(of: rule, watchesRecovery: watchesRecovery, brokenDay: brokenDay)
        for (index, figure) in figures.enumerated() {
            course.observe(index, value: figure.0, day: Day.d0.advanced(by: figure.1))
        }
        return course.steps
    }

    @Test("breaches in a row are one step, with the last of them and the latest day")
    func run() {
        let found = steps(of: .fixture(), [(100, 0), (99, 1), (98, 0), (97, -3)])

        #expect(found == [.broken(last: 3, latestDay: Day.d0.advanced(by: 1), count: 3)])
    }

    @Test("a good figure ends a run, and only one that is good enough")
    func recovery() {
        let found = steps(of: .fixture(recover: 120), [(99, 0), (110, 0), (98, 0), (120, 0), (130, 0), (1, 0)])

        #expect(
            found == [
                .broken(last: 2, latestDay: .d0, count: 2), .recovered(3), .broken(last: 5, latestDay: .d0, count: 1),
            ])
    }

    @Test("a good figure of an earlier day tells of a time before the breach")
    func earlier() {
        let found = steps(of: .fixture(), brokenDay: .d0, [(200, -1), (200, 0)])

        #expect(found == [.recovered(1)])
    }

    @Test("without a breach there is nothing to recover from, and where nobody watches nothing recovers")
    func nothing() {
        #expect(steps(of: .fixture(), [(200, 0), (300, 0)]).isEmpty)
        #expect(
            steps(of: .fixture(), watchesRecovery: false, [(1, 0), (200, 0), (2, 0)]) == [
                .broken(last: 2, latestDay: .d0, count: 2)
            ])
    }
}
