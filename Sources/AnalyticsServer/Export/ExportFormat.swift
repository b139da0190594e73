import AnalyticsCore
import AnalyticsStore

/// In which form data points are exported.
enum ExportFormat: String, CaseIterable {
    /// CSV (RFC 4180) with the columns that an import reads, safe to open in a spreadsheet.
    case csv
    /// A JSON object on each line, as the list shows it.
    case ndjson

    /// The answer's Content-Type.
    var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .ndjson: "application/x-ndjson"
        }
    }

    /// What stands before the points.
    var header: String {
        switch self {
        case .csv: PointColumns.names.joined(separator: ",") + "\r\n"
        case .ndjson: ""
        }
    }

    /// Adds a point to what is sent.
    func append(_ stored: StoredPoint, to bytes: inout [UInt8]) {
        switch self {
        case .csv:
            let point = stored.point
            bytes += "\(point.metric.rawValue),\(point.value),\(point.day),".utf8
            Self.append(point.category, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            Self.append(point.source, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            Self.append(point.externalID, to: &bytes)
            bytes += [0x0D, 0x0A]
        case .ndjson:
            bytes += JSONWriter.written(RecordView(stored: stored))
            bytes.append(0x0A)
        }
    }

    private static func append(_ label: Label?, to bytes: inout [UInt8]) {
        guard let text = label?.text else { return }
        let isQuoted = text.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains($0) }
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
        if SpreadsheetFormula.needsApostrophe(text) { bytes.append(UInt8(ascii: "'")) }
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
    }
}
