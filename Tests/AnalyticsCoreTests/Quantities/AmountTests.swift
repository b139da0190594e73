import AnalyticsCore
import Testing

@Suite struct AmountTests {
    // MARK: - Printing

    @Test(
        "an amount prints without trailing zeros, exponent or a sign on zero",
        arguments: [
            (0, "0"), (1, "0.0001"), (-1, "-0.0001"), (10, "0.001"), (100, "0.01"), (1000, "0.1"), (-1000, "-0.1"),
            (9999, "0.9999"), (10000, "1"), (-10000, "-1"), (-30000, "-3"), (100_000, "10"), (115_000, "11.5"),
            (-12345, "-1.2345"), (100_010, "10.001"), (10_000_000_000_000, "1000000000"),
            (999_999_999_999_999, "99999999999.9999"), (10_000_000_000_000_000, "1000000000000"),
            (.max, "922337203685477.5807"), (.min, "-922337203685477.5808"),
        ] as [(Int64, String)])
    func description(tenThousandths: Int64, text: String) {
        #expect(Amount(tenThousandths: tenThousandths).description == text)
    }

    @Test(
        "what is printed is read back as the same amount",
        arguments: [0, 1, -1, 9, 10, 99, 10000, -10001, 123_450, 999_999_999_999_999, -999_999_999_999_999] as [Int64])
    func roundTrip(tenThousandths: Int64) throws {
        let amount = Amount(tenThousandths: tenThousandths)

        #expect(try Amount(parsing: amount.description) == amount)
    }

    @Test("amounts are ordered as numbers")
    func order() {
        let numbers: [Int64] = [115_000, .min, -1, .max, 0, 1, -30000]

        let sorted = numbers.map(Amount.init(tenThousandths:)).sorted()

        #expect(sorted.map(\.tenThousandths) == [.min, -30000, -1, 0, 1, 115_000, .max])
    }

    // MARK: - Sums

    @Test(
        "a sum is exact up to both ends of 64 bits",
        arguments: [
            (1000, 2000, 3000), (-5, 5, 0), (.max - 1, 1, .max), (.min + 1, -1, .min), (.max, .min, -1),
            (.max, 0, .max),
        ] as [(Int64, Int64, Int64)])
    func adding(left: Int64, right: Int64, sum: Int64) {
        #expect(Amount(tenThousandths: left).adding(Amount(tenThousandths: right)) == Amount(tenThousandths: sum))
    }

    @Test(
        "a sum past either end of 64 bits is refused",
        arguments: [(.max, 1), (1, .max), (.max, .max), (.min, -1), (-1, .min), (.min, .min)] as [(Int64, Int64)])
    func addingTooMuch(left: Int64, right: Int64) {
        #expect(Amount(tenThousandths: left).adding(Amount(tenThousandths: right)) == nil)
    }

    @Test("a tenth ten times is one")
    func tenths() throws {
        let tenth = try Amount(parsing: "0.1")

        #expect(try Amount.sum(repeatElement(tenth, count: 10)) == Amount(parsing: "1"))
    }

    @Test("the sum of nothing is zero, and a partial sum that leaves 64 bits refuses the whole")
    func sums() {
        func sum(_ numbers: Int64...) -> Int64? {
            Amount.sum(numbers.map(Amount.init(tenThousandths:)))?.tenThousandths
        }

        #expect(sum() == 0)
        #expect(sum(.max) == .max)
        #expect(sum(.max, .min, 1) == 0)
        #expect(sum(.max, 1, -1) == nil)
        #expect(sum(.min, -1) == nil)
    }

    // MARK: - Means

    @Test(
        "a mean is rounded once, a half to the even neighbour",
        arguments: [
            ([5], 5), ([0, 1], 0), ([1, 2], 2), ([2, 3], 2), ([3, 4], 4), ([0, -1], 0), ([-1, -2], -2), ([-2, -3], -2),
            ([1, 0, 0], 0), ([1, 1, 0], 1), ([-1, -1, 0], -1), ([1, 2, 3, 4], 2), ([1, 1, 1, 3], 2),
            ([1, 0, 0, 1, 0, 0, 1, 0], 0),
        ] as [([Int64], Int64)])
    func mean(numbers: [Int64], mean: Int64) {
        #expect(Amount.mean(numbers.map(Amount.init(tenThousandths:))) == Amount(tenThousandths: mean))
    }

    @Test(
        "a mean of the largest numbers does not overflow",
        arguments: [
            ([.max, .max], .max), ([.min, .min], .min), ([.max, .min], 0),
            ([.max, .max - 1], 9_223_372_036_854_775_806), ([.max, .max, .min], 3_074_457_345_618_258_602),
            ([.min, .min + 1, .min], .min),
        ] as [([Int64], Int64)])
    func meanOfLargeNumbers(numbers: [Int64], mean: Int64) {
        #expect(Amount.mean(numbers.map(Amount.init(tenThousandths:))) == Amount(tenThousandths: mean))
    }

    @Test("there is no mean of nothing")
    func meanOfNothing() {
        #expect(Amount.mean([]) == nil)
    }
}
