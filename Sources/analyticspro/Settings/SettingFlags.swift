import ArgumentParser

/// A group of flags of which each sets a ``Setting``.
protocol SettingFlags: ParsableArguments {}

extension SettingFlags {
    /// The flags that were given, by their names without the hyphens before them.
    var flags: [String: String] {
        var flags: [String: String] = [:]
        for child in Mirror(reflecting: self).children {
            guard let option = child.value as? Option<String?>, let text = option.wrappedValue,
                let entry = Settings.all.first(where: { Self.property($0) == child.label?.lowercased() })
            else { continue }
            flags[entry.flag] = text
        }
        return flags
    }

    /// The name of a flag's property in lower case, as a mirror shows it.
    private static func property(_ entry: SettingEntry) -> String {
        "_" + entry.flag.replacing("-", with: "")
    }
}
