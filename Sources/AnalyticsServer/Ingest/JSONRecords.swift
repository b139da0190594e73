import AnalyticsCore

/// Records as the elements of the list `records` in a JSON object; its other members are passed over.
///
/// It finds out only where each member and each element ends; what they are is read once they are complete.
struct JSONRecords: RecordParser {
    private enum State {
        /// Before the object.
        case start
        /// Before a name, or where none has come yet the object's end.
        case name(isFirst: Bool)
        /// Before the value of a member.
        case value(isRecords: Bool)
        /// Before an element of the list, or where none has come yet the list's end.
        case element(isFirst: Bool)
        /// Behind a member.
        case afterMember
        /// Behind the object.
        case end
    }

    private var state = State.start
    /// What has arrived and is not read, from ``position`` on.
    private var bytes: [UInt8] = []
    private var position = 0
    /// How many bytes of the body came before the first of ``bytes``.
    private var offset = 0
    private var extent = Extent()
    private var count = 0
    private var hasRecords = false

    mutating func read(_ piece: [UInt8], into records: inout RecordGatherer) throws(JSONScanner.Malformed) {
        offset += position
        if position == bytes.count {
            bytes = piece
        } else {
            bytes.removeFirst(position)
            bytes += piece
        }
        extent.reached -= position
        position = 0
        while !records.isStopped, try step(&records) {}
    }

    mutating func finish(into records: inout RecordGatherer) throws(JSONScanner.Malformed) {
        guard !records.isStopped else { return }
        let rest = position..<bytes.count
        switch state {
        case .end: return
        // An empty body has no records, as one of another kind.
        case .start where offset + bytes.count == 0: return
        case .name: try readName(in: rest, &records)
        case .start, .value, .element: try check(rest)
        case .afterMember: break
        }
        // What is there is complete, and something must follow it.
        position = bytes.count
        throw malformed("unexpected end, the object must be closed")
    }

    /// Goes on to the next state.
    ///
    /// - Returns: False where more must arrive before.
    private mutating func step(_ records: inout RecordGatherer) throws(JSONScanner.Malformed) -> Bool {
        skipWhitespace()
        guard position < bytes.count else { return false }
        switch state {
        case .start:
            guard skip(UInt8(ascii: "{")) else {
                records.stop("", .required, "The body must be a JSON object with a list of records.")
                return false
            }
            state = .name(isFirst: true)
        case .name(let isFirst):
            if isFirst, skip(UInt8(ascii: "}")) {
                state = .end
            } else {
                // Behind a name there is a colon, and before it no byte that could end a value.
                guard let range = try complete(endingWith: UInt8(ascii: ":")) else { return false }
                try readName(in: range.lowerBound..<range.upperBound + 1, &records)
            }
        case .value(isRecords: true) where skip(UInt8(ascii: "[")):
            state = .element(isFirst: true)
        case .value(let isRecords):
            guard let range = try complete() else { return false }
            try check(range)
            if isRecords { records.stop("", .unknown, "The records field must be an array.") }
            state = .afterMember
        case .element where extent.isAtStart && takePlainElement(&records):
            break
        case .element(let isFirst):
            if isFirst, skip(UInt8(ascii: "]")) {
                state = .afterMember
            } else {
                guard let range = try complete() else { return false }
                try readElement(in: range, &records)
                if skip(UInt8(ascii: ",")) {
                    state = .element(isFirst: false)
                } else if skip(UInt8(ascii: "]")) {
                    state = .afterMember
                } else {
                    throw malformed("expected , or ]")
                }
            }
        case .afterMember:
            if skip(UInt8(ascii: ",")) {
                state = .name(isFirst: false)
            } else if skip(UInt8(ascii: "}")) {
                state = .end
            } else {
                throw malformed("expected , or }")
            }
        case .end:
            throw malformed("expected nothing more")
        }
        return true
    }

    private mutating func readName(
        in range: Range<Int>, _ records: inout RecordGatherer
    ) throws(JSONScanner.Malformed) {
        var scanner = JSONScanner(bytes, in: range)
        let name: ArraySlice<UInt8>
        do { name = try scanner.memberName() } catch { throw moved(error) }
        position = range.upperBound
        let isRecords = name.elementsEqual("records".utf8)
        if isRecords, hasRecords { records.stop("", .unknown, "The records field must be there only once.") }
        hasRecords = hasRecords || isRecords
        state = .value(isRecords: isRecords)
    }

