import AnalyticsCore

/// Which column of a CSV file holds which field of a data point, by its header.
struct PointColumns {
    private enum Column: String, CaseIterable {
        case metricType = "metric_type"
        case value
        case recordedAt = "recorded_at"
        case category, source
        case externalID = "external_id"

        /// Whether it holds a text, before which an export may put an apostrophe.
        var isText: Bool {
            switch self {
            case .category, .source, .externalID: true
            case .metricType, .value, .recordedAt: false
            }
        }
    }

    /// The columns that there can be.
    static let names = Column.allCases.map(\.rawValue)
    private static let required = ["metric_type", "value"]

    private let columns: [Column]

    /// - Throws: ``ValidationError`` of the whole line where a column is unknown, there twice, or missing though it is needed.
    init(header: CSVReader.Record) throws(ValidationError) {
        let columns = header.fields.map { field in
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
        self.columns = columns.compactMap(Column.init)
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
        for (column, bytes) in zip(columns, record.fields) {
            let name = column.rawValue
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw ValidationError(
                    field: name, code: .unprintable,
                    message: "The \(FieldRules.spoken(name)) field is not valid UTF-8.")
            }
            // An export puts an apostrophe before what a spreadsheet would take for a formula.
            let input = FieldInput(trimming: column.isText ? SpreadsheetFormula.withoutApostrophe(bytes) : bytes)
            switch column {
            case .metricType: fields.metricType = input
            case .value: fields.value = input
            case .recordedAt: fields.recordedAt = input
            case .category: fields.category = input
            case .source: fields.source = input
            case .externalID: fields.externalID = input
            }
        }
        return fields
    }

    /// Where the fields of a line without quotation marks stand; nil where it has more or fewer than the header, or one
    /// that is not taken as it stands.
    func fields(ofPlainLine line: UnsafeBufferPointer<UInt8>) -> PointBatch.Fields? {
        var fields = PointBatch.Fields()
        var start = 0
        for (index, column) in columns.enumerated() {
            var end = start
            while end < line.count, line[end] != UInt8(ascii: ",") { end += 1 }
            guard (end < line.count) == (index < columns.count - 1) else { return nil }
            let place = start..<end
            // An export's apostrophe, or one that looks like it.
            if column.isText, !place.isEmpty, line[start] == UInt8(ascii: "'") { return nil }
            switch column {
            case .metricType: fields.metricType = place
            case .value: fields.value = place
            case .recordedAt: fields.recordedAt = place
            case .category: fields.category = place
            case .source: fields.source = place
            case .externalID: fields.externalID = place
            }
            start = end + 1
        }
        return fields
    }
}
