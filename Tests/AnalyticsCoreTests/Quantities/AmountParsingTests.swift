import AnalyticsCore
import Testing

@Suite struct AmountParsingTests {
    @Test(
        "a number in JSON's grammar is read exactly",
        arguments: [
            ("0", 0), ("-0", 0), ("0.0", 0), ("-0.000000", 0), ("0e999", 0), ("0E-999", 0), ("-0e+0", 0),
            ("1", 10000), ("-1", -10000), ("7", 70000), ("10", 100_000), ("1.5", 15000), ("1.50000", 15000),
            ("11.5000", 115_000), ("0.1", 1000), ("19.99", 199_900), ("1234567.89", 12_345_678_900),
            ("0.0001", 1), ("-0.0001", -1), ("0.00010", 1), ("0.00015e1", 15), ("0.00001e1", 1), ("10e-5", 1),
            ("1e-4", 1), ("1E4", 100_000_000), ("1e+4", 100_000_000), ("1e0004", 100_000_000), ("1e-0004", 1),
            ("1e10", 100_000_000_000_000), ("0.1e11", 100_000_000_000_000), ("0.000000000001e22", 100_000_000_000_000),
            ("1000000000000e-2", 100_000_000_000_000), ("100000e-9", 1), ("123456789012345e-4", 123_456_789_012_345),
            ("12345678901.2345", 123_456_789_012_345), ("99999999999.9999", 999_999_999_999_999),
            ("-99999999999.9999", -999_999_999_999_999), ("99999999999.99990000", 999_999_999_999_999),
            ("9.99999999999999e10", 999_999_999_999_999),
        ] as [(String, Int64)])
    func value(text: String, tenThousandths: Int64) throws {
        #expect(try Amount(parsing: text) == Amount(tenThousandths: tenThousandths))
        #expect(try Amount(parsing: Array(text.utf8)[...]) == Amount(tenThousandths: tenThousandths))
    }

    @Test(
        "whatever digits and exponent meet, the value is that of exact decimal arithmetic",
        arguments: [
            ("407510.1E-1", 407_510_100), ("122482459.6859", 1_224_824_596_859),
            ("412563.44420E+3", 4_125_634_442_000), ("241", 2_410_000), ("88817809655", 888_178_096_550_000),
            ("0.8352", 8352), ("5560130471.2864", 55_601_304_712_864), ("-497.5494E+5", -497_549_400_000),
            ("-817E+0", -8_170_000), ("6.215E+1", 621_500), ("-76829.435", -768_294_350),
            ("28930562", 289_305_620_000), ("14.7e+5", 14_700_000_000), ("989172896.747e0", 9_891_728_967_470),
            ("-7", -70000), ("-0.1E4", -10_000_000), ("-981512625.974", -9_815_126_259_740),
            ("-0.7190e+6", -7_190_000_000), ("1.0655", 10655), ("-8035", -80_350_000),
        ] as [(String, Int64)])
    func arbitraryValue(text: String, tenThousandths: Int64) throws {
        #expect(try Amount(parsing: text) == Amount(tenThousandths: tenThousandths))
    }

    @Test(
        "what JSON would not take for a number is none",
        arguments: [
            "", "-", "+", "+1", "+0.5", "--1", "1-", "-+1", "1.", "-1.", ".5", "-.5", ".", "01", "-01", "00", "00.5",
            "-00", "1e", "1E", "1e+", "1e-", "1e+-5", "1e-+5", "1eE5", "e5", "1.e5", "1e5.0", "1e5e5", "1.2.3", "1..2",
            " 1", "1 ", "1\n", "\t1", "1 000", "1_000", "1,5", "1'000", "$1", "1%", "1f", "0x10", "0b1", "1/2",
            "NaN", "nan", "Infinity", "-Infinity", "inf", "true", "null", "\"1\"", "\u{0}", "1\u{0}", "\u{FEFF}1",
        ])
    func notANumber(text: String) {
        #expect(throws: Amount.ParsingError.notANumber) { try Amount(parsing: text) }
    }

