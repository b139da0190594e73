public import AnalyticsCore
public import AnalyticsStore

/// Removes tokens that have expired, and sessions of browsers that are over.
public struct PruneTokens: Job {
    private let tokens: TokenStore
    private let now: @Sendable () -> Instant

    /// For how long one that has expired still stands in its user's list: a day, in seconds.
    public static let graceSeconds: Int64 = 86_400

    /// A job that prunes the given tokens.
    public init(tokens: TokenStore, now: @escaping @Sendable () -> Instant) {
        self.tokens = tokens
        self.now = now
    }

    /// "prune tokens".
    public var name: String { "prune tokens" }

    /// Every ten minutes.
    public var schedule: JobSchedule { .every(.seconds(600)) }

    /// Removes them in short transactions until none is left.
    public func run() async throws {
        let end = now().advanced(bySeconds: -Self.graceSeconds)
        while try await tokens.prune(endedBy: end) > 0 {}
    }
}
