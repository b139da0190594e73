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

    /// Takes the next report in turn, or nil where none is due.
    public func take(now: Instant) async throws -> Taken? {
        var turns = Turns()
        while let due = try await nextDueReport(now: now, turns) {
            if let taken = try await take(due, now: now) { return taken }
            turns.note(due)
        }
        return nil
    }
}
