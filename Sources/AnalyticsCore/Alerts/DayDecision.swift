public import struct Foundation.TimeZone

/// When a day is decided for a rule that has to wait for it.
public struct DayDecision: Sendable, Equatable {
    /// The day that is judged.
    public let day: Day
    /// When: at the rule's time of that day, or when the day is over.
    public let at: Instant

    /// The decision of a day.
    public init(of day: Day, for rule: NewAlertRule, in zone: TimeZone) {
        self.day = day
        at = rule.time.map { $0.instant(on: day, in: zone) } ?? day.advanced(by: 1).start(in: zone)
    }

    /// The first decision that is still to come.
    ///
    /// - Returns: Nil for a rule that waits for no day.
    public static func next(for rule: NewAlertRule, after now: Instant, in zone: TimeZone) -> DayDecision? {
        guard rule.isActive, rule.breaksWithDay || rule.recoversWithDay else { return nil }
        let today = Day(of: now, in: zone)
        let decision = DayDecision(of: today, for: rule, in: zone)
        return decision.at > now ? decision : DayDecision(of: today.advanced(by: 1), for: rule, in: zone)
    }

    /// Whether the time at which the day is decided has come.
    public func isDue(at now: Instant) -> Bool { at <= now }
}
