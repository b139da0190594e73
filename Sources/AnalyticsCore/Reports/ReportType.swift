/// How long a time a report is about, and how often a schedule makes one.
public enum ReportType: String, Sendable, CaseIterable, Hashable, Codable {
    case daily, weekly, monthly

    /// The days of a single report: the last 1, 7 or 30 that end on a day.
    ///
    /// - Parameter day: The last of them.
    public func period(endingOn day: Day) -> Period {
        switch self {
        case .daily: Period(days: 1, endingOn: day)
        case .weekly: Period(days: 7, endingOn: day)
        case .monthly: Period(days: 30, endingOn: day)
        }
    }

    /// The last calendar day, ISO week or calendar month that is over on a day, for the runs of a schedule.
    ///
    /// - Parameter day: What day it is.
    public func lastComplete(on day: Day) -> Period {
        switch self {
        case .daily: return Period(days: 1, endingOn: day.advanced(by: -1))
        // Weeks begin on Monday (ISO 8601); 1970-01-01 was a Thursday.
        case .weekly: return Period(days: 7, endingOn: day.advanced(by: -1 - day.daysSinceMonday))
        case .monthly:
            let last = day.advanced(by: -day.date.day)
            return Period(days: last.date.day, endingOn: last)
        }
    }

    /// The period to hold a schedule's period against: the one before it of the same kind, so that a month is held
    /// against the month before, whatever their lengths.
    ///
    /// - Parameter period: What ``lastComplete(on:)`` gave.
    public func previous(of period: Period) -> Period {
        lastComplete(on: period.from)
    }

    /// The day of a schedule's next run behind a day: the next day, the same day of the next week, or the same date of
    /// the next month, or that month's last where it is shorter.
    ///
    /// - Parameters:
    ///   - day: The day of the last run.
    ///   - dayOfMonth: The date that monthly runs are meant for, 1 to 31.
    public func nextRun(after day: Day, dayOfMonth: Int) -> Day {
        switch self {
        case .daily: return day.advanced(by: 1)
        case .weekly: return day.advanced(by: 7)
        case .monthly:
            let firstOfNext = day.advanced(by: day.lengthOfMonth - day.date.day + 1)
            return firstOfNext.advanced(by: min(max(dayOfMonth, 1), firstOfNext.lengthOfMonth) - 1)
        }
    }
}
