import AnalyticsCore
import Testing

/// The expected figures are those of Python's `fractions.Fraction`, rounded half to even.
@Suite struct KPITests {
    @Test(
        "the change is relative to the size of the base, and none where the base is zero",
        arguments: [
            .init(.revenue, (3, 115_000), (2, 100_000), "11.5", "10", "15", .up, true),
            .init(.revenue, (3, 100_000), (2, 115_000), "10", "11.5", "-13.04", .down, false),
            .init(.revenue, (1, 100_000), (9, 100_000), "10", "10", "0", .flat, nil),
            .init(.revenue, (1, 100_000), (0, 0), "10", "0", nil, .up, true),
            .init(.revenue, (0, 0), (1, 100_000), "0", "10", "-100", .down, false),
            .init(.revenue, (0, 0), (0, 0), "0", "0", nil, .flat, nil),
            .init(.revenue, (1, -5), (0, 0), "-0.0005", "0", nil, .down, false),
            .init(.revenue, (2, 0), (2, 0), "0", "0", nil, .flat, nil),
            .init(.revenue, (1, 50000), (1, -100_000), "5", "-10", "150", .up, true),
            .init(.revenue, (1, -150_000), (1, -100_000), "-15", "-10", "-50", .down, false),
            .init(.revenue, (1, -100_000), (1, 50000), "-10", "5", "-300", .down, false),
            .init(.revenue, (1, 1), (1, 3), "0.0001", "0.0003", "-66.67", .down, false),
            .init(.revenue, (1, 2), (1, 3), "0.0002", "0.0003", "-33.33", .down, false),
            .init(.revenue, (1, 4), (1, 3), "0.0004", "0.0003", "33.33", .up, true),
        ] as [Comparison])
    func sums(comparison: Comparison) {
        comparison.check()
    }

    @Test(
        "half a hundredth of a percent goes to the even neighbour, up and down alike",
        arguments: [
            .init(.orders, (1, 160_001), (1, 160_000), "16.0001", "16", "0", .up, true),
            .init(.orders, (1, 20001), (1, 20000), "2.0001", "2", "0", .up, true),
            .init(.orders, (1, 20003), (1, 20000), "2.0003", "2", "0.02", .up, true),
            .init(.orders, (1, 20005), (1, 20000), "2.0005", "2", "0.02", .up, true),
            .init(.orders, (1, 19999), (1, 20000), "1.9999", "2", "0", .down, false),
            .init(.orders, (1, 19997), (1, 20000), "1.9997", "2", "-0.02", .down, false),
            .init(.orders, (1, 19995), (1, 20000), "1.9995", "2", "-0.02", .down, false),
            .init(.orders, (1, -19999), (1, -20000), "-1.9999", "-2", "0", .up, true),
            .init(.orders, (1, -20001), (1, -20000), "-2.0001", "-2", "0", .down, false),
            .init(.orders, (1, -20003), (1, -20000), "-2.0003", "-2", "-0.02", .down, false),
        ] as [Comparison])
    func halves(comparison: Comparison) {
        comparison.check()
    }

    @Test(
        "means are compared as the fractions that they are, not as they are printed",
        arguments: [
            .init(.bounceRate, (1, 400_000), (1, 500_000), "40", "50", "-20", .down, true),
            .init(.bounceRate, (1, 500_000), (1, 400_000), "50", "40", "25", .up, false),
            .init(.bounceRate, (4, 1_600_000), (2, 800_000), "40", "40", "0", .flat, nil),
            .init(.conversionRate, (2, 70000), (1, 30000), "3.5", "3", "16.67", .up, true),
            .init(.conversionRate, (0, 0), (1, 30000), nil, "3", nil, nil, nil),
            .init(.conversionRate, (1, 30000), (0, 0), "3", nil, nil, nil, nil),
            .init(.conversionRate, (0, 0), (0, 0), nil, nil, nil, nil, nil),
            .init(.sessionDuration, (3, 0), (2, 0), "0", "0", nil, .flat, nil),
            .init(.sessionDuration, (3, 10), (2, 0), "0.0003", "0", nil, .up, true),
            .init(.conversionRate, (3, 1), (7, 1), "0", "0", "133.33", .up, true),
            .init(.conversionRate, (3, 2), (2, 1), "0.0001", "0", "33.33", .up, true),
            .init(.conversionRate, (3, 10000), (6, 20000), "0.3333", "0.3333", "0", .flat, nil),
            .init(.conversionRate, (3, 10000), (3, 10001), "0.3333", "0.3334", "-0.01", .down, false),
            .init(.sessionDuration, (7, 1_000_000), (7, 999_999), "14.2857", "14.2857", "0", .up, true),
            .init(.sessionDuration, (3, 100_000), (3, 100_001), "3.3333", "3.3334", "0", .down, false),
            .init(.conversionRate, (1, 33333), (3, 100_000), "3.3333", "3.3333", "0", .down, false),
        ] as [Comparison])
    func means(comparison: Comparison) {
        comparison.check()
    }

