import AnalyticsCore

import struct Foundation.TimeZone

/// A moment in a workspace's time zone.
struct LocalMoment {
    let instant: Instant
    let zone: TimeZone
    let day: Day

    init(at instant: Instant, in zone: TimeZone) {
        self.instant = instant
        self.zone = zone
        day = Day(of: instant, in: zone)
    }

    /// Whether the time has come at which a day is decided for a rule.
    func hasDecided(_ other: Day, for rule: NewAlertRule) -> Bool {
        if other != day { return other < day }
        return rule.time != nil && DayDecision(of: day, for: rule, in: zone).isDue(at: instant)
    }
}
