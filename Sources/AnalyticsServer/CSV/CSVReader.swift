import Glibc

/// Takes CSV (RFC 4180) apart as it arrives, in pieces of any size.
///
/// Lines end with LF, CR LF or CR; fields are separated by commas and may stand in quotation marks, within which a
/// quotation mark is doubled and lines may break. A byte order mark at the start and empty lines are passed over. Memory
/// is bounded by the longest record.
struct CSVReader {
    /// A record: its fields' bytes, and the line on which it begins, counted from 1.
    struct Record: Equatable {
        var line = 1
        var fields: [ArraySlice<UInt8>] = []
    }

    /// Where the bytes stop being CSV, and why.
    struct Malformed: Error, Equatable {
        /// The line, counted from 1.
        let line: Int
        /// What is wrong, as a sentence.
        let reason: String
    }

    private enum State {
        case fieldStart, unquoted, quoted, quoteInQuoted
    }

    /// How many bytes a record may have, its commas among them.
    static let longestRecord = 65_536

    private var state = State.fieldStart
    /// The current record's fields, one behind the other, and where each ends.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// Whether the current record has anything but its end.
    private var isEmpty = true
    private var isAfterCarriageReturn = false
    private var line = 1
    private var recordLine = 1
    private var markBytesSeen = 0
    private var isAtStart = true

    init() {}

    /// Reads a piece.
    ///
    /// - Parameter body: Gets each record that is complete.
    /// - Throws: ``Malformed``, after which nothing more can be read, or what the closure throws.
    mutating func read(_ piece: some Sequence<UInt8>, _ body: (Record) throws -> Void) throws {
        for byte in piece { try read(byte, body) }
    }

    /// Reads a piece, whole lines at a time where they are plain.
    ///
    /// - Parameters:
    ///   - takesLine: Gets each line without quotation marks that is all in the piece and not empty, and its number, from
    ///     1; what it answers true for is not read further.
    ///   - body: Gets each other record that is complete.
    /// - Throws: ``Malformed``, after which nothing more can be read, or what the closure throws.
    mutating func read(
        _ piece: [UInt8], takesLine: (UnsafeBufferPointer<UInt8>, Int) -> Bool, _ body: (Record) throws -> Void
    ) throws {
        var index = 0
        while index < piece.count {
            if isAtRecordStart, let end = piece.firstLineEnd(from: index) {
                let isTaken = piece.withUnsafeBufferPointer { bytes in
                    Self.plainLine(UnsafeBufferPointer(rebasing: bytes[index..<end])).map { takesLine($0, line) }
                        ?? false
                }
                if isTaken {
                    line += 1
                    recordLine = line
                    index = end + 1
                    continue
                }
            }
            // Up to the end of this record, and no plain line before it.
            repeat {
                try read(piece[index], body)
                index += 1
            } while index < piece.count && !isAtRecordStart
        }
    }

    /// Whether the next byte is the first of a record.
    private var isAtRecordStart: Bool {
        state == .fieldStart && isEmpty && !isAtStart && !isAfterCarriageReturn
    }

    /// A line without its end, where that is all there is to it: no quotation mark, no carriage return but before its end.
    private static func plainLine(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        var count = line.count
        if count > 0, line[count - 1] == 0x0D { count -= 1 }
        guard count > 0, count <= longestRecord else { return nil }
        let line = UnsafeBufferPointer(rebasing: line[..<count])
        return line.contains { $0 == UInt8(ascii: "\"") || $0 == 0x0D } ? nil : line
    }

    /// Reads the end, which may be that of a record without a line end.
    ///
    /// - Throws: ``Malformed`` where it is inside quotation marks, or what the closure throws.
    mutating func finish(_ body: (Record) throws -> Void) throws {
        guard state != .quoted else {
            throw Malformed(line: recordLine, reason: "A quotation mark is opened and never closed.")
        }
        try endRecord(body)
    }

    private mutating func read(_ byte: UInt8, _ body: (Record) throws -> Void) throws {
        if isAtStart, skipsMark(byte) { return }
        defer { isAfterCarriageReturn = byte == 0x0D }
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")):
            state = .quoteInQuoted
        case (.quoted, _):
            if byte == 0x0A && !isAfterCarriageReturn || byte == 0x0D { line += 1 }
            try append(byte)
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            try append(byte)
            state = .quoted
        case (.fieldStart, UInt8(ascii: "\"")):
            isEmpty = false
            state = .quoted
        case (_, UInt8(ascii: ",")):
            try checkLength()
            isEmpty = false
            ends.append(bytes.count)
            state = .fieldStart
        case (_, 0x0A) where isAfterCarriageReturn:
            // The line ended with the carriage return; this is the rest of its end.
            recordLine = line
        case (_, 0x0A), (_, 0x0D):
            try endRecord(body)
            line += 1
            recordLine = line
        case (.quoteInQuoted, _):
            throw Malformed(line: line, reason: "Something follows a closing quotation mark.")
        case (.fieldStart, _), (.unquoted, _):
            try append(byte)
            state = .unquoted
        }
    }

    private mutating func append(_ byte: UInt8) throws {
        try checkLength()
        isEmpty = false
        bytes.append(byte)
    }

    /// Throws where the record has no room for another byte.
    ///
    /// Each of its commas is an element of ``ends``.
    private func checkLength() throws {
        guard bytes.count + ends.count < Self.longestRecord else {
            throw Malformed(line: recordLine, reason: "A record has more than \(Self.longestRecord) bytes.")
        }
    }

    private mutating func endRecord(_ body: (Record) throws -> Void) throws {
        defer {
            bytes.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            isEmpty = true
            state = .fieldStart
        }
        guard !isEmpty else { return }
        ends.append(bytes.count)
        var start = 0
        let fields = ends.map { end in
            defer { start = end }
            return bytes[start..<end]
        }
        try body(Record(line: recordLine, fields: fields))
    }

    /// Passes over a byte order mark, EF BB BF.
    private mutating func skipsMark(_ byte: UInt8) -> Bool {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        guard markBytesSeen < mark.count, byte == mark[markBytesSeen] else {
            isAtStart = false
            // Half a mark is none: what was passed over belongs to the first field.
            bytes = Array(mark.prefix(markBytesSeen % mark.count))
            if !bytes.isEmpty { (isEmpty, state) = (false, .unquoted) }
            return false
        }
        markBytesSeen += 1
        return true
    }
}

extension [UInt8] {
    /// Where the next line feed is, or nil.
    func firstLineEnd(from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, 0x0A, bytes.count - start)
            else { return nil }
            return base.distance(to: UnsafeRawPointer(found))
        }
    }
}
