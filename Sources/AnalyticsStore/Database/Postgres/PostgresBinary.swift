/// PostgreSQL's binary form of values: big-endian integers, and texts and bytes as they are.
///
/// The forms are those that `COPY … (FORMAT binary)` and the send and receive functions of each type use (PostgreSQL's
/// manual, sections COPY and 55.2.3).
enum PostgresBinary {
    /// A type by its number in `pg_type`.
    enum TypeID {
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let int2: UInt32 = 21
        static let int4: UInt32 = 23
        static let text: UInt32 = 25
        static let numeric: UInt32 = 1700
        /// The types whose binary form is their text.
        static let texts: Set<UInt32> = [text, 18, 19, 1042, 1043]
    }

    /// The bytes of a value; empty for NULL, which has none.
    static func bytes(of value: SQLValue) -> [UInt8] {
        switch value {
        case .null: []
        case .integer(let integer): withUnsafeBytes(of: integer.bigEndian) { Array($0) }
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        }
    }

    /// Appends a value with its length before it, as in arrays and rows.
    static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
        switch value {
        case .null:
            append(Int32(-1), to: &bytes)
        case .integer(let integer):
            append(Int32(8), to: &bytes)
            append(integer, to: &bytes)
        case .text(let text):
            var text = text
            text.withUTF8 { content in
                append(Int32(truncatingIfNeeded: content.count), to: &bytes)
                bytes.append(contentsOf: content)
            }
        case .bytes(let content):
            append(Int32(truncatingIfNeeded: content.count), to: &bytes)
            bytes.append(contentsOf: content)
        }
    }

    static func append(_ integer: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// An array of one dimension.
    ///
    /// - Parameter values: So many values, each with its length before it.
    static func array(of kind: Insertion.Kind, count: Int, _ values: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + values.count)
        append(Int32(1), to: &bytes)
        // Whether there are NULLs, which the server finds out by itself.
        append(Int32(0), to: &bytes)
        append(kind.typeID, to: &bytes)
        append(Int32(truncatingIfNeeded: count), to: &bytes)
        append(Int32(1), to: &bytes)
        return bytes + values
    }

    /// A big-endian integer, or nil where there are too few or too many bytes.
    static func integer<Integer: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer) -> Integer? {
        guard bytes.count == MemoryLayout<Integer>.size else { return nil }
        return bytes.reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
    }

    /// A `numeric` that is whole and fits into 64 bits, or nil.
    ///
    /// It is how many digits of base 10,000 there are, the exponent of the first, the sign, how many decimals are shown,
    /// and the digits.
    static func wholeNumeric(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        func field(_ index: Int) -> Int16? {
            guard bytes.count >= 2 * index + 2 else { return nil }
            return integer(UnsafeRawBufferPointer(rebasing: bytes[2 * index..<2 * index + 2]))
        }
        guard let count = field(0), let weight = field(1), let sign = field(2), let scale = field(3), scale == 0,
            sign == 0 || sign == 0x4000, count >= 0, bytes.count == 8 + 2 * Int(count), weight < 5
        else { return nil }
        if count == 0 { return 0 }
        guard weight >= 0, Int(count) <= Int(weight) + 1 else { return nil }
        var number: Int64 = 0
        for place in 0...Int(weight) {
            let digit = place < Int(count) ? field(4 + place) : 0
            guard let digit else { return nil }
            let (tenThousandfold, first) = number.multipliedReportingOverflow(by: 10_000)
            // Downwards, because there is one negative number more.
            let (sum, second) = tenThousandfold.subtractingReportingOverflow(Int64(digit))
            guard !first, !second else { return nil }
            number = sum
        }
        if sign != 0 { return number }
        return number == .min ? nil : -number
    }
}

extension Insertion.Kind {
    /// The type of a value.
    var typeID: UInt32 {
        switch self {
        case .integer: PostgresBinary.TypeID.int8
        case .text: PostgresBinary.TypeID.text
        case .bytes: PostgresBinary.TypeID.bytea
        }
    }

    /// The type of an array of such values.
    var arrayTypeID: UInt32 {
        switch self {
        case .integer: 1016
        case .text: 1009
        case .bytes: 1001
        }
    }
}

extension SQLValue {
    /// The type of a value; 0, which lets the server find it out, for NULL.
    var typeID: UInt32 {
        switch self {
        case .null: 0
        case .integer: Insertion.Kind.integer.typeID
        case .text: Insertion.Kind.text.typeID
        case .bytes: Insertion.Kind.bytes.typeID
        }
    }
}
