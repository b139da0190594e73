import AnalyticsCore

/// Records as the lines of CSV under a header.
struct CSVRecords: RecordParser {
    private var reader = CSVReader()
    private var columns: PointColumns?

    mutating func read(_ piece: [UInt8], into records: inout RecordGatherer) {
        parse(into: &records) { reader, takesLine, take throws in
            try reader.read(piece, takesLine: takesLine, take)
        }
    }

    mutating func finish(into records: inout RecordGatherer) {
        parse(into: &records) { reader, _, take throws in try reader.finish(take) }
    }

    private mutating func parse(
        into records: inout RecordGatherer,
        _ body: (
            inout CSVReader, (UnsafeBufferPointer<UInt8>, Int) -> Bool, (CSVReader.Record) throws -> Void
        ) throws -> Void
    ) {
        guard !records.isStopped else { return }
        var (reader, columns) = (reader, columns)
        do {
            try body(&reader) { line, number in
                guard let fields = columns?.fields(ofPlainLine: line) else { return false }
                return records.takePlain(fields, in: line, number: number)
            } _: { record in
                guard !records.isStopped else { return }
                Self.take(record, under: &columns, into: &records)
            }
        } catch let error as CSVReader.Malformed {
            records.stop("\(error.line)", .unknown, error.reason)
        } catch {
            records.stop("", .unknown, "The lines cannot be read.")
        }
        (self.reader, self.columns) = (reader, columns)
    }

    private static func take(
        _ record: CSVReader.Record, under columns: inout PointColumns?, into records: inout RecordGatherer
    ) {
        do throws(ValidationError) {
            guard let columns else {
                columns = try PointColumns(header: record)
                return
            }
            records.take(try columns.fields(record), number: record.line)
        } catch {
            for issue in error.issues {
                records.refuse(record.line, issue.field, issue.code, issue.message)
            }
            // Under a header that says nothing every line would be wrong.
            if columns == nil { records.stop() }
        }
    }
}
