import AnalyticsCore

/// Finds the fields of records that have nothing out of the ordinary, in one pass over their bytes and without a copy.
///
/// What it does not take is not wrong for that: the general way reads it and says what is. So it knows only the fields of a
/// data point, texts without escapes, and numbers where a number belongs.
enum PlainRecord {
    /// The fields of a JSON object.
    ///
    /// - Parameters:
    ///   - bytes: What the object stands in.
    ///   - start: Where it begins.
    ///   - fields: Set to where the fields stand.
    /// - Returns: The place behind it; nil where it is not plain or does not end among the bytes.
    static func end(
        ofObjectIn bytes: UnsafeBufferPointer<UInt8>, from start: Int, fields: inout PointBatch.Fields
    ) -> Int? {
        var cursor = Cursor(bytes: bytes, index: start)
        fields = PointBatch.Fields()
        guard cursor.skip(UInt8(ascii: "{")) else { return nil }
        cursor.skipWhitespace()
        while true {
            guard let name = cursor.text() else { return nil }
            cursor.skipWhitespace()
            guard cursor.skip(UInt8(ascii: ":")) else { return nil }
            cursor.skipWhitespace()
            guard let field = Field(bytes, name) else { return nil }
            let place: Range<Int>
            if let text = cursor.text() {
                place = text
            } else if cursor.skipNull() {
                place = 0..<0
            } else if field == .value, let number = cursor.number() {
                place = number
            } else {
                return nil
            }
            switch field {
            case .metricType: fields.metricType = place
            case .value: fields.value = place
            case .recordedAt: fields.recordedAt = place
            case .category: fields.category = place
            case .source: fields.source = place
            case .externalID: fields.externalID = place
            }
            cursor.skipWhitespace()
            if cursor.skip(UInt8(ascii: "}")) { return cursor.index }
            guard cursor.skip(UInt8(ascii: ",")) else { return nil }
            cursor.skipWhitespace()
        }
    }

    /// The place of the first byte in a range that is no white space of JSON; the range's end where there is none.
    static func skipWhitespace(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var cursor = Cursor(bytes: bytes, index: start)
        cursor.skipWhitespace()
        return cursor.index
    }

    private enum Field: Equatable {
        case metricType, value, recordedAt, category, source, externalID

        /// The field of the name that stands there.
        init?(_ bytes: UnsafeBufferPointer<UInt8>, _ name: Range<Int>) {
            let field: Field
            let own: StaticString
            switch (name.count, bytes[name.lowerBound]) {
            case (5, UInt8(ascii: "v")): (field, own) = (.value, "value")
            case (6, UInt8(ascii: "s")): (field, own) = (.source, "source")
            case (8, UInt8(ascii: "c")): (field, own) = (.category, "category")
            case (11, UInt8(ascii: "m")): (field, own) = (.metricType, "metric_type")
            case (11, UInt8(ascii: "r")): (field, own) = (.recordedAt, "recorded_at")
            case (11, UInt8(ascii: "e")): (field, own) = (.externalID, "external_id")
            default: return nil
            }
            for offset in 0..<name.count where bytes[name.lowerBound + offset] != own.utf8Start[offset] { return nil }
            self = field
        }
    }

    private struct Cursor {
        let bytes: UnsafeBufferPointer<UInt8>
        var index: Int

        mutating func skip(_ byte: UInt8) -> Bool {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
            return true
        }

        mutating func skipWhitespace() {
            while index < bytes.count {
                switch bytes[index] {
                case 0x20, 0x09, 0x0A, 0x0D: index += 1
                default: return
                }
            }
        }

        /// Passes over `null`, if it is what comes next.
        mutating func skipNull() -> Bool {
            guard bytes.count - index >= 4, bytes[index] == UInt8(ascii: "n"), bytes[index + 1] == UInt8(ascii: "u"),
                bytes[index + 2] == UInt8(ascii: "l"), bytes[index + 3] == UInt8(ascii: "l")
            else { return false }
            index += 4
            return true
        }

        /// What stands between the quotation marks of the text that begins here; nil where none does, or one with an
        /// escape or a control character.
        mutating func text() -> Range<Int>? {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
            var end = index + 1
            while end < bytes.count {
                let byte = bytes[end]
                if byte == UInt8(ascii: "\"") {
                    defer { index = end + 1 }
                    return index + 1..<end
                }
                if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
                end += 1
            }
            return nil
        }

        /// The bytes of which numbers are made that begin here; whether they are one is found out later.
        mutating func number() -> Range<Int>? {
            var end = index
            while end < bytes.count {
                guard Self.isOfNumber(bytes[end]) else { break }
                end += 1
            }
            guard end > index else { return nil }
            defer { index = end }
            return index..<end
        }

        private static func isOfNumber(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
    }
}
