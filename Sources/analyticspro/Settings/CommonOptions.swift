import AnalyticsServer
import ArgumentParser
import Logging

/// The flags that belong to every command.
struct CommonOptions: SettingFlags {
    @Option(Settings.database) var database: String?
    @Option(Settings.databaseURLFile) var databaseURLFile: String?
    @Option(Settings.secretsKeyFile) var secretsKeyFile: String?
    @Option(Settings.secretsKey) var secretsKey: String?

    @Option(
        help: ArgumentHelp("A JSON file of settings, named as their variables: \"rate-limit-auth\".", valueName: "file")
    )
    var config: String?

    @Option(Settings.logLevel) var logLevel: String?

    @Option(Settings.passwordCost) var passwordCost: String?

    /// Reads what flags, environment and file say together.
    ///
    /// - Parameter more: Flags of the command's own.
    func read(_ more: [String: String] = [:]) async throws -> CommonSettings {
        let reader = try await SettingsReader(flags: flags.merging(more) { _, own in own }, filePath: config)
        let database = try reader.value(Settings.database, orFile: Settings.databaseURLFile)
        return CommonSettings(
            reader: reader, database: database, secrets: try SecretsKey(reader, database: database),
            logLevel: try reader.value(Settings.logLevel), passwordCost: try reader.value(Settings.passwordCost))
    }
}

/// The settings that every command has.
struct CommonSettings {
    let reader: SettingsReader
    let database: DatabaseLocation
    /// The key that seals secrets, and where it lies.
    let secrets: SecretsKey
    /// Nil where nobody said one.
    let logLevel: Logger.Level?
    /// How much work it is to hash a password: the standard cost, unless this is a test of other things.
    let passwordCost: PasswordHasher.Cost

    /// A logger to standard error.
    ///
    /// - Parameter level: What is logged where nobody said so.
    func logger(default level: Logger.Level) -> Logger {
        var logger = Logger(label: "analyticspro") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel ?? level
        return logger
    }
}
