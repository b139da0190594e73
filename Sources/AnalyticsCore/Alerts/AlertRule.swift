/// What opens an alert when a figure is bad.
///
/// The figure stands on the left of ``comparison`` and ``threshold`` on the right, both exact decimals; what is compared
/// is the figure as charts show it, so a mean is rounded to four decimals and a change in percent to two. Points of other
/// metrics, and of other categories where one is named, neither meet nor break the rule.
public struct AlertRule: Sendable, Equatable {
    /// Until when nobody is notified.
    public enum Snooze: Sendable, Equatable {
        /// Until an instant.
        case until(Instant)
        /// Until a figure is good again.
        case untilRecovered
    }

    /// Its number within the server.
    public let id: Int64
    /// What was asked for.
    public var definition: NewAlertRule
    /// Until when nobody is notified; nil where the rule is not snoozed, and of no effect once it is over.
    public var snooze: Snooze?
    /// When it was made.
    public let createdAt: Instant
    /// When it was last changed; snoozing changes nothing.
    public var updatedAt: Instant

    /// A rule of the given parts.
    public init(id: Int64, definition: NewAlertRule, snooze: Snooze? = nil, createdAt: Instant, updatedAt: Instant) {
        self.id = id
        self.definition = definition
        self.snooze = snooze
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Whether nobody is to be notified of its alerts.
    public func isSnoozed(at now: Instant) -> Bool {
        switch snooze {
        case nil: false
        case .until(let end): now < end
        case .untilRecovered: true
        }
    }
}

extension AlertRule.Snooze: CustomStringConvertible {
    /// An instant, or `recovered`.
    public var description: String {
        switch self {
        case .until(let instant): instant.description
        case .untilRecovered: "recovered"
        }
    }
}

/// A rule as somebody asks for it.
public struct NewAlertRule: Sendable, Equatable {
    /// How many characters its name may have.
    public static let nameLength = 1...100
    /// On how many days in a row a daily condition may have to hold.
    public static let consecutiveDays = 1...31
    /// After how many minutes an alert that is still open may be brought to mind: from five minutes to thirty days.
    public static let reminderMinutes = 5...43_200

    /// What it is called.
    public var name: String
    /// Which metric's points it looks at.
    public var metric: Metric
    /// Which category's points alone; nil for all of the metric.
    public var category: Label?
    /// What it looks at.
    public var condition: AlertCondition
    /// How the figure is held against ``threshold``; nil for ``AlertCondition/missing`` alone.
    public var comparison: Comparison?
    /// What the figure is held against, in the metric's unit or in percent; nil for ``AlertCondition/missing`` alone.
    public var threshold: Amount?
    /// How bad it is.
    public var severity: Severity
    /// Whether it is looked at.
    public var isActive: Bool
    /// At what time of the day it is decided, on the workspace's clocks; nil for its end.
    public var time: LocalTime?
    /// How good a figure must be to count as recovered; nil for any that does not break the rule.
    public var recoverThreshold: Amount?
    /// On how many days in a row the condition must hold, 1 for any day.
    public var consecutiveDays: Int
    /// Whether its alert is resolved as soon as a figure is good again.
    public var resolvesItself: Bool
    /// After how many minutes those who were notified are reminded of an alert that is still open; nil for never.
    public var reminderMinutes: Int?

    /// A rule of the given parts, which must fit each other.
    public init(
        name: String, metric: Metric, category: Label? = nil, condition: AlertCondition = .value,
        comparison: Comparison?, threshold: Amount?, severity: Severity, isActive: Bool = true,
        time: LocalTime? = nil, recoverThreshold: Amount? = nil, consecutiveDays: Int = 1,
        resolvesItself: Bool = false, reminderMinutes: Int? = nil
    ) {
        self.name = name
        self.metric = metric
        self.category = category
        self.condition = condition
        self.comparison = comparison
        self.threshold = threshold
        self.severity = severity
        self.isActive = isActive
        self.time = time
        self.recoverThreshold = recoverThreshold
        self.consecutiveDays = consecutiveDays
        self.resolvesItself = resolvesItself
        self.reminderMinutes = reminderMinutes
    }

    /// Whether a figure breaks the rule; of ``AlertCondition/missing`` there is no figure.
    public func isBroken(by figure: Amount) -> Bool {
        guard let comparison, let threshold else { return false }
        return comparison.holds(figure, threshold)
    }

    /// Whether a figure is good enough again after a bad one.
    public func isRecovered(by figure: Amount) -> Bool {
        guard let comparison, let recoverThreshold else { return !isBroken(by: figure) }
        switch comparison {
        case .below, .atMost: return figure >= recoverThreshold && !isBroken(by: figure)
        case .above, .atLeast: return figure <= recoverThreshold && !isBroken(by: figure)
        case .equal: return !isBroken(by: figure)
        }
    }

    /// Whether a day's figure cannot break the rule before the day is over, or ``time`` has come.
    ///
    /// Points that are still to come can bring a sum over a threshold, and make it another than it; a mean is judged at
    /// any time. A point may be missing until the last moment.
    public var breaksWithDay: Bool {
        switch condition {
        case .value: false
        case .daily, .dailyChangePercent:
            metric.aggregation == .sum && !(comparison?.isRising ?? false)
        case .missing: true
        }
    }

    /// Whether a day's figure cannot be good again before the day is over, or ``time`` has come: of a sum that must not be
    /// too high.
    public var recoversWithDay: Bool {
        condition.isDaily && metric.aggregation == .sum && comparison != .below && comparison != .atMost
    }
}