    @Test(
        "a year of days at the limit of 64 bits is compared exactly",
        arguments: [
            .init(
                .revenue, (366, 3_375_754_165_488_847_945_362), (366, 3_375_754_165_488_847_945_362),
                "337575416548884794.5362", "337575416548884794.5362", "0", .flat, nil),
            .init(
                .revenue, (366, 3_375_754_165_488_847_945_362), (366, -3_375_754_165_488_847_945_728),
                "337575416548884794.5362", "-337575416548884794.5728", "200", .up, true),
            .init(
                .revenue, (366, -3_375_754_165_488_847_945_728), (366, 3_375_754_165_488_847_945_362),
                "-337575416548884794.5728", "337575416548884794.5362", "-200", .down, false),
            .init(
                .revenue, (366, 3_375_754_165_488_847_945_362), (1, 1), "337575416548884794.5362", "0.0001",
                "337575416548884794536100", .up, true),
            .init(
                .revenue, (366, -3_375_754_165_488_847_945_728), (1, -1), "-337575416548884794.5728", "-0.0001",
                "-337575416548884794572700", .down, false),
            .init(
                .revenue, (1, 1), (366, 3_375_754_165_488_847_945_362), "0.0001", "337575416548884794.5362", "-100",
                .down, false),
            .init(
                .revenue, (70_368_744_177_664, 3_375_754_165_488_847_945_362),
                (70_368_744_177_664, 3_375_754_165_488_847_945_361), "337575416548884794.5362",
                "337575416548884794.5361", "0", .up, true),
            .init(
                .sessionDuration, (70_368_744_177_664, 3_375_754_165_488_847_945_362),
                (70_368_744_177_664, -3_375_754_165_488_847_945_728), "4797.2352", "-4797.2352", "200", .up, true),
            .init(
                .sessionDuration, (70_368_744_177_664, -3_375_754_165_488_847_945_728),
                (70_368_744_177_663, 3_375_754_165_488_847_945_362), "-4797.2352", "4797.2352", "-200", .down, false),
            .init(
                .sessionDuration, (1, 999_999_999_999_999), (70_368_744_177_664, 1), "99999999999.9999", "0",
                "7036874417766392963125582233500", .up, true),
            .init(
                .sessionDuration, (70_368_744_177_664, 1), (1, 999_999_999_999_999), "0", "99999999999.9999", "-100",
                .down, false),
            .init(
                .sessionDuration, (70_368_744_177_664, 4_722_366_482_869_645_213_696),
                (70_368_744_177_663, 3_541_774_862_152_233_910_272), "6710.8864", "5033.1648", "33.33", .up, true),
        ] as [Comparison])
    func largeNumbers(comparison: Comparison) {
        comparison.check()
    }

    @Test("fewer bounces are good, more of anything else is", arguments: Metric.allCases)
    func goodDirection(metric: Metric) {
        let low = PeriodTotal(count: 1, sum: WideAmount(tenThousandths: 10000))
        let high = PeriodTotal(count: 1, sum: WideAmount(tenThousandths: 20000))

        #expect(KPI(of: metric, current: high, previous: low).isGood == (metric != .bounceRate))
        #expect(KPI(of: metric, current: low, previous: high).isGood == (metric == .bounceRate))
        #expect(KPI(of: metric, current: low, previous: low).isGood == nil)
    }

    @Test(
        "past what any data can be the trend is still right, and a percentage that has no room is left out",
        arguments: [
            (.max, 1, .min, 1, .up), (.min, 1, .max, 1, .down), (.min, 1, .min, 1, .flat), (.max, 1, 1, 1, .up),
            (.min, 1, 0, 1, .down), (.max, .max, .max, .max, .flat), (.max, 3, .max, 2, .down), (.min, 3, .min, 2, .up),
        ] as [(Int128, Int, Int128, Int, KPI.Trend)])
    func impossibleNumbers(sum: Int128, count: Int, previousSum: Int128, previousCount: Int, trend: KPI.Trend) {
        let kpi = KPI(
            of: .sessionDuration, current: PeriodTotal(count: count, sum: WideAmount(tenThousandths: sum)),
            previous: PeriodTotal(count: previousCount, sum: WideAmount(tenThousandths: previousSum)))

        #expect(kpi.trend == trend)
    }

    /// Two periods of a metric, and what is to be said about them.
    struct Comparison: Sendable {
        let metric: Metric
        let current: PeriodTotal
        let previous: PeriodTotal
        let value: String?
        let previousValue: String?
        let changePercent: String?
        let trend: KPI.Trend?
        let isGood: Bool?

        /// Counts and sums (in ten-thousandths) of the current and the previous period, then the expected texts.
        init(
            _ metric: Metric, _ current: (Int, Int128), _ previous: (Int, Int128), _ value: String?,
            _ previousValue: String?, _ changePercent: String?, _ trend: KPI.Trend?, _ isGood: Bool?
        ) {
            self.metric = metric
            self.current = PeriodTotal(count: current.0, sum: WideAmount(tenThousandths: current.1))
            self.previous = PeriodTotal(count: previous.0, sum: WideAmount(tenThousandths: previous.1))
            self.value = value
            self.previousValue = previousValue
            self.changePercent = changePercent
            self.trend = trend
            self.isGood = isGood
        }

        func check(sourceLocation: SourceLocation = #_sourceLocation) {
            let kpi = KPI(of: metric, current: current, previous: previous)

            #expect(kpi.value?.description == value, sourceLocation: sourceLocation)
            #expect(kpi.previousValue?.description == previousValue, sourceLocation: sourceLocation)
            #expect(kpi.changePercent?.description == changePercent, sourceLocation: sourceLocation)
            #expect(kpi.trend == trend, sourceLocation: sourceLocation)
            #expect(kpi.isGood == isGood, sourceLocation: sourceLocation)
            #expect(kpi.count == current.count, sourceLocation: sourceLocation)
        }
    }
}
