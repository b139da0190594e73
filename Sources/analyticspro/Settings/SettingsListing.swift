/// Every setting with its value and where it comes from, as `serve --print-settings` prints them.
struct SettingsListing {
    let reader: SettingsReader

    /// Returns a line for each, without passwords.
    ///
    /// An example is `RATE_LIMIT_AUTH=20  (the environment variable RATE_LIMIT_AUTH)`.
    func lines() throws -> [String] {
        try Settings.all.compactMap { entry in
            guard let (text, origin) = try reader.find(entry) else {
                return entry.isHidden ? nil : "\(entry.variable)=\(entry.standard)  (default)"
            }
            let place = origin.place.prefix(1).lowercased() + origin.place.dropFirst()
            return "\(entry.variable)=\(entry.safeText(text))  (\(place))"
        }
    }
}
