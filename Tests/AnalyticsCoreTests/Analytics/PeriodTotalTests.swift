import AnalyticsCore
import Testing

@Suite struct PeriodTotalTests {
    @Test("the points of the days add up")
    func adding() {
        var total = PeriodTotal.none

        total.add(2, sum: Amount(tenThousandths: 70000))
        total.add(1, sum: Amount(tenThousandths: -30000))

        #expect(total == PeriodTotal(count: 3, sum: WideAmount(tenThousandths: 40000)))
        #expect(total.value(.sum)?.description == "4")
        #expect(total.value(.mean)?.description == "1.3333")
    }

    @Test("a sum over nothing is zero, a mean over nothing is none")
    func nothing() {
        #expect(PeriodTotal.none.value(.sum) == .zero)
        #expect(PeriodTotal.none.value(.mean) == nil)
    }

    @Test(
        "a year of the largest days adds up exactly",
        arguments: [
            (.max, "337575416548884794.5362", "922337203685477.5807"),
            (.min, "-337575416548884794.5728", "-922337203685477.5808"),
        ] as [(Int64, String, String)])
    func largestDays(day: Int64, sum: String, mean: String) {
        var total = PeriodTotal.none

        for _ in 1...366 { total.add(1, sum: Amount(tenThousandths: day)) }

        #expect(total.count == 366)
        #expect(total.value(.sum)?.description == sum)
        #expect(total.value(.mean)?.description == mean)
    }
}
