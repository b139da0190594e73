import AnalyticsCore
import AnalyticsRender
import Testing

@Suite struct SparklineTests {
    @Test("it has the text alternative and shows no text")
    func alternative() throws {
        let check = SVGCheck(Sparkline(series: try ChartFixtures.series(.bounceRate, [10000, nil, 32_500])).svg())

        #expect(check.texts.isEmpty)
        #expect(check.all("title").first?.text == "Bounce rate")
        #expect(
            check.summary == "Bounce rate from 21 Nov 2026 to 23 Nov 2026. Lowest 1 % on 21 Nov 2026, "
                + "highest 3.25 % on 23 Nov 2026, latest 3.25 % on 23 Nov 2026.")
    }

    @Test("without values it is a flat line and says that there is no data")
    func empty() throws {
        let check = SVGCheck(Sparkline(series: try ChartFixtures.series(.bounceRate, [nil, nil])).svg())

        #expect(check.all("path").count == 1 && check.all("circle").isEmpty)
        #expect(check.summary.hasSuffix("No data."))
    }

    @Test(
        "no values take it out of its frame",
        arguments: [[0], [5], [0, 0], [5, 5], [1, -1], [.max, .min + 1], [.max, .max - 1]] as [[Int128]])
    func extremes(values: [Int128]) throws {
        for size in [Int.min, 32, Int.max] {
            let svg = Sparkline(series: try ChartFixtures.series(.revenue, values), width: size, height: size).svg()
            let check = SVGCheck(svg)
            let height = try #require(check.elements.first?.attributes["height"].flatMap { Double($0) })

            #expect(check.isWellFormed)
            for dot in check.all("circle") {
                let y = try #require(dot.attributes["cy"].flatMap { Double($0) })
                #expect((2...height - 2).contains(y))
            }
        }
    }
}
