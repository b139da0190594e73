/// A decimal number with exactly four fraction digits, held as ten-thousandths in 128 bits.
///
/// Totals over periods and the means of them are wide: a day's total fits 64 bits, the totals of 366 such days need
/// not.
public struct WideAmount: Sendable, Hashable {
    /// The number times 10,000.
    public let tenThousandths: Int128

    /// The amount of the given ten-thousandths.
    public init(tenThousandths: Int128) {
        self.tenThousandths = tenThousandths
    }

    /// The same number.
    public init(_ amount: Amount) {
        self.tenThousandths = Int128(amount.tenThousandths)
    }

    /// Nothing at all.
    public static let zero = WideAmount(tenThousandths: 0)

    /// The sum.
    ///
    /// It is meant for day totals: 2^64 of them would be needed to leave 128 bits.
    public static func + (left: WideAmount, right: Amount) -> WideAmount {
        WideAmount(tenThousandths: left.tenThousandths + Int128(right.tenThousandths))
    }

    /// This total divided by a count, rounded half to even at the fourth fraction digit; nil for a count of zero.
    ///
    /// - Parameter count: How many numbers the total is of.
    public func mean(over count: Int) -> WideAmount? {
        guard count > 0 else { return nil }
        return WideAmount(tenThousandths: tenThousandths.dividedHalfToEven(by: Int128(count)))
    }
}

extension WideAmount: Comparable {
    /// Whether the left amount is the smaller number.
    public static func < (left: WideAmount, right: WideAmount) -> Bool {
        left.tenThousandths < right.tenThousandths
    }
}

extension WideAmount: CustomStringConvertible {
    /// The exact decimal without trailing zeros or exponent: `11.5`, `10`, `-3`, `0`.
    public var description: String { tenThousandths.decimalText(fractionDigits: 4) }
}

extension Int128 {
    /// This number divided by a positive one, rounded to the nearest integer, a half to the even one.
    func dividedHalfToEven(by divisor: Int128) -> Int128 {
        let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        let rounded = Int128(truncatingIfNeeded: quotient.roundedHalfToEven(remainder, of: divisor.magnitude))
        return self < 0 ? 0 &- rounded : rounded
    }

    /// This number over 10^`fractionDigits` as a decimal without trailing zeros or exponent.
    func decimalText(fractionDigits: Int) -> String {
        var digits = Array(String(magnitude).utf8)
        let missing = fractionDigits + 1 - digits.count
        if missing > 0 { digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: missing), at: 0) }
        var fraction = digits.suffix(fractionDigits)
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        let integer = String(decoding: digits.dropLast(fractionDigits), as: UTF8.self)
        let sign = self < 0 ? "-" : ""
        return fraction.isEmpty ? sign + integer : sign + integer + "." + String(decoding: fraction, as: UTF8.self)
    }
}

extension UInt128 {
    /// This quotient, or the next where the remainder is more than half of the divisor or just half and this is odd.
    func roundedHalfToEven(_ remainder: UInt128, of divisor: UInt128) -> UInt128 {
        // Compared from the other side, because twice the remainder might not fit.
        let remainderToNext = divisor - remainder
        let isUp = remainder > remainderToNext || (remainder == remainderToNext && !isMultiple(of: 2))
        return isUp ? self + 1 : self
    }
}
