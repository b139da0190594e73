public import AnalyticsCore
public import AnalyticsStore

/// Removes imports that nobody has worked on for ten minutes, where other processes may be at work on theirs.
///
/// They were never visible.
public struct DiscardAbandonedImports: Job {
    private let imports: ImportStore
    private let now: @Sendable () -> Instant

    /// How long nobody must have worked on an import, in seconds.
    static let abandonedAfterSeconds: Int64 = 600

    /// A job that looks after the given imports.
    public init(imports: ImportStore, now: @escaping @Sendable () -> Instant) {
        self.imports = imports
        self.now = now
    }

    /// "discard abandoned imports".
    public var name: String { "discard abandoned imports" }

    /// Every minute.
    public var schedule: JobSchedule { .every(.seconds(60)) }

    /// Removes them one after the other, oldest first.
    public func run() async throws {
        let end = now().advanced(bySeconds: -Self.abandonedAfterSeconds)
        for dataImport in try await imports.unfinished(untouchedSince: end) {
            try await imports.discard(dataImport)
        }
    }
}
