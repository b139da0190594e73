import Configuration
import Foundation
import SystemPackage

/// Looks settings up: in the flags, then in the environment, then in the file of `--config`; else the default counts.
struct SettingsReader {
    private let flags: [String: String]
    private let environment: EnvironmentVariablesProvider
    private let file: FileProvider<JSONSnapshot>?
    private let filePath: String?

    /// Where a setting was found.
    enum Origin: Equatable {
        case flag(String)
        case environment(String)
        case file(name: String, path: String)

        /// As the beginning of a sentence.
        var place: String {
            switch self {
            case .flag(let name): "The flag --\(name)"
            case .environment(let name): "The environment variable \(name)"
            case .file(let name, let path): "The setting \(name) in \(path)"
            }
        }
    }

    /// - Parameters:
    ///   - flags: The values of flags by their names without hyphens before them.
    ///   - filePath: A JSON object of settings; nil for none.
    ///   - environment: The environment's variables. An empty one counts as not set.
    /// - Throws: ``CommandFailure`` where the file cannot be read, is not JSON or has a setting that does not exist.
    init(
        flags: [String: String] = [:], filePath: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        self.flags = flags
        self.environment = EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
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

    /// The value of a setting.
    ///
    /// - Throws: ``CommandFailure`` that says where the text was found and what is allowed.
    func value<Value>(_ setting: Setting<Value>) throws -> Value {
        guard let (text, origin) = try find(setting.entry) else { return setting.standard }
        do throws(SettingFault) {
            return try setting.parse(text)
        } catch {
            throw CommandFailure(error.sentence(at: origin.place))
        }
    }

    /// The value of a setting that may also be the only line of a file, so that it stands in no list of processes.
    ///
    /// - Throws: ``CommandFailure`` also where both are given, or the file cannot be read.
    func value<Value>(_ setting: Setting<Value>, orFile file: Setting<String?>) throws -> Value {
        guard let path = try value(file) else { return try value(setting) }
        if let (_, origin) = try find(setting.entry) {
            throw CommandFailure("\(origin.place) and \(file.entry.variable) must not both be set.")
        }
        let place = "The file \(path) of \(file.entry.variable)"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure("\(place) cannot be read.")
        }
        do throws(SettingFault) {
            return try setting.parse(text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw CommandFailure(error.sentence(at: place))
        }
    }

    /// A sentence for the log where a flag has a password, which other users of the machine can read; nil else.
    func exposedSecrets(_ settings: [SettingEntry]) throws -> [String] {
        try settings.compactMap { entry in
            guard let (text, origin) = try find(entry), case .flag(let name) = origin,
                URLComponents(string: text)?.password != nil || text.contains("password=")
                    || entry.variable == Settings.secretsKey.entry.variable
            else { return nil }
            return "Other users of this machine can read the secret in --\(name): "
                + "use the environment variable \(entry.variable) or \(entry.variable)_FILE"
        }
    }

    /// The text of a setting and where it was found; nil where the default counts.
    func find(_ entry: SettingEntry) throws -> (text: String, origin: Origin)? {
        if let text = flags[entry.flag] { return (text, .flag(entry.flag)) }
        let key = AbsoluteConfigKey([entry.inFile])
        if let text = try text(of: key, in: environment) { return (text, .environment(entry.variable)) }
        guard let file, let filePath else { return nil }
        let origin = Origin.file(name: entry.inFile, path: filePath)
        do {
            return try text(of: key, in: file).map { ($0, origin) }
        } catch {
            throw CommandFailure("\(origin.place) must be a text or a whole number.")
        }
    }

    /// A text, or a whole number as one: in JSON either may stand.
    private func text(of key: AbsoluteConfigKey, in provider: some ConfigProvider) throws -> String? {
        do {
            if case .string(let text)? = try provider.value(forKey: key, type: .string).value?.content { return text }
            return nil
        } catch {
            if case .int(let number)? = try provider.value(forKey: key, type: .int).value?.content {
                return "\(number)"
            }
            return nil
        }
    }

    /// A name that is not known is most likely one that is misspelt, and would be ignored without a word.
    private static func checkNames(_ path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw CommandFailure("The settings in \(path) must be one JSON object.")
        }
        let known = Settings.all.map(\.inFile)
        for name in object.keys.sorted() where !known.contains(name) {
            throw CommandFailure(
                "The setting \(name) in \(path) does not exist. There are: "
                    + "\(Settings.shown.map(\.inFile).joined(separator: ", ")).")
        }
    }
}
