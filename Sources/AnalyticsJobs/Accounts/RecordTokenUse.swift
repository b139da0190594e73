public import AnalyticsStore

/// Writes when tokens were last used.
public struct RecordTokenUse: Job {
    private let log: TokenUseLog

    /// A job that writes the given log.
    public init(log: TokenUseLog) {
        self.log = log
    }

    /// "record token use".
    public var name: String { "record token use" }

    /// Every ten seconds.
    public var schedule: JobSchedule { .every(.seconds(10)) }

    /// Writes what was noted since the last time.
    public func run() async throws {
        try await log.write()
    }
}
