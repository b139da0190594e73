/// Where the parts of a number in JSON's grammar (RFC 8259, section 6) stand in its text.
struct DecimalText {
    private let isNegative: Bool
    /// The digits with the decimal point that may stand among them.
    private let mantissa: Range<Int>
    /// How many digits of the mantissa stand before the point.
    private let integerDigits: Int
    /// The exponent, saturated where it is far beyond what any text of digits could balance.
    private let exponent: Int

    /// What became of a text that is to be a number with a limited number of digits.
    enum Scaled {
        case exactly(Int64)
        case notANumber
        case tooManyFractionDigits
        case tooManyIntegerDigits
    }

    /// The number that a text stands for, times 10^`fractionDigits`.
    ///
    /// Only digits that are not zero count. The work is proportional to the length of the text, whatever its exponent.
    ///
    /// - Parameters:
    ///   - text: The number in UTF-8, without white space around it.
    ///   - integerDigits: How many digits it may have before the point.
    ///   - fractionDigits: How many it may have after it; both together at most 18, which 64 bits always hold.
    static func scaled(_ text: some Collection<UInt8>, integerDigits: Int, fractionDigits: Int) -> Scaled {
        func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Scaled {
            guard let number = DecimalText(bytes.span) else { return .notANumber }
            return number.scaled(bytes.span, integerDigits: integerDigits, fractionDigits: fractionDigits)
        }
        return text.withContiguousStorageIfAvailable(read) ?? Array(text).withUnsafeBufferPointer(read)
    }

    /// Nil where the text does not follow `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    private init?(_ text: Span<UInt8>) {
        var index = 0
        isNegative = Self.skip(UInt8(ascii: "-"), in: text, at: &index)
        let start = index
        integerDigits = Self.skipDigits(in: text, at: &index)
        guard integerDigits > 0 else { return nil }
        guard integerDigits == 1 || text[start] != UInt8(ascii: "0") else { return nil }
        if Self.skip(UInt8(ascii: "."), in: text, at: &index) {
            guard Self.skipDigits(in: text, at: &index) > 0 else { return nil }
        }
        mantissa = start..<index

        var exponent = 0
        if Self.skip(UInt8(ascii: "e"), in: text, at: &index) || Self.skip(UInt8(ascii: "E"), in: text, at: &index) {
            let isNegative = Self.skip(UInt8(ascii: "-"), in: text, at: &index)
            if !isNegative { _ = Self.skip(UInt8(ascii: "+"), in: text, at: &index) }
            let digits = index
            guard Self.skipDigits(in: text, at: &index) > 0 else { return nil }
            for position in digits..<index {
                exponent = min(exponent * 10 + Int(text[position] - UInt8(ascii: "0")), 1 << 50)
            }
            if isNegative { exponent = -exponent }
        }
        self.exponent = exponent
        guard index == text.count else { return nil }
    }

    private static func skip(_ byte: UInt8, in text: Span<UInt8>, at index: inout Int) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }

    private static func skipDigits(in text: Span<UInt8>, at index: inout Int) -> Int {
        let start = index
        while index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { index += 1 }
        return index - start
    }

    private func scaled(_ text: Span<UInt8>, integerDigits most: Int, fractionDigits: Int) -> Scaled {
        var magnitude: Int64 = 0
        // The weight of a digit is the power of ten it counts: 0 for ones, -4 for ten-thousandths.
        var weight = integerDigits - 1
        for index in mantissa where text[index] != UInt8(ascii: ".") {
            let digit = Int64(text[index] - UInt8(ascii: "0"))
            if digit != 0 {
                let power = weight + exponent
                guard power >= -fractionDigits else { return .tooManyFractionDigits }
                guard power < most else { return .tooManyIntegerDigits }
                magnitude += digit * Self.powersOfTen[power + fractionDigits]
            }
            weight -= 1
        }
        return .exactly(isNegative ? -magnitude : magnitude)
    }

    private static let powersOfTen: [Int64] = (0..<18).map { power in
        (0..<power).reduce(1) { product, _ in product * 10 }
    }
}
