import AnalyticsStore
import ArgumentParser

/// `analyticspro migrate`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database's schema up to date.",
        discussion: "`serve` does so too when it starts; this is for those who want it done before.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await common.read()
        try settings.database.makeFolder()
        do {
            guard let lock = try DatabaseLock(databaseAt: settings.database.path) else {
                throw CommandFailure(
                    "The database \(settings.database.path) is in use by another process, which brought its schema up "
                        + "to date when it started.")
            }
            let database = try SQLiteDatabase(path: settings.database.path)
            let steps = try await Migrator(database: database).migrate(now: Composition.now())
            try await database.close()
            withExtendedLifetime(lock) {}
            printNow(steps.isEmpty ? "The schema is up to date." : "Done: \(steps.joined(separator: ", ")).")
        } catch let error as StoreError {
            throw CommandFailure(error.reason)
        }
    }
}
