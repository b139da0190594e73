import AnalyticsStore
import ArgumentParser

/// `analyticspro migrate`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database's schema up to date.",
        discussion: """
            `serve` does so too when it starts; this is for those who want it done before.

            With --compact a SQLite file is written anew without the room of what was removed, and gives such room back \
            by itself from then on; files that this version made do so anyway. It needs as much free disk as the file has \
            bytes.
            """)

    @Flag(help: "Write a SQLite file anew, without free room.")
    var compact = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await common.read()
        do {
            guard let opened = try await OpenDatabase(settings.database) else {
                throw CommandFailure(
                    "The database \(settings.database) is in use by another process, which brought its schema up "
                        + "to date when it started.")
            }
            let steps = try await Migrator(database: opened.database).migrate(now: Composition.now())
            if compact {
                guard let database = opened.database as? SQLiteDatabase else {
                    throw CommandFailure("--compact is for SQLite files; PostgreSQL has VACUUM FULL.")
                }
                try await database.compact()
            }
            try await opened.close()
            printNow(steps.isEmpty ? "The schema is up to date." : "Done: \(steps.joined(separator: ", ")).")
        } catch let error as StoreError {
            throw CommandFailure(sentence: error.reason)
        }
    }
}
