/// The bounds of what one account can make grow; nil is no bound.
///
/// A value of its own for each is a setting of the operator, whose commands are exempt.
public struct Quotas: Sendable, Equatable {
    /// The number of data points that a workspace may store on one day (UTC).
    public var pointsPerDay: Int?
    /// The number of data points that a workspace may have.
    public var points: Int?
    /// The size of the file of one import, in bytes.
    public var importBytes: Int?
    /// The number of reports that a workspace may ask for on one day (UTC); those of schedules are not among them.
    public var reportsPerDay: Int?
    /// The number of workspaces that may be made from one address on one day (UTC).
    public var workspacesPerDay: Int?

    /// Bounds of the given values.
    public init(
        pointsPerDay: Int? = nil, points: Int? = nil, importBytes: Int? = nil, reportsPerDay: Int? = nil,
        workspacesPerDay: Int? = nil
    ) {
        self.pointsPerDay = pointsPerDay
        self.points = points
        self.importBytes = importBytes
        self.reportsPerDay = reportsPerDay
        self.workspacesPerDay = workspacesPerDay
    }

    /// No bound at all.
    public static let none = Quotas()

    /// The bounds where anyone may register, unless the operator sets others.
    public static let open = Quotas(
        pointsPerDay: 10_000_000, points: 100_000_000, importBytes: 2_000_000_000, reportsPerDay: 500,
        workspacesPerDay: 20)
}

/// A workspace's data points, counted for its quotas.
public struct WorkspaceUsage: Sendable, Equatable {
    /// The number of points that it has.
    public let points: Int
    /// The number of points that were stored today (UTC), those that were removed since included.
    public let pointsToday: Int
    /// The number of alert rules that it has.
    public let rules: Int
    /// The number of channels that it has.
    public let channels: Int

    /// Counts of the given values.
    public init(points: Int, pointsToday: Int, rules: Int, channels: Int) {
        self.points = points
        self.pointsToday = pointsToday
        self.rules = rules
        self.channels = channels
    }
}

/// The rest of a day (UTC) on which no more may be stored.
public struct QuotaDay: Sendable, Equatable {
    /// The first instant of the next day.
    public let end: Instant
    /// The number of seconds until then, rounded up, at least 1.
    public let secondsLeft: Int64

    /// The rest of the day of an instant.
    public init(at now: Instant) {
        end = Day.startUTC(of: now).advanced(bySeconds: 86_400)
        secondsLeft = max(1, (end.milliseconds - now.milliseconds + 999) / 1_000)
    }
}

/// The reason for which a workspace may store no more.
public enum QuotaExceeded: Error, Sendable, Equatable {
    /// It would have stored more than the given number on one day (UTC).
    case pointsPerDay(Int, QuotaDay)
    /// It would have more than the given number.
    case points(Int)
    /// It has asked for the given number of reports on one day (UTC).
    case reportsPerDay(Int, QuotaDay)
    /// The server's disk is nearly full, and the workspace is one of the largest.
    case disk
}
