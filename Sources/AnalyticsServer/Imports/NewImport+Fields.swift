import AnalyticsCore

extension NewImport {
    /// The import that some fields ask for; nil where there is something wrong with them, which the rules note.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - format: csv unless given.
    ///   - alerts: all unless given.
    ///   - isDryRun: false unless given.
    ///   - defaultName: What it is called without a name; nil where it must have one.
    ///   - rules: Note what is wrong.
    init?(
        name: FieldInput, format: FieldInput, alerts: FieldInput, isDryRun: FieldInput, defaultName: String? = nil,
        rules: inout FieldRules
    ) {
        let name = rules.text(name, "name", required: defaultName == nil, length: Self.nameLength) ?? defaultName
        let format = rules.choice(format, "format", default: ImportFormat.csv)
        let alerts = rules.choice(alerts, "alerts", default: ImportAlerts.all)
        let isDryRun = rules.boolean(isDryRun, "dry_run") ?? false
        guard rules.issues.isEmpty, let name, let format, let alerts else { return nil }
        self.init(name: name, format: format, alerts: alerts, isDryRun: isDryRun)
    }
}
