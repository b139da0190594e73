public import AnalyticsCore
public import AnalyticsStore

/// Ends the imports that an earlier run of the program left unfinished, and removes what they left behind.
///
/// They were never visible.
public struct SettleUnfinishedImports: Job {
    private let imports: ImportStore
    private let unfinished: [ImportKey]
    private let now: @Sendable () -> Instant

    /// A job that settles the given imports.
    ///
    /// - Parameters:
    ///   - imports: Where they are.
    ///   - unfinished: What was there before the first import of this run could begin.
    ///   - now: The clock.
    public init(imports: ImportStore, unfinished: [ImportKey], now: @escaping @Sendable () -> Instant) {
        self.imports = imports
        self.unfinished = unfinished
        self.now = now
    }

    /// "settle unfinished imports".
    public var name: String { "settle unfinished imports" }

    /// At the start.
    public var schedule: JobSchedule { .atStart }

    /// Settles them one after the other; one that cannot be settled does not keep the others.
    ///
    /// - Throws: The last error; what is left then stays hidden, and the next start tries again.
    public func run() async throws {
        try await untilShutdown {
            var failure: (any Error)?
            for key in unfinished {
                do {
                    try await imports.end(key, now: now)
                } catch {
                    failure = error
                    if Task.isCancelled { break }
                }
            }
            if let failure { throw failure }
        }
    }
}
