import ArgumentParser
import Foundation

/// One setting of the program: its name, its default, what it is for and which values are allowed.
///
/// The flag, the variable, the name in the file of `--config`, the line of `--help`, the row in docs/operations.md and the
/// line of `serve --print-settings` are all made of it. ``Settings`` holds all of them.
struct Setting<Value: Sendable>: Sendable {
    let entry: SettingEntry
    /// The default.
    let standard: Value
    /// Parses a text, or throws what is allowed.
    let parse: @Sendable (String) throws(SettingFault) -> Value

    /// - Parameters:
    ///   - variable: The environment variable, from which the other names follow.
    ///   - flag: The flag without its hyphens, where it does not follow from the variable.
    ///   - valueName: The name of the value in help: `count`, `url`.
    ///   - summary: The purpose of the setting, one sentence without its full stop.
    ///   - note: Further sentences of the help.
    ///   - standard: The default.
    ///   - shown: The default as people read it; the value itself where it is left out.
    ///   - scope: Which commands have it.
    ///   - safeText: The value without its password, for settings that may have one.
    ///   - isHidden: Whether it is for tests of the program, and no help names it.
    ///   - parse: Makes the value of a text, or says what is allowed.
    init(
        _ variable: String, flag: String? = nil, _ valueName: String, _ summary: String, note: String? = nil,
        default standard: Value, shown: String? = nil, scope: SettingEntry.Scope = .serve,
        safeText: (@Sendable (Value) -> String)? = nil, isHidden: Bool = false,
        parse: @escaping @Sendable (String) throws(SettingFault) -> Value
    ) {
        entry = SettingEntry(
            variable: variable, flag: flag ?? SettingEntry.hyphenated(variable), valueName: valueName, summary: summary,
            note: note, standard: shown ?? "\(standard)", scope: scope, isHidden: isHidden
        ) { text in
            guard let safeText else { return text }
            return (try? parse(text)).map(safeText) ?? "***"
        }
        self.standard = standard
        self.parse = parse
    }
}

/// The names and the help of a setting, without the type of its value.
struct SettingEntry: Sendable {
    /// Which commands have a setting.
    enum Scope: Sendable {
        case serve
        case everyCommand
    }

    /// The environment variable: `RATE_LIMIT_AUTH`.
    let variable: String
    /// The flag without its hyphens: `rate-limit-auth`.
    let flag: String
    let valueName: String
    /// The purpose of the setting, one sentence without its full stop.
    let summary: String
    /// Further sentences of the help.
    let note: String?
    /// The default as people read it.
    let standard: String
    let scope: Scope
    /// Whether it is for tests of the program, and no help names it.
    let isHidden: Bool
    /// Makes a text of the setting one without a password.
    let safeText: @Sendable (String) -> String

    /// The name in the file of `--config`: `rate-limit-auth`.
    var inFile: String { Self.hyphenated(variable) }

    /// The text of `--help`.
    var help: ArgumentHelp {
        var help = ArgumentHelp()
        help.abstract = "\(summary) (\(variable); default: \(standard))." + (note.map { " " + $0 } ?? "")
        help.valueName = valueName
        if isHidden { help.visibility = .private }
        return help
    }

    /// The row of the table in docs/operations.md.
    var row: String {
        let isCode = standard != "none" && Int(standard) == nil
        let text = (scope == .everyCommand ? "Of every command. " : "") + summary + "." + (note.map { " " + $0 } ?? "")
        return "| `--\(flag)` | `\(variable)` | \(isCode ? "`\(standard)`" : standard) | "
            + "\(text.replacing("|", with: "\\|")) |"
    }

    static func hyphenated(_ variable: String) -> String { variable.lowercased().replacing("_", with: "-") }
}

extension Option {
    /// The flag of a setting.
    init<Parsed>(_ setting: Setting<Parsed>) where Value == String? {
        self.init(name: .customLong(setting.entry.flag), help: setting.entry.help)
    }
}

/// Why a setting's value is invalid, without a value that may be a secret.
struct SettingFault: Error {
    private enum Form {
        case predicate(String)
        case sentence(String)
    }

    private let form: Form

    /// - Parameter predicate: What follows the name of the setting: `must be from 0 to 65535, not 70000`.
    init(_ predicate: String) {
        form = .predicate(predicate)
    }

    /// - Parameter sentence: A whole sentence that needs no name.
    init(sentence: String) {
        form = .sentence(sentence)
    }

    /// The sentence for the person at the terminal.
    ///
    /// - Parameter place: Where the text was found: `The flag --port`.
    func sentence(at place: String) -> String {
        switch form {
        case .predicate(let predicate): "\(place) \(predicate)."
        case .sentence(let sentence): sentence
        }
    }
}
