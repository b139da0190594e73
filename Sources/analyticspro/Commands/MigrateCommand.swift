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
        do {
            guard let opened = try await OpenDatabase(settings.database) else {
                throw CommandFailure(
                    "The database \(settings.database) is in use by another process, which brought its schema up "
                        + "to date when it started.")
            }
            let steps = try await Migrator(database: opened.database).migrate(now: Composition.now())
            try await opened.close()
            printNow(steps.isEmpty ? "The schema is up to date." : "Done: \(steps.joined(separator: ", ")).")
        } catch let error as StoreError {
            throw CommandFailure(sentence: error.reason)
        }
    }
}
