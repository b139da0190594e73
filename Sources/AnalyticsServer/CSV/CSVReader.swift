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
