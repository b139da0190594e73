import AnalyticsCore
import Testing

@Suite struct FigureTextTests {
    private let text = FigureText(currency: "EUR")

    private func amount(_ decimal: String) throws -> WideAmount { WideAmount(try Amount(parsing: decimal)) }

    @Test(
        "figures are exact, with separators between thousands and their unit",
        arguments: [
            ("1234.5", Metric.Kind.money, "1,234.50 EUR"), ("1234567", .money, "1,234,567.00 EUR"),
            ("-0.0001", .money, "−0.0001 EUR"), ("0", .count, "0"), ("999", .count, "999"), ("1000", .count, "1,000"),
            ("-1000000.25", .count, "−1,000,000.25"), ("3.1637", .percent, "3.1637 %"), ("205.4", .seconds, "205.4 s"),
        ])
    func values(decimal: String, kind: Metric.Kind, expected: String) throws {
        #expect(text.value(try amount(decimal), kind) == expected)
    }

    @Test("the widest total has all its digits")
    func widest() {
        let total = WideAmount(tenThousandths: Int128.max)

        #expect(text.value(total, .count).filter(\.isNumber) == Int128.max.description)
    }

    @Test("changes have a sign, shares two decimals, and what is not there is a dash")
    func percentages() {
        #expect(text.change(Percentage(hundredths: 1250)) == "+12.5 %")
        #expect(text.change(Percentage(hundredths: -100_000)) == "−1,000 %")
        #expect(text.change(Percentage(hundredths: 0)) == "0 %")
        #expect(text.share(Percentage(hundredths: 1250)) == "12.50 %")
        #expect(text.share(Percentage(hundredths: 0)) == "0.00 %")
        #expect([text.change(nil), text.share(nil), text.value(nil, .money)] == ["–", "–", "–"])
    }
}
