import AnalyticsCore
import AnalyticsJobs
import AnalyticsServer
import AnalyticsStore
import Foundation
import Logging

/// The program's parts, put together: the only place that knows them all.
struct Composition {
    let api: API
    let jobs: [any Job]
    let workspaces: WorkspaceStore
    private let database: any Database

    /// Opens the database, brings its schema up to date and puts everything on top of it.
    ///
    /// - Parameters:
    ///   - location: Where the data is; this process must hold its lock.
    ///   - publicURL: What the links in answers begin with.
    ///   - settings: What the operator decided about the API.
    ///   - logger: What the migration is logged with.
    init(
        location: DatabaseLocation, publicURL: PublicURL, settings: API.Settings = .init(), logger: Logger
    ) async throws {
        let now = Self.now
        let database = try SQLiteDatabase(path: location.path)
        let steps = try await Migrator(database: database).migrate(now: now())
        if !steps.isEmpty {
            logger.info("The schema was brought up to date", metadata: ["steps": "\(steps.joined(separator: ", "))"])
        }
        let versions = DataVersions()
        let tokenUses = TokenUseLog(tokens: TokenStore(database: database))
        let imports = ImportStore(database: database, versions: versions)
        let unfinished = try await imports.unfinished()
        self.database = database
        workspaces = WorkspaceStore(database: database)
        api = API(
            stores: .init(
                database: database, versions: versions, imports: imports,
                ingest: IngestQueue(database: database, versions: versions, now: now), tokenUses: tokenUses),
            settings: settings, passwords: PasswordHasher(), publicURL: publicURL, now: now)
        jobs = [
            DiscardUnfinishedImports(imports: imports, unfinished: unfinished), RecordTokenUse(log: tokenUses),
            PruneIdempotencyKeys(keys: IdempotencyStore(database: database), now: now),
        ]
    }

    /// Closes the database, once nothing uses it any more.
    func close() async throws {
        try await database.close()
    }

    /// The system's clock.
    @Sendable static func now() -> Instant {
        Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
