import AnalyticsCore
import Testing

@Suite struct WideAmountTests {
    @Test(
        "a wide amount prints its whole 128 bits exactly",
        arguments: [
            (0, "0"), (1, "0.0001"), (-1, "-0.0001"), (115_000, "11.5"), (-30000, "-3"),
            (3_375_754_165_488_847_945_362, "337575416548884794.5362"),
            (.max, "17014118346046923173168730371588410.5727"), (.min, "-17014118346046923173168730371588410.5728"),
        ] as [(Int128, String)])
    func description(tenThousandths: Int128, text: String) {
        #expect(WideAmount(tenThousandths: tenThousandths).description == text)
    }

    @Test("adding goes on where 64 bits end, on both sides")
    func sum() {
        let largest = Amount(tenThousandths: .max)
        let smallest = Amount(tenThousandths: .min)

        #expect((WideAmount(largest) + largest).tenThousandths == 18_446_744_073_709_551_614)
        #expect((WideAmount(smallest) + smallest).tenThousandths == -18_446_744_073_709_551_616)
        #expect(WideAmount.zero + largest == WideAmount(largest))
    }

    @Test(
        "a mean is rounded to the nearest ten-thousandth, a half to the even one",
        arguments: [
            (0, 1, 0), (1, 2, 0), (3, 2, 2), (5, 2, 2), (-1, 2, 0), (-3, 2, -2), (-5, 2, -2), (7, 3, 2), (8, 3, 3),
            (-7, 3, -2), (-8, 3, -3), (25, 10, 2), (26, 10, 3), (35, 10, 4),
            (100_000_000_000_000_000_000, 3, 33_333_333_333_333_333_333),
        ] as [(Int128, Int, Int128)])
    func mean(total: Int128, count: Int, mean: Int128) {
        #expect(WideAmount(tenThousandths: total).mean(over: count) == WideAmount(tenThousandths: mean))
    }

    @Test(
        "a mean of the largest totals and counts is still exact",
        arguments: [
            (.max, 1, .max), (.min, 1, .min), (.max, 2, 85_070_591_730_234_615_865_843_651_857_942_052_864),
            (.min, 2, -85_070_591_730_234_615_865_843_651_857_942_052_864), (.max, .max, 18_446_744_073_709_551_618),
            (1, .max, 0), (4_611_686_018_427_387_903, .max, 0), (4_611_686_018_427_387_904, .max, 1),
            (3_375_754_165_488_847_945_362, 366, 9_223_372_036_854_775_807),
            (-3_375_754_165_488_847_945_728, 365, -9_248_641_549_284_514_920),
        ] as [(Int128, Int, Int128)])
    func meanOfLargeNumbers(total: Int128, count: Int, mean: Int128) {
        #expect(WideAmount(tenThousandths: total).mean(over: count) == WideAmount(tenThousandths: mean))
    }

    @Test("there is no mean over no points", arguments: [0, -1, .min])
    func meanOverNothing(count: Int) {
        #expect(WideAmount(tenThousandths: 5).mean(over: count) == nil)
    }

    @Test("wide amounts are ordered as numbers")
    func order() {
        let numbers: [Int128] = [1, .min, 0, .max, -1]

        let sorted = numbers.map(WideAmount.init(tenThousandths:)).sorted()

        #expect(sorted.map(\.tenThousandths) == [.min, -1, 0, 1, .max])
    }
}
