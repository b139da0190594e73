import AnalyticsCore

/// Records as JSON objects, one on each line; empty lines are passed over.
struct NDJSONRecords: RecordParser {
    /// The part of a line whose end has not arrived.
    private var rest: [UInt8] = []
    private var line = 1

    mutating func read(_ piece: [UInt8], into records: inout RecordGatherer) {
        var start = 0
        while !records.isStopped, let end = piece.firstLineEnd(from: start) {
            if rest.isEmpty {
                take(piece, start..<end, into: &records)
            } else {
                rest += piece[start..<end]
                take(rest, 0..<rest.count, into: &records)
                rest.removeAll(keepingCapacity: true)
            }
            line += 1
            start = end + 1
        }
        guard !records.isStopped else { return }
        rest += piece[start...]
        if rest.count > RecordSize.most { refuseLength(&records) }
    }

    mutating func finish(into records: inout RecordGatherer) {
        guard !records.isStopped else { return }
        take(rest, 0..<rest.count, into: &records)
        rest = []
    }

    private func refuseLength(_ records: inout RecordGatherer) {
        records.stop("\(line)", .maxLength, "The line has more than \(RecordSize.most) bytes.")
    }

    private func take(_ bytes: [UInt8], _ range: Range<Int>, into records: inout RecordGatherer) {
        guard range.count <= RecordSize.most else { return refuseLength(&records) }
        if takePlain(bytes, range, into: &records) { return }
        guard bytes[range].contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
        do throws(JSONScanner.Malformed) {
            // A line of its own, so that its end is the end in what is said of it.
            let object = try JSONObject(parsing: Array(bytes[range]))
            if object.isObject {
                records.take(NewPoint.Fields(object), number: line)
            } else {
                records.refuse(line, "", .unknown, "The line must be a JSON object.")
            }
        } catch {
            records.refuse(
                line, "", .unknown,
                "The line is not valid JSON: \(error.reason) at its byte \(error.offset).")
        }
    }

    private func takePlain(_ bytes: [UInt8], _ range: Range<Int>, into records: inout RecordGatherer) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            let line = UnsafeBufferPointer(rebasing: bytes[range])
            var fields = PointBatch.Fields()
            guard let end = PlainRecord.end(ofObjectIn: line, from: 0, fields: &fields),
                PlainRecord.skipWhitespace(in: line, from: end) == line.count
            else { return false }
            return records.takePlain(fields, in: line, number: self.line)
        }
    }
}
