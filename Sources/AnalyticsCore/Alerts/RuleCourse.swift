/// The effects of one request on a rule, gathered figure by figure.
///
/// A request may break a rule and let it recover any number of times. Its ``steps`` stay few all the same: an alert that
/// was open before is resolved at the first recovery, and all breaches after that belong to one alert, which the request
/// opens once and resolves at most once. How often the figures went back and forth is counted.
public struct RuleCourse: Sendable {
    /// Breaches of a rule that belong to one alert.
    public struct Breaches: Sendable, Equatable {
        /// The index of the latest one.
        public var last: Int
        /// The day of the first one.
        public var firstDay: Day
        /// The latest day of any of them.
        public var latestDay: Day
        /// The number of breaches.
        public var count: Int
        /// The number of times that the rule recovered between two of them.
        public var flaps: Int

        /// Breaches of the given parts.
        public init(last: Int, firstDay: Day, latestDay: Day, count: Int = 1, flaps: Int = 0) {
            self.last = last
            self.firstDay = firstDay
            self.latestDay = latestDay
            self.count = count
            self.flaps = flaps
        }
    }

    /// An effect on the rule.
    public enum Step: Sendable, Equatable {
        /// The rule was broken.
        case broken(Breaches)
        /// The figures were good again.
        case recovered
    }

    /// Whether an alert of the rule was open before the first figure.
    private let startsOpen: Bool
    /// Whether a recovery resolves the rule's alert.
    private let resolves: Bool
    /// The breaches of the alert that was open before.
    private var former: Breaches?
    /// Whether that alert is resolved.
    private var isFormerResolved = false
    /// The breaches of the alert that the request opens.
    private var own: Breaches?
    /// Whether a breach followed a recovery.
    private var recoversFirst = false
    /// Whether the latest effect is a recovery.
    private var endsRecovered = false
    /// The day of the latest breach; nil where the rule is not broken, or has recovered.
    public private(set) var brokenDay: Day?

    /// A course without any figure.
    ///
    /// - Parameters:
    ///   - startsOpen: Whether an alert of the rule is open.
    ///   - resolves: Whether a recovery resolves the rule's alert.
    ///   - brokenDay: The day from which on a good figure is a recovery; nil where none is.
    public init(startsOpen: Bool, resolves: Bool, brokenDay: Day?) {
        self.startsOpen = startsOpen
        self.resolves = resolves
        self.brokenDay = brokenDay
    }

    /// Whether an alert of the rule is open after the figures so far.
    public var isOpen: Bool {
        startsOpen && !isFormerResolved || own != nil && !(resolves && endsRecovered)
    }

    /// The effects, in the order in which they take place: four at most.
    public var steps: [Step] {
        var steps: [Step] = []
        if isFormerResolved {
            if let former { steps.append(.broken(former)) }
            steps.append(.recovered)
            guard own != nil else { return steps }
        } else if recoversFirst {
            // It ends a snooze before the alert is opened.
            steps.append(.recovered)
        }
        if let breaches = own ?? former { steps.append(.broken(breaches)) }
        if endsRecovered { steps.append(.recovered) }
        return steps
    }

    /// Adds a figure that breaks the rule.
    ///
    /// - Parameters:
    ///   - index: The number by which ``Breaches/last`` names it.
    ///   - day: The day that it belongs to.
    public mutating func breaks(_ index: Int, on day: Day) {
        brokenDay = max(brokenDay ?? day, day)
        if startsOpen, !isFormerResolved {
            former = Self.adding(index, on: day, to: former)
        } else {
            if endsRecovered, resolves { own?.flaps += 1 }
            own = Self.adding(index, on: day, to: own)
        }
        if endsRecovered { recoversFirst = true }
        endsRecovered = false
    }

    /// Adds a figure that is good again.
    public mutating func recovers() {
        brokenDay = nil
        endsRecovered = true
        if resolves, startsOpen { isFormerResolved = true }
    }

    private static func adding(_ index: Int, on day: Day, to breaches: Breaches?) -> Breaches {
        guard var breaches else { return Breaches(last: index, firstDay: day, latestDay: day) }
        breaches.last = index
        breaches.latestDay = max(breaches.latestDay, day)
        breaches.count += 1
        return breaches
    }
}

extension RuleCourse {
    /// Adds the next figure of a rule about single points.
    ///
    /// A good figure of a day before that of the latest breach is no recovery: it tells of a time before.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - watchesRecovery: Whether a recovery has any effect.
    ///   - index: The number by which ``Breaches/last`` names the figure.
    ///   - value: The figure.
    ///   - day: The day that it belongs to.
    public mutating func observe(
        _ rule: NewAlertRule, watchesRecovery: Bool, _ index: Int, value: Amount, day: Day
    ) {
        if rule.isBroken(by: value) {
            breaks(index, on: day)
        } else if watchesRecovery, let brokenDay, day >= brokenDay, rule.isRecovered(by: value) {
            recovers()
        }
    }
}

extension NewAlertRule {
    /// Whether the rule looks at the points of a metric and category.
    public func concerns(_ metric: Metric, _ category: Label?) -> Bool {
        metric == self.metric && (self.category == nil || self.category == category)
    }
}
