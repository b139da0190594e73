public import AnalyticsCore
public import AnalyticsStore

/// Removes the former secrets of webhooks once their day is over.
public struct ForgetSecrets: Job {
    private let secrets: SecretStore
    private let now: @Sendable () -> Instant

    /// A job that forgets.
    public init(secrets: SecretStore, now: @escaping @Sendable () -> Instant) {
        self.secrets = secrets
        self.now = now
    }

    /// "forget secrets".
    public var name: String { "forget secrets" }

    /// Every five minutes.
    public var schedule: JobSchedule { .every(.seconds(300)) }

    /// Forgets those of which the time has come.
    public func run() async throws {
        try await secrets.forgetFormer(now: now())
    }
}
