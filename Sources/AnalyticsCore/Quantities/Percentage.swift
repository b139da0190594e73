/// A percentage with two fraction digits, held as hundredths of a percent.
///
/// `Percentage(hundredths: 1250)` is 12.5 %.
public struct Percentage: Sendable, Hashable {
    /// The percentage times 100.
    public let hundredths: Int128

    /// The percentage of the given hundredths of a percent.
    public init(hundredths: Int128) {
        self.hundredths = hundredths
    }
}

extension Percentage: CustomStringConvertible {
    /// The exact decimal without trailing zeros, exponent or percent sign: `12.5`, `-100`, `0`.
    public var description: String { hundredths.decimalText(fractionDigits: 2) }
}
