public import AnalyticsStore

/// Writes wrong passwords into the audit log.
public struct RecordFailedSignIns: Job {
    private let log: FailedSignInLog

    /// A job that writes the given log.
    public init(log: FailedSignInLog) {
        self.log = log
    }

    /// "record failed sign-ins".
    public var name: String { "record failed sign-ins" }

    /// Every minute.
    public var schedule: JobSchedule { .every(.seconds(60)) }

    /// Writes what was noted since the last time.
    public func run() async throws {
        try await log.write()
    }
}
