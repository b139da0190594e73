import AnalyticsServer
import ArgumentParser
import Logging

/// The flags that belong to every command.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the data is: sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME (DATABASE_URL; default: "
                + "\(Self.defaultDatabase)). Others see a password in a flag; they do not see a variable's.",
            valueName: "url"))
    var database: String?

    @Option(
        help: ArgumentHelp("A JSON file of settings, named as their variables: \"rate-limit-auth\".", valueName: "file")
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "trace, debug, info, notice, warning, error or critical (LOG_LEVEL; default: info for serve, else critical).",
            valueName: "level"))
    var logLevel: String?

    static let defaultDatabase = "sqlite:data/analyticspro.sqlite"

    /// What the flags, the environment and the file say together.
    func read() async throws -> CommonSettings {
        let reader = try await SettingsReader(filePath: config)
        let database = try database ?? reader.text(.databaseURL) ?? Self.defaultDatabase
        return CommonSettings(
            reader: reader, database: try DatabaseLocation(url: database),
            logLevel: try (logLevel ?? reader.text(.logLevel)).map(Self.level),
            passwordCost: try reader.text(.passwordCost).map(Self.passwordCost) ?? .standard)
    }

    private static func level(_ name: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: name) else {
            let allowed = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure("The log level must be one of \(allowed), not \"\(name)\".")
        }
        return level
    }

    private static func passwordCost(_ text: String) throws -> PasswordHasher.Cost {
        guard let cost = PasswordHasher.Cost(text) else {
            throw CommandFailure("PASSWORD_COST must be scrypt's parameters, such as ln=14,r=8,p=5, not \"\(text)\".")
        }
        return cost
    }
}

/// The settings that every command has.
struct CommonSettings {
    let reader: SettingsReader
    let database: DatabaseLocation
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
