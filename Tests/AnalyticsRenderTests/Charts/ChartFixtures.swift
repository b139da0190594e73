import AnalyticsCore
import Testing

/// Series and shares that are short to write down.
enum ChartFixtures {
    static let text = FigureText(currency: "USD")

    /// A series whose values are given in ten-thousandths; nil is a day without points.
    static func series(_ metric: Metric, endingOn last: String = "2026-11-23", _ values: [Int128?]) throws
        -> ChartSeries
    {
        let period = Period(days: values.count, endingOn: try #require(Day(last)))
        var totals: [Day: PeriodTotal] = [:]
        for (day, value) in zip(period.days, values) {
            guard let value else { continue }
            totals[day] = PeriodTotal(count: 1, sum: WideAmount(tenThousandths: value))
        }
        return ChartSeries(metric: metric, period: period, totals: totals)
    }

    /// So many values that go up and down in weeks, the same each time.
    static func weeks(_ count: Int, around base: Int128, seed: UInt64 = 1) -> [Int128?] {
        let week: [Int128] = [96, 104, 110, 108, 118, 84, 72]
        var state = seed
        return (0..<count).map { day in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return base * (week[day % 7] + Int128(state >> 60) + Int128(day / 5)) / 100
        }
    }

    /// Shares of totals in whole units.
    static func shares(_ totals: [(String?, Int128)]) -> CategoryShares {
        CategoryShares(
            totals: totals.map { (category: $0.0.map { Label($0) }, total: WideAmount(tenThousandths: $0.1 * 10_000)) })
    }

    /// The shares of a shop.
    static let shop = shares([
        ("Shoes", 4210), ("Jackets", 3105), ("Bags", 2240), ("Accessories", 1320), ("Home & living", 905), (nil, 640),
        ("Books", 410), ("Toys", 220), ("Gift cards", 130), ("Returns", -180),
    ])
}
