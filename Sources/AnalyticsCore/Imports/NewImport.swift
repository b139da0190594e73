/// An import as somebody asked for it: what its file is and what is to become of it.
public struct NewImport: Sendable, Equatable {
    /// How many characters its name may have.
    public static let nameLength = 1...100

    /// What it is called.
    public let name: String
    /// In which form its file is.
    public let format: ImportFormat
    /// Which of its data points may raise alerts.
    public let alerts: ImportAlerts
    /// Whether its file is only looked at: everything is checked, and nothing is stored.
    public let isDryRun: Bool

    /// An import of the given parts.
    public init(name: String, format: ImportFormat, alerts: ImportAlerts = .all, isDryRun: Bool = false) {
        self.name = name
        self.format = format
        self.alerts = alerts
        self.isDryRun = isDryRun
    }
}

/// In which form a file of data points is.
public enum ImportFormat: String, Sendable, CaseIterable {
    /// Lines of comma-separated values (RFC 4180) under a header.
    case csv
    /// A JSON object on each line.
    case ndjson
}

/// Which data points of an import may raise alerts.
public enum ImportAlerts: String, Sendable, CaseIterable {
    /// All of them, as if they were sent one by one.
    case all
    /// None of them, as befits figures of the past.
    case none
}
