public import AnalyticsCore
public import AnalyticsStore

extension ReportQueue {
    /// Has the reports made of all schedules whose time has come.
    public func startDueRuns(now: Instant) async throws {
        var last: DueSchedule?
        while let due = try await nextDueSchedule(now: now, after: last) {
            try await startRuns(of: due, now: now)
            last = due
        }
    }

    /// Takes the report that has been due for the longest time, or nil where none is.
    public func take(now: Instant) async throws -> Taken? {
        var last: DueReport?
        while let due = try await nextDueReport(now: now, after: last) {
            if let taken = try await take(due, now: now) { return taken }
            last = due
        }
        return nil
    }
}
