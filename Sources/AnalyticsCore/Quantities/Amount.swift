/// A decimal number with exactly four fraction digits, held as ten-thousandths in 64 bits.
///
/// Money and every other figure of a data point is an `Amount`: parsed exactly, added exactly, printed exactly; at
/// no point is it a binary float. ``init(parsing:)`` accepts what a data point may hold (at most 11 integer digits);
/// a sum may use the whole 64 bits and refuses to leave them.
public struct Amount: Sendable, Hashable {
    /// The number times 10,000.
    public let tenThousandths: Int64

    /// The amount of the given ten-thousandths: `Amount(tenThousandths: 115_000)` is 11.5.
    public init(tenThousandths: Int64) {
        self.tenThousandths = tenThousandths
    }

    /// Nothing at all.
    public static let zero = Amount(tenThousandths: 0)

    /// The largest value of a data point, 99999999999.9999: eleven integer digits and four fraction digits.
    public static let largestValue = Amount(tenThousandths: 999_999_999_999_999)

    /// The sum, or nil when it does not fit 64 bits.
    ///
    /// - Parameter other: What is added.
    public func adding(_ other: Amount) -> Amount? {
        let (sum, overflow) = tenThousandths.addingReportingOverflow(other.tenThousandths)
        return overflow ? nil : Amount(tenThousandths: sum)
    }

    /// The difference, or nil when it does not fit 64 bits.
    ///
    /// - Parameter other: What is taken away.
    public func subtracting(_ other: Amount) -> Amount? {
        let (difference, overflow) = tenThousandths.subtractingReportingOverflow(other.tenThousandths)
        return overflow ? nil : Amount(tenThousandths: difference)
    }

    /// The sum of all, zero for none, or nil when a partial sum does not fit 64 bits.
    ///
    /// - Parameter amounts: What is added, in order.
    public static func sum(_ amounts: some Sequence<Amount>) -> Amount? {
        var total = Amount.zero
        for amount in amounts {
            guard let next = total.adding(amount) else { return nil }
            total = next
        }
        return total
    }

    /// The mean of all, rounded half to even at the fourth fraction digit, or nil for none.
    ///
    /// The sum is exact and cannot overflow; only the quotient is rounded, once.
    ///
    /// - Parameter amounts: What the mean is taken of.
    public static func mean(_ amounts: some Sequence<Amount>) -> Amount? {
        var sum: Int128 = 0
        var count: Int128 = 0
        for amount in amounts {
            // A sequence would need 2^64 elements to carry the sum out of 128 bits.
            sum += Int128(amount.tenThousandths)
            count += 1
        }
        guard count > 0 else { return nil }
        // A mean lies between the smallest and the largest element, so it fits.
        return Amount(tenThousandths: Int64(clamping: sum.dividedHalfToEven(by: count)))
    }
}

extension Amount: Comparable {
    /// Whether the left amount is the smaller number.
    public static func < (left: Amount, right: Amount) -> Bool {
        left.tenThousandths < right.tenThousandths
    }
}

extension Amount: CustomStringConvertible {
    /// The exact decimal without trailing zeros or exponent: `11.5`, `10`, `-3`, `0`.
    public var description: String { WideAmount(self).description }
}

// MARK: - Parsing

extension Amount {
    /// Why a text is not the value of a data point.
    public enum ParsingError: Error, Sendable, Equatable {
        /// It does not follow JSON's grammar of numbers (RFC 8259, section 6).
        case notANumber
        /// A digit past the fourth fraction digit is not zero.
        case tooManyFractionDigits
        /// It has more than eleven integer digits.
        case outOfRange
    }

    /// The number that a text in JSON's grammar stands for, exactly.
    ///
    /// An exponent is allowed, and so are any number of zeros that do not matter (`1.50000`, `0.00015e1`). The work is
    /// proportional to the length of the text, whatever its exponent.
    ///
    /// - Parameter text: The number in UTF-8, without white space around it.
    /// - Throws: ``ParsingError`` for anything that is not exactly a value of at most eleven integer and four
    ///   fraction digits.
    public init(parsing text: some Collection<UInt8>) throws(ParsingError) {
        switch DecimalText.scaled(text, integerDigits: 11, fractionDigits: 4) {
        case .exactly(let tenThousandths): self.init(tenThousandths: tenThousandths)
        case .notANumber: throw .notANumber
        case .tooManyFractionDigits: throw .tooManyFractionDigits
        case .tooManyIntegerDigits: throw .outOfRange
        }
    }

    /// The number that a text in JSON's grammar stands for, exactly; see ``init(parsing:)-(Collection<UInt8>)``.
    ///
    /// - Parameter text: The number, without white space around it.
    public init(parsing text: String) throws(ParsingError) {
        try self.init(parsing: text.utf8)
    }
}

extension Amount: Codable {
    /// An integer of ten-thousandths, so that none goes through a binary float.
    public init(from decoder: any Decoder) throws {
        self.init(tenThousandths: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// An integer of ten-thousandths, so that none goes through a binary float.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(tenThousandths)
    }
}
