public import AnalyticsCore

/// Finds the latest day of the field `recorded_at` in a file of data points.
///
/// Whatever is wrong with the file is left to those who import it.
public struct LastDayScan {
    private enum Reader {
        case csv(CSVReader, CSVColumn)
        case ndjson(Line)
    }

    /// Which column of a CSV file it is.
    private enum CSVColumn {
        /// Known with the header, which has not come yet.
        case unknown
        /// There is none.
        case none
        case index(Int)
    }

    /// The part of a line whose end has not arrived.
    private struct Line {
        var bytes: [UInt8] = []
        /// Whether it is longer than any record, and not kept.
        var isTooLong = false
    }

    private var reader: Reader
    private var last: Day?

    /// Nothing read yet of a file of that form.
    public init(_ format: ImportFormat = .csv) {
        switch format {
        case .csv: reader = .csv(CSVReader(), .unknown)
        case .ndjson: reader = .ndjson(Line())
        }
    }

    /// Reads a piece of the file.
    ///
    /// - Throws: Where a CSV file cannot be read on.
    public mutating func read(_ piece: some Sequence<UInt8>) throws {
        switch reader {
        case .csv(var csv, var column):
            try csv.read(piece) { note($0, &column) }
            reader = .csv(csv, column)
        case .ndjson(var line):
            // So that it is not held twice and copied with every change.
            reader = .ndjson(Line())
            for byte in piece {
                if byte == 0x0A {
                    note(line)
                    line = Line()
                } else if line.bytes.count >= RecordSize.most {
                    line.isTooLong = true
                } else {
                    line.bytes.append(byte)
                }
            }
            reader = .ndjson(line)
        }
    }

    /// The latest day, or nil where there is none.
    ///
    /// - Throws: Where a CSV file ends in the middle of a field.
    public mutating func finish() throws -> Day? {
        switch reader {
        case .csv(var csv, var column): try csv.finish { note($0, &column) }
        case .ndjson(let line): note(line)
        }
        return last
    }

    private mutating func note(_ record: CSVReader.Record, _ column: inout CSVColumn) {
        switch column {
        case .unknown:
            let index = record.fields.firstIndex { field in
                String(decoding: field, as: UTF8.self).filter { !$0.isWhitespace }.lowercased() == "recorded_at"
            }
            column = index.map { .index($0) } ?? .none
        case .none: break
        case .index(let index):
            guard record.fields.indices.contains(index) else { return }
            note(FieldInput(trimming: record.fields[index]))
        }
    }

    private mutating func note(_ line: Line) {
        guard !line.isTooLong, let object = try? JSONObject(parsing: line.bytes) else { return }
        note(object["recorded_at"])
    }

    private mutating func note(_ input: FieldInput) {
        guard case .text(let text) = input, let day = Day(text) else { return }
        last = max(last ?? day, day)
    }
}
