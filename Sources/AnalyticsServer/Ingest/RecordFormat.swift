/// In which form data points are sent many at a time.
enum RecordFormat: String, CaseIterable {
    /// A JSON object with the list `records`.
    case json
    /// A JSON object on each line.
    case ndjson
    /// CSV (RFC 4180) with a header.
    case csv

    /// The form that a Content-Type names; nil for any other.
    init?(contentType: String?) {
        guard let type = MediaType.essence(of: contentType),
            let format = Self.allCases.first(where: { $0.mediaType == type })
        else { return nil }
        self = format
    }

    /// By what a Content-Type names it.
    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .ndjson: "application/x-ndjson"
        case .csv: "text/csv"
        }
    }

    /// What takes such a body apart.
    var parser: any RecordParser {
        switch self {
        case .json: JSONRecords()
        case .ndjson: NDJSONRecords()
        case .csv: CSVRecords()
        }
    }
}

/// Takes a body apart as it arrives, in pieces of any size, and hands over its records.
///
/// Memory is bounded by the longest record. What is wrong with a record is noted with the others; what makes the rest
/// unreadable stops the reading.
protocol RecordParser {
    /// Reads the next piece.
    ///
    /// - Throws: ``JSONScanner/Malformed`` where the body as a whole is no JSON.
    mutating func read(_ piece: [UInt8], into records: inout RecordGatherer) throws(JSONScanner.Malformed)

    /// Reads the end.
    ///
    /// - Throws: ``JSONScanner/Malformed`` where the body as a whole is no JSON.
    mutating func finish(into records: inout RecordGatherer) throws(JSONScanner.Malformed)
}

/// How many bytes one record may have.
enum RecordSize {
    static let most = 65_536
}
