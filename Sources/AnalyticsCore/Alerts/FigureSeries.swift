/// The figures of many days as all rules see them that have one metric and one condition: each is computed once.
///
/// Judging a day by a rule then costs a comparison or two, and at most one for each of the rule's consecutive days.
public struct FigureSeries: Sendable {
    /// The days, in order.
    private let days: [Day]
    /// The figure of each day.
    private let figures: [Amount?]
    /// Whether each day has any point.
    private let hasPoints: [Bool]
    private let indices: [Day: Int]

    /// The figures of some days.
    ///
    /// - Parameters:
    ///   - days: The days that are looked at, those before a judged day included.
    ///   - totals: What the points of these days add up to.
    ///   - rule: Any of the rules.
    public init(of days: Set<Day>, by totals: DailyFigures, for rule: NewAlertRule) {
        self.days = days.sorted()
        figures = self.days.map { totals.figure(of: $0, for: rule) }
        hasPoints = self.days.map { totals.hasPoints(on: $0) }
        indices = Dictionary(uniqueKeysWithValues: zip(self.days, self.days.indices))
    }

    /// The place of a day, by which ``verdict(on:at:isDecided:isLate:brokenDay:)`` is asked; nil where it is not here.
    public func index(of day: Day) -> Int? { indices[day] }

    /// The figure of a day, or nil where it has none or is not here.
    public func figure(of day: Day) -> Amount? { index(of: day).flatMap { figures[$0] } }

    /// The effect of a day on a rule, as ``DailyFigures/verdict(on:by:isDecided:isLate:brokenDay:)`` says.
    ///
    /// - Parameter index: From ``index(of:)``.
    public func verdict(
        on rule: NewAlertRule, at index: Int, isDecided: Bool, isLate: Bool, brokenDay: Day?
    ) -> DailyFigures.Verdict? {
        let day = days[index]
        return rule.verdict(
            by: day, isDecided: isDecided, isLate: isLate, brokenDay: brokenDay, hasPoints: hasPoints[index]
        ) { before in
            let place = index - before
            guard place >= 0, days[place].number == day.number - before else { return nil }
            return figures[place]
        }
    }
}