    @Test(
        "only ASCII digits and signs are digits and signs",
        arguments: [
            "\u{0663}", "1\u{0663}", "\u{FF11}", "1.\u{FF15}", "1e\u{0662}", "\u{2212}1", "\u{FF0B}1", "\u{00BD}",
            "\u{00B2}", "1\u{066B}5", "1\u{0301}", "\u{1D7CF}",
        ])
    func foreignDigits(text: String) {
        #expect(throws: Amount.ParsingError.notANumber) { try Amount(parsing: text) }
    }

    @Test(
        "bytes that are no text are no number", arguments: [[0xFF], [0x31, 0xC3], [0xB1], [0x31, 0x80]] as [[UInt8]])
    func invalidBytes(bytes: [UInt8]) {
        #expect(throws: Amount.ParsingError.notANumber) { try Amount(parsing: bytes) }
    }

    @Test(
        "a digit past the fourth fraction digit that is not zero is refused, never rounded away",
        arguments: [
            "0.00001", "-0.00001", "1.23456", "1.00005", "1.00001e0", "1e-5", "-1e-5", "9e-5", "0.5e-4", "1e-999",
            "-1e-99999999999999999999999", "123456789e-5", "99999999999.99991", "0.00010000000001",
            "-725.01436", "691533903.304e-2", "-5315238801686.72E-6", "53.0619E-8", "3196.21558e-3", "77.8002E-4",
        ])
    func tooManyFractionDigits(text: String) {
        #expect(throws: Amount.ParsingError.tooManyFractionDigits) { try Amount(parsing: text) }
    }

    @Test(
        "more than eleven integer digits are out of range",
        arguments: [
            "100000000000", "-100000000000", "100000000000.0", "1000000000000", "1e11", "-1e11", "0.1e12", "1e12",
            "1e999", "-1e999", "1e99999999999999999999999", "0.000001e9223372036854775808", "123456789012.5",
            "99999999999.9999e1", "986020239964.81", "-3452448785.004e7", "73163799E+8", "2661721316e4",
        ])
    func outOfRange(text: String) {
        #expect(throws: Amount.ParsingError.outOfRange) { try Amount(parsing: text) }
    }

    @Test("one ten-thousandth past the largest value there is nothing, on either side")
    func boundary() throws {
        #expect(try Amount(parsing: "99999999999.9999") == .largestValue)
        #expect(throws: Amount.ParsingError.outOfRange) { try Amount(parsing: "100000000000.0000") }
        #expect(throws: Amount.ParsingError.outOfRange) { try Amount(parsing: "-100000000000.0000") }
    }

    @Test("zeros that do not matter may be as many as one likes")
    func longTexts() throws {
        let zeros = String(repeating: "0", count: 100_000)

        #expect(try Amount(parsing: "1.5" + zeros) == Amount(tenThousandths: 15000))
        #expect(try Amount(parsing: "0." + zeros + "25e100001") == Amount(tenThousandths: 25000))
        #expect(try Amount(parsing: "-4" + zeros + "e-100000") == Amount(tenThousandths: -40000))
        #expect(try Amount(parsing: "7e" + zeros + "2") == Amount(tenThousandths: 7_000_000))
        #expect(try Amount(parsing: "0e" + String(repeating: "9", count: 100_000)) == .zero)
    }

    @Test("a very long run of digits is refused for what it is")
    func longDigits() {
        let nines = String(repeating: "9", count: 100_000)

        #expect(throws: Amount.ParsingError.outOfRange) { try Amount(parsing: nines) }
        #expect(throws: Amount.ParsingError.tooManyFractionDigits) { try Amount(parsing: "0." + nines) }
        #expect(throws: Amount.ParsingError.tooManyFractionDigits) { try Amount(parsing: nines + "e-100000") }
        #expect(throws: Amount.ParsingError.outOfRange) { try Amount(parsing: "1e" + nines) }
        #expect(throws: Amount.ParsingError.tooManyFractionDigits) { try Amount(parsing: "1e-" + nines) }
        #expect(throws: Amount.ParsingError.notANumber) { try Amount(parsing: "0" + nines) }
        #expect(throws: Amount.ParsingError.notANumber) { try Amount(parsing: nines + "x") }
    }
}
