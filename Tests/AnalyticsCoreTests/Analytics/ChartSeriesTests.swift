import AnalyticsCore
import Testing

@Suite struct ChartSeriesTests {
    @Test(
        "every day has its value, and a day without points is zero for a sum and nothing for a mean",
        arguments: [
            (.revenue, ["0", "10", "0", "-3"]), (.users, ["0", "10", "0", "-3"]), (.orders, ["0", "10", "0", "-3"]),
            (.pageViews, ["0", "10", "0", "-3"]), (.conversionRate, [nil, "3.3333", nil, "-1.5"]),
            (.bounceRate, [nil, "3.3333", nil, "-1.5"]), (.sessionDuration, [nil, "3.3333", nil, "-1.5"]),
        ] as [(Metric, [String?])])
    func values(metric: Metric, values: [String?]) throws {
        let period = Period(days: 4, endingOn: try #require(Day("2026-03-02")))
        let totals = [
            try #require(Day("2026-02-28")): PeriodTotal(count: 3, sum: WideAmount(tenThousandths: 100_000)),
            try #require(Day("2026-03-02")): PeriodTotal(count: 2, sum: WideAmount(tenThousandths: -30000)),
            try #require(Day("2026-03-03")): PeriodTotal(count: 1, sum: WideAmount(tenThousandths: 990_000)),
        ]

        let series = ChartSeries(metric: metric, period: period, totals: totals)

        #expect(series.metric == metric)
        #expect(series.period == period)
        #expect(series.values.map { $0?.description } == values)
    }

    @Test("without any points there is still a value for each day")
    func nothing() throws {
        let period = Period(days: 30, endingOn: try #require(Day("2026-11-23")))

        #expect(
            ChartSeries(metric: .revenue, period: period, totals: [:]).values
                == Array(repeating: WideAmount.zero, count: 30))
        #expect(
            ChartSeries(metric: .bounceRate, period: period, totals: [:]).values == Array(repeating: nil, count: 30))
    }
}
