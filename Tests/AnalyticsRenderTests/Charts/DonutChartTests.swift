import AnalyticsCore
import AnalyticsRender
import Testing

@Suite struct DonutChartTests {
    private func chart(_ shares: CategoryShares, width: Int = 300, height: Int = 300) -> DonutChart {
        DonutChart(
            shares: shares, title: "Revenue by category", text: ChartFixtures.text, width: width, height: height)
    }

    @Test("seven categories have a slice and the rest has one, without those that are zero or less")
    func slices() {
        let chart = chart(ChartFixtures.shop)
        let check = SVGCheck(chart.svg())

        #expect(check.all("path").map { $0.attributes["fill"] } == DonutChart.palette + [DonutChart.otherColor])
        #expect(check.all("title").map(\.text).last == "Other 350.00 USD (2.69 %)")
        #expect(check.texts == ["Revenue by category", "13,000", "USD"])
        #expect(check.summary.hasPrefix("Total 13,000.00 USD: Shoes 4,210.00 USD (32.39 %), Jackets"))
        #expect(!check.summary.contains("Returns"))
    }

    @Test("a table's rows have the colours of their slices")
    func colors() {
        let chart = chart(ChartFixtures.shop)

        #expect((0..<7).map(chart.color(at:)) == DonutChart.palette)
        for index in [7, 8, 9, 100, -1, Int.min, Int.max] {
            #expect(chart.color(at: index) == DonutChart.otherColor)
        }
        #expect(Set(DonutChart.palette + [DonutChart.otherColor]).count == 8)
    }

    @Test(
        "without revenue it says so",
        arguments: [[], [("A", 0)], [("A", 5), ("B", -5)], [("A", 5), ("B", -9)]] as [[(String, Int128)]])
    func empty(totals: [(String, Int128)]) {
        let chart = chart(ChartFixtures.shares(totals.map { ($0.0, $0.1) }))
        let check = SVGCheck(chart.svg())

        #expect(check.texts == ["Revenue by category", "No revenue"])
        #expect(check.summary == "No revenue.")
        #expect(check.all("path").isEmpty)
        #expect(chart.color(at: 0) == DonutChart.otherColor)
    }

    @Test("one category is a whole ring")
    func whole() {
        let paths = SVGCheck(chart(ChartFixtures.shares([("Only", 5)])).svg()).all("path")

        #expect(paths.count == 1)
        #expect(paths.first?.attributes["d"]?.filter { $0 == "A" }.count == 4)
    }

    @Test("where there is room beside the ring a list names the slices")
    func list() {
        let texts = SVGCheck(chart(ChartFixtures.shop, width: 560).svg()).texts

        #expect(texts.contains("Home & living") && texts.contains("6.96 %"))
    }

    @Test("categories are escaped, and a huge total still has all its digits")
    func extremes() {
        let huge = Int128(Int64.max) * 366_000
        let shares = CategoryShares(totals: [
            (category: Label("<b>&\u{1}\"'"), total: WideAmount(tenThousandths: huge)),
            (category: Label("tiny"), total: WideAmount(tenThousandths: 1)),
        ])
        for size in [Int.min, 0, 160, 700, Int.max] {
            let check = SVGCheck(chart(shares, width: size, height: min(size, 300)).svg())

            #expect(check.isWellFormed)
            #expect(check.texts.contains(ChartFixtures.text.number(shares.total, .money)))
            #expect(check.summary.contains("<b>&\"' "))
        }
    }
}
