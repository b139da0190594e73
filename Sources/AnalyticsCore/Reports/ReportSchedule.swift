public import struct Foundation.TimeZone

/// What makes a report each day, week or month, of the last one that is over.
public struct ReportSchedule: Sendable, Equatable {
    /// Its number within the server.
    public let id: Int64
    /// What each report is called.
    public var name: String
    /// How often it makes one, and how long a time each is about.
    public let type: ReportType
    /// Who is sent each report.
    public var recipients: [EmailAddress]
    /// Whether it makes reports.
    public var isActive: Bool
    /// When on the clocks of the workspace each is made.
    public let time: LocalTime
    /// The date that monthly reports are made on, 1 to 31; in a shorter month it is the last.
    public let dayOfMonth: Int
    /// The day of the next run.
    public var nextDay: Day
    /// When it was made.
    public let createdAt: Instant
    /// When it was last changed.
    public var updatedAt: Instant
    /// Those of its recipients that get no mail, because they have not confirmed their address or want no reports any more.
    public var unconfirmed: [EmailAddress] = []

    /// A schedule of the given parts.
    public init(
        id: Int64, name: String, type: ReportType, recipients: [EmailAddress], isActive: Bool = true, time: LocalTime,
        dayOfMonth: Int, nextDay: Day, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.recipients = recipients
        self.isActive = isActive
        self.time = time
        self.dayOfMonth = dayOfMonth
        self.nextDay = nextDay
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// How many schedules a workspace may have.
    public static let mostOfWorkspace = 100
    /// How many runs are made up for after a time in which no process ran; older ones are passed over.
    public static let mostRunsBehind = 7

    /// When it makes the next report; nil while it is paused.
    ///
    /// Where the clocks leave the time out it is the first instant after the gap; where it comes twice, the first.
    public func nextRun(in zone: TimeZone) -> Instant? {
        isActive ? time.instant(on: nextDay, in: zone) : nil
    }

    /// Takes the runs whose time has come, the oldest first, at most ``mostRunsBehind`` of them.
    public mutating func takeDueRuns(at now: Instant, in zone: TimeZone) -> [Instant] {
        leap(near: now, in: zone)
        var runs: [Instant] = []
        while let run = nextRun(in: zone), run <= now {
            runs.append(run)
            if runs.count > Self.mostRunsBehind { runs.removeFirst() }
            let next = type.nextRun(after: nextDay, dayOfMonth: dayOfMonth)
            // The calendar has come to its end.
            if next <= nextDay { break }
            nextDay = next
        }
        return runs
    }

    /// Leaves out runs of so long ago that as many follow as are made up for, without a step for each.
    private mutating func leap(near now: Instant, in zone: TimeZone) {
        let longest =
            switch type {
            case .daily: 1
            case .weekly: 7
            case .monthly: 31
            }
        let start = Day(of: now, in: zone).advanced(by: -longest * (Self.mostRunsBehind + 3))
        guard nextDay < start else { return }
        switch type {
        case .daily: nextDay = start
        case .weekly: nextDay = start.advanced(by: -(start.number - nextDay.number) % 7)
        case .monthly: nextDay = type.nextRun(after: start, dayOfMonth: dayOfMonth)
        }
    }

    /// Passes over the runs whose time has come, as one does that was paused.
    public mutating func skipDueRuns(at now: Instant, in zone: TimeZone) {
        let wasActive = isActive
        isActive = true
        _ = takeDueRuns(at: now, in: zone)
        isActive = wasActive
    }
}