    private mutating func readElement(
        in range: Range<Int>, _ records: inout RecordGatherer
    ) throws(JSONScanner.Malformed) {
        do {
            let object = try JSONObject(parsing: bytes, in: range)
            if object.isObject {
                records.take(NewPoint.Fields(object), number: count)
            } else {
                records.refuse(count, "", .unknown, "The record must be a JSON object.")
            }
        } catch {
            throw moved(error)
        }
        count += 1
    }

    /// Takes the element that begins here, and what stands behind it, if it is plain and all there.
    private mutating func takePlainElement(_ records: inout RecordGatherer) -> Bool {
        let number = count
        let next = bytes.withUnsafeBufferPointer { bytes -> (position: Int, isLast: Bool)? in
            var fields = PointBatch.Fields()
            guard let end = PlainRecord.end(ofObjectIn: bytes, from: position, fields: &fields) else { return nil }
            let next = PlainRecord.skipWhitespace(in: bytes, from: end)
            guard next < bytes.count, bytes[next] == UInt8(ascii: ",") || bytes[next] == UInt8(ascii: "]"),
                records.takePlain(fields, in: bytes, number: number)
            else { return nil }
            return (next + 1, bytes[next] == UInt8(ascii: "]"))
        }
        guard let next else { return false }
        position = next.position
        state = next.isLast ? .afterMember : .element(isFirst: false)
        count += 1
        return true
    }

    private func check(_ range: Range<Int>) throws(JSONScanner.Malformed) {
        do { _ = try JSONObject(parsing: bytes, in: range) } catch { throw moved(error) }
    }

    // MARK: - Bytes

    private func malformed(_ reason: String) -> JSONScanner.Malformed {
        JSONScanner.Malformed(offset: offset + position, reason: reason)
    }

    /// A fault by its place in the body.
    private func moved(_ error: JSONScanner.Malformed) -> JSONScanner.Malformed {
        JSONScanner.Malformed(offset: offset + error.offset, reason: error.reason)
    }

    private mutating func skipWhitespace() {
        guard extent.isAtStart else { return }
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Where what begins here ends, with the position moved there; nil where that has not arrived.
    private mutating func complete(
        endingWith mark: UInt8 = UInt8(ascii: ",")
    ) throws(JSONScanner.Malformed) -> Range<Int>? {
        if extent.isAtStart { extent.reached = position }
        guard extent.reachesEnd(in: bytes, mark: mark) else {
            guard bytes.count - position <= RecordSize.most else {
                throw malformed("a record or another member has more than \(RecordSize.most) bytes")
            }
            return nil
        }
        defer {
            position = extent.reached
            extent = Extent()
        }
        return position..<extent.reached
    }

    /// How far a value reaches: up to the comma, bracket or brace behind it that is not part of it.
    private struct Extent {
        /// The first byte that was not looked at.
        var reached = 0
        private var depth = 0
        private var isInString = false
        private var isEscaped = false
        private(set) var isAtStart = true

        mutating func reachesEnd(in bytes: [UInt8], mark: UInt8) -> Bool {
            isAtStart = false
            var (index, depth, isInString, isEscaped) = (reached, depth, isInString, isEscaped)
            let isComplete = bytes.withUnsafeBufferPointer { bytes in
                while index < bytes.count {
                    let byte = bytes[index]
                    if isInString {
                        if isEscaped {
                            isEscaped = false
                        } else if byte == UInt8(ascii: "\\") {
                            isEscaped = true
                        } else if byte == UInt8(ascii: "\"") {
                            isInString = false
                        }
                    } else {
                        switch byte {
                        case UInt8(ascii: "\""): isInString = true
                        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                        case UInt8(ascii: "}"), UInt8(ascii: "]"):
                            if depth == 0 { return true }
                            depth -= 1
                        case mark where depth == 0: return true
                        default: break
                        }
                    }
                    index += 1
                }
                return false
            }
            (reached, self.depth, self.isInString, self.isEscaped) = (index, depth, isInString, isEscaped)
            return isComplete
        }
    }
}
