public import AnalyticsCore
public import AnalyticsStore
import ServiceLifecycle

/// Removes what imports left behind that were deleted, and ends those that nobody has worked on for ten minutes.
///
/// Of several processes one does it at a time.
public struct SettleAbandonedImports: Job {
    private let imports: ImportStore
    private let now: @Sendable () -> Instant

    /// How long nobody must have worked on an import, in seconds.
    static let abandonedAfterSeconds: Int64 = 600

    /// A job that looks after the given imports.
    public init(imports: ImportStore, now: @escaping @Sendable () -> Instant) {
        self.imports = imports
        self.now = now
    }

    /// "settle abandoned imports".
    public var name: String { "settle abandoned imports" }

    /// Every five seconds: what was deleted should not take up room for long.
    public var schedule: JobSchedule { .every(.seconds(5)) }

    /// Settles them one after the other, until the program stops; a later run goes on.
    public func run() async throws {
        try await untilShutdown {
            let end = now().advanced(bySeconds: -Self.abandonedAfterSeconds)
            for key in try await imports.unsettled(untouchedSince: end) {
                guard try await imports.claim(key, untouchedSince: end, now: now()) else { continue }
                try await imports.end(key, now: now)
            }
        }
    }
}

extension ImportStore {
    /// Ends an import that nobody works on any more, and removes what it left behind.
    func end(_ key: ImportKey, now: @Sendable () -> Instant) async throws {
        try await fail(key, "The import was interrupted. Send the file again.", now: now())
        try await settle(key, now: now)
    }
}

/// Does something that can be broken off anywhere and go on later.
func untilShutdown(_ body: @escaping @Sendable () async throws -> Void) async throws {
    do {
        try await cancelWhenGracefulShutdown(body)
    } catch is CancellationError {
        // Broken off, which is no failure.
    }
}
