import Configuration
import Foundation
import SystemPackage

/// Looks settings up where no flag gave them: in the environment, then in the file of `--config`.
///
/// A setting's name is that of its environment variable; in the file it is the same in lower case with hyphens.
struct SettingsReader {
    private let environment: EnvironmentVariablesProvider
    private let file: FileProvider<JSONSnapshot>?
    private let filePath: String?

    /// - Parameters:
    ///   - filePath: A JSON object of settings; nil for none.
    ///   - environment: The environment's variables.
    /// - Throws: ``CommandFailure`` where the file cannot be read, is no JSON or has a setting that does not exist.
    init(
        filePath: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        self.environment = EnvironmentVariablesProvider(
            // An empty variable is one that is not set.
            environmentVariables: environment.filter { !$0.value.isEmpty })
        self.filePath = filePath
        guard let filePath else {
            file = nil
            return
        }
        do {
            try Self.checkNames(filePath)
            file = try await FileProvider<JSONSnapshot>(filePath: FilePath(filePath))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("The settings in \(filePath) cannot be read: \(error)")
        }
    }

    /// The text of a setting, or nil.
    ///
    /// - Throws: ``CommandFailure`` where it is no text.
    func text(_ name: SettingName) throws -> String? {
        try value(name, type: .string, wanted: "a text") { content in
            if case .string(let text) = content { text } else { nil }
        }
    }

    /// The whole number of a setting, or nil.
    ///
    /// - Throws: ``CommandFailure`` where it is no whole number.
    func integer(_ name: SettingName) throws -> Int? {
        try value(name, type: .int, wanted: "a whole number") { content in
            if case .int(let number) = content { number } else { nil }
        }
    }

    private func value<Value>(
        _ name: SettingName, type: ConfigType, wanted: String, _ read: (ConfigContent) -> Value?
    ) throws -> Value? {
        var sources: [(place: String, provider: any ConfigProvider)] = [
            ("environment variable \(name.rawValue)", environment)
        ]
        if let file, let filePath { sources.append(("setting \(name.inFile) in \(filePath)", file)) }
        for (place, provider) in sources {
            do {
                let result = try provider.value(forKey: AbsoluteConfigKey([name.inFile]), type: type)
                if let content = result.value?.content, let value = read(content) { return value }
            } catch {
                throw CommandFailure("The \(place) must be \(wanted).")
            }
        }
        return nil
    }

    /// A name that is not known is most likely one that is misspelt, and would be ignored without a word.
    private static func checkNames(_ path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw CommandFailure("The settings in \(path) must be one JSON object.")
        }
        let known = SettingName.allCases
        for name in object.keys.sorted() where !known.contains(where: { $0.inFile == name }) {
            let shown = known.filter { !$0.isHidden }.map(\.inFile)
            throw CommandFailure(
                "The setting \(name) in \(path) does not exist. There are: \(shown.joined(separator: ", ")).")
        }
    }
}

/// The settings by the names of their environment variables.
enum SettingName: String, CaseIterable {
    case host = "HOST"
    case port = "PORT"
    case databaseURL = "DATABASE_URL"
    case databaseConnections = "DATABASE_CONNECTIONS"
    case publicURL = "PUBLIC_URL"
    case registration = "REGISTRATION"
    case rateLimitAuth = "RATE_LIMIT_AUTH"
    case rateLimitIngest = "RATE_LIMIT_INGEST"
    case rateLimitOther = "RATE_LIMIT_OTHER"
    case rateLimitPages = "RATE_LIMIT_PAGES"
    case trustedProxies = "TRUSTED_PROXIES"
    case corsOrigins = "CORS_ORIGINS"
    case bodyLimit = "BODY_LIMIT"
    case batchRecords = "BATCH_RECORDS"
    case batchBodyLimit = "BATCH_BODY_LIMIT"
    case smtpURL = "SMTP_URL"
    case mailFrom = "MAIL_FROM"
    case webhookAllow = "WEBHOOK_ALLOW"
    case reportRetention = "REPORT_RETENTION"
    case logLevel = "LOG_LEVEL"
    case passwordCost = "PASSWORD_COST"

    /// Whether it is for tests of the program: no help and no error names it.
    var isHidden: Bool { self == .passwordCost }

    /// The name in the file of `--config`: `rate-limit-auth`.
    var inFile: String { rawValue.lowercased().replacing("_", with: "-") }
}
