/// What a metric's points add up to on each of some days: what rules about days are decided by.
public struct DailyFigures: Sendable {
    private let totals: [Day: PeriodTotal]

    /// The totals of the days that have points.
    public init(_ totals: [Day: PeriodTotal]) {
        self.totals = totals
    }

    /// Whether a day has any point.
    public func hasPoints(on day: Day) -> Bool { (totals[day]?.count ?? 0) > 0 }

    /// The figure of a day that a rule looks at: its sum, its mean, or by how many percent it changed.
    ///
    /// - Returns: Nil for a mean over no points, and for a change from a base of zero or none.
    public func figure(of day: Day, for rule: NewAlertRule) -> Amount? {
        let total = totals[day] ?? .none
        switch rule.condition {
        case .daily:
            return total.value(rule.metric.aggregation).flatMap(Amount.init(exactly:))
        case .dailyChangePercent:
            // Where there was nothing a week ago, nothing can be said.
            guard let base = totals[day.advanced(by: -7)], base.count > 0 else { return nil }
            let change = KPI(of: rule.metric, current: total, previous: base).changePercent
            return change.map(Amount.init(clamping:))
        case .value, .missing:
            return nil
        }
    }

    /// The breach of a rule about days by a day, or nil where it holds.
    ///
    /// - Parameters:
    ///   - rule: A rule about days; one about single points is never broken by a day.
    ///   - day: The day, judged as it is.
    ///   - isLate: Whether it became known only after that day had ended.
    public func breach(of rule: NewAlertRule, on day: Day, isLate: Bool) -> Breach? {
        rule.breach(on: day, isLate: isLate, hasPoints: hasPoints(on: day)) {
            figure(of: day.advanced(by: -$0), for: rule)
        }
    }

    /// What a day does to a rule about days.
    public enum Verdict: Sendable, Equatable {
        /// It breaks the rule.
        case broken(Breach)
        /// It is good again.
        case recovered
    }

    /// What a day does to a rule about days, or nil where that is nothing, or not known yet.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - day: The day.
    ///   - isDecided: Whether the day is over, or the rule's time has come; until then it is judged as far as it can be.
    ///   - isLate: Whether it became known only after that day had ended.
    ///   - brokenDay: The day from which on a good one is a recovery; nil where none is.
    public func verdict(
        on rule: NewAlertRule, by day: Day, isDecided: Bool, isLate: Bool, brokenDay: Day?
    ) -> Verdict? {
        rule.verdict(
            by: day, isDecided: isDecided, isLate: isLate, brokenDay: brokenDay, hasPoints: hasPoints(on: day)
        ) { figure(of: day.advanced(by: -$0), for: rule) }
    }

    /// How many days before a day a rule may look at, at most.
    public static let mostLookBack = NewAlertRule.consecutiveDays.upperBound + 7

    /// The days whose points a rule looks at when a day is decided.
    public static func days(of day: Day, for rule: NewAlertRule) -> Set<Day> {
        let own = (0..<max(rule.consecutiveDays, 1)).map { day.advanced(by: -$0) }
        guard rule.condition == .dailyChangePercent else { return Set(own) }
        return Set(own + own.map { $0.advanced(by: -7) })
    }
}

extension NewAlertRule {
    /// The breach of a rule about days by a day, or nil where it holds.
    ///
    /// - Parameters:
    ///   - day: The day.
    ///   - isLate: Whether it became known only after that day had ended.
    ///   - hasPoints: Whether the day has any point.
    ///   - figure: The figure of the day that is a number of days before it, 0 for the day itself; nil where it has none.
    func breach(on day: Day, isLate: Bool, hasPoints: Bool, figure: (Int) -> Amount?) -> Breach? {
        switch condition {
        case .value:
            return nil
        case .missing:
            return hasPoints ? nil : Breach(value: nil, day: day, isLate: isLate)
        case .daily, .dailyChangePercent:
            guard let own = figure(0), isBroken(by: own) else { return nil }
            for before in 1..<max(consecutiveDays, 1) {
                guard let earlier = figure(before), isBroken(by: earlier) else { return nil }
            }
            return Breach(value: own, day: day, isLate: isLate)
        }
    }

    /// The effect of a day on a rule about days, as ``DailyFigures/verdict(on:by:isDecided:isLate:brokenDay:)`` says.
    func verdict(
        by day: Day, isDecided: Bool, isLate: Bool, brokenDay: Day?, hasPoints: Bool, figure: (Int) -> Amount?
    ) -> DailyFigures.Verdict? {
        if isDecided || !breaksWithDay,
            let breach = breach(on: day, isLate: isLate, hasPoints: hasPoints, figure: figure)
        {
            return .broken(breach)
        }
        guard isDecided || !recoversWithDay, let brokenDay, day >= brokenDay else { return nil }
        // A day without a figure says nothing.
        let isRecovery =
            switch condition {
            case .value: false
            case .missing: hasPoints
            case .daily, .dailyChangePercent: figure(0).map(isRecovered) ?? false
            }
        return isRecovery ? .recovered : nil
    }
}

extension Amount {
    /// The same number, or nil where it does not fit 64 bits.
    fileprivate init?(exactly amount: WideAmount) {
        guard let tenThousandths = Int64(exactly: amount.tenThousandths) else { return nil }
        self.init(tenThousandths: tenThousandths)
    }

    /// The number of percent, or the nearest that fits 64 bits: nine hundred million million.
    fileprivate init(clamping percentage: Percentage) {
        let (product, overflow) = percentage.hundredths.multipliedReportingOverflow(by: 100)
        guard !overflow else {
            self.init(tenThousandths: percentage.hundredths < 0 ? .min : .max)
            return
        }
        self.init(tenThousandths: Int64(clamping: product))
    }
}
