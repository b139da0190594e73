/// What one figure after the other does to a rule that looks at the value of each data point.
///
/// Breaches that follow each other are gathered, so a batch of ten thousand bad points is one step.
public struct RuleCourse: Sendable {
    /// What happened to the rule.
    public enum Step: Sendable, Equatable {
        /// It was broken, so often in a row, the last time by the figure of that index.
        case broken(last: Int, latestDay: Day, count: Int)
        /// The figure of that index was good again.
        case recovered(Int)
    }

    /// What happened, in order.
    public private(set) var steps: [Step] = []
    private let rule: NewAlertRule
    private let watchesRecovery: Bool
    /// The day of the latest breach, where the rule is broken and not yet recovered.
    public private(set) var brokenDay: Day?

    /// Nothing happened yet.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - watchesRecovery: Whether it matters when the rule recovers.
    ///   - brokenDay: The day of the latest breach of an alert that is open; nil where there is none.
    public init(of rule: NewAlertRule, watchesRecovery: Bool, brokenDay: Day?) {
        self.rule = rule
        self.watchesRecovery = watchesRecovery
        self.brokenDay = brokenDay
    }

    /// Whether the rule looks at the points of a metric and category.
    public func concerns(_ metric: Metric, _ category: Label?) -> Bool {
        metric == rule.metric && (rule.category == nil || rule.category == category)
    }

    /// Looks at the next figure.
    ///
    /// A good figure of a day before that of the latest breach is no recovery: it tells of a time before.
    ///
    /// - Parameters:
    ///   - index: By which it is named in ``steps``.
    ///   - value: The figure.
    ///   - day: The day that it is of.
    public mutating func observe(_ index: Int, value: Amount, day: Day) {
        if rule.isBroken(by: value) {
            brokenDay = max(brokenDay ?? day, day)
            if case .broken(_, let latestDay, let count) = steps.last {
                steps[steps.count - 1] = .broken(last: index, latestDay: max(latestDay, day), count: count + 1)
            } else {
                steps.append(.broken(last: index, latestDay: day, count: 1))
            }
        } else if watchesRecovery, let broken = brokenDay, day >= broken, rule.isRecovered(by: value) {
            brokenDay = nil
            steps.append(.recovered(index))
        }
    }
}
