public import AnalyticsCore

/// Finds the latest day in the column `recorded_at` of a CSV file.
///
/// Whatever is wrong with the file is left to those who import it.
public struct LastDayScan {
    private var reader = CSVReader()
    private var column: Int?
    private var hasHeader = false
    private var last: Day?

    /// Nothing read yet.
    public init() {}

    /// Reads a piece of the file.
    public mutating func read(_ piece: some Sequence<UInt8>) throws {
        var reader = reader
        try reader.read(piece) { note($0) }
        self.reader = reader
    }

    /// The latest day, or nil where there is none.
    public mutating func finish() throws -> Day? {
        var reader = reader
        try reader.finish { note($0) }
        return last
    }

    private mutating func note(_ record: CSVReader.Record) {
        guard hasHeader else {
            hasHeader = true
            column = record.fields.firstIndex { field in
                String(decoding: field, as: UTF8.self).filter { !$0.isWhitespace }.lowercased() == "recorded_at"
            }
            return
        }
        guard let column, record.fields.indices.contains(column),
            case .text(let text) = FieldInput(trimming: record.fields[column]), let day = Day(text)
        else { return }
        last = max(last ?? day, day)
    }
}
