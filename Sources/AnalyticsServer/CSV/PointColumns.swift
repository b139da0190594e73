import AnalyticsCore

/// Which column of a CSV file holds which field of a data point, by its header.
struct PointColumns {
    /// The columns that there can be.
    static let names = ["metric_type", "value", "recorded_at", "category", "source"]
    private static let required = ["metric_type", "value"]

    /// The name of each column's field.
    private let columns: [String]

    /// - Throws: ``ValidationError`` of the whole line where a column is unknown, there twice, or missing though it is needed.
    init(header: CSVReader.Record) throws(ValidationError) {
        columns = header.fields.map { field in
            String(decoding: field, as: UTF8.self).filter { !$0.isWhitespace }.lowercased()
        }
        let known = Self.names.joined(separator: ", ")
        var issues: [ValidationError.Issue] = []
        func refuse(_ message: String) {
            issues.append(.init(field: "", code: .inList, message: message))
        }
        for (index, name) in columns.enumerated() {
            let shown = name.unicodeScalars.count > 40 ? name.prefix(40) + "…" : name[...]
            if !Self.names.contains(name) {
                refuse("The column \"\(shown)\" is unknown. Allowed are \(known).")
            } else if columns[..<index].contains(name) {
                refuse("The column \(name) is there twice.")
            }
        }
        for name in Self.required where !columns.contains(name) {
            refuse("The column \(name) is missing. Needed are \(Self.required.joined(separator: " and ")).")
        }
        guard issues.isEmpty else { throw ValidationError(issues: Array(issues.prefix(20))) }
    }

    /// The fields of a record under that header.
    ///
    /// - Throws: ``ValidationError`` of the whole line where it has more or fewer fields than the header.
    func fields(_ record: CSVReader.Record) throws(ValidationError) -> NewPoint.Fields {
        guard record.fields.count == columns.count else {
            throw ValidationError(
                field: "", code: .limit,
                message: "The line has \(record.fields.count) fields, the header \(columns.count).")
        }
        var fields = NewPoint.Fields()
        for (name, bytes) in zip(columns, record.fields) {
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw ValidationError(
                    field: name, code: .unprintable,
                    message: "The \(FieldRules.spoken(name)) field is not valid UTF-8.")
            }
            // An export puts an apostrophe before what a spreadsheet would take for a formula.
            let isText = name == "category" || name == "source"
            let input = FieldInput(trimming: isText ? FormulaText.withoutApostrophe(bytes) : bytes)
            switch name {
            case "metric_type": fields.metricType = input
            case "value": fields.value = input
            case "recorded_at": fields.recordedAt = input
            case "category": fields.category = input
            default: fields.source = input
            }
        }
        return fields
    }
}
