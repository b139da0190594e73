import AnalyticsCore
import AnalyticsRender
import Foundation
import Testing

@Suite struct ChartGoldenTests {
    /// A picture that is kept.
    struct Golden: Sendable, CustomTestStringConvertible {
        let name: String
        let svg: @Sendable () throws -> String

        var testDescription: String { name }
    }

    @Test("each picture is byte for byte the one that is kept", arguments: goldens)
    func golden(_ golden: Golden) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(golden.name).svg")
        let svg = try golden.svg()
        if ProcessInfo.processInfo.environment["ANALYTICSPRO_WRITE_GOLDEN"] == "1" {
            try Data(svg.utf8).write(to: file)
        }
        let kept = try? String(contentsOf: file, encoding: .utf8)
        #expect(
            kept == svg,
            "\(golden.name).svg is not as kept. Look at it; if it is meant, run with ANALYTICSPRO_WRITE_GOLDEN=1.")
        #expect(SVGCheck(svg).isWellFormed)
    }

    static let goldens: [Golden] = [
        Golden(name: "revenue-previous") {
            try LineChart(
                series: ChartFixtures.series(.revenue, ChartFixtures.weeks(30, around: 12_345_678)),
                previous: ChartFixtures.series(
                    .revenue, endingOn: "2026-10-24", ChartFixtures.weeks(30, around: 10_845_678, seed: 7)),
                title: "Revenue", text: ChartFixtures.text
            ).svg()
        },
        Golden(name: "mean-gaps") {
            try LineChart(
                series: ChartFixtures.series(
                    .bounceRate,
                    [
                        412_500, 420_000, 398_000, nil, nil, 405_000, nil, 431_250, 440_000, 425_000, 415_000, nil,
                        390_000, 402_500,
                    ]),
                title: "Bounce rate", text: ChartFixtures.text
            ).svg()
        },
        Golden(name: "negatives") {
            try LineChart(
                series: ChartFixtures.series(
                    .revenue, [2_500_000, 1_200_000, -800_000, -1_500_000, 300_000, 2_100_000, 900_000]),
                title: "Revenue", text: ChartFixtures.text
            ).svg()
        },
        Golden(name: "one-day") {
            try LineChart(
                series: ChartFixtures.series(.sessionDuration, [2_054_321]),
                previous: ChartFixtures.series(.sessionDuration, endingOn: "2026-11-22", [1_804_000]),
                title: "Session duration", text: ChartFixtures.text
            ).svg()
        },
        Golden(name: "empty") {
            try LineChart(
                series: ChartFixtures.series(.conversionRate, Array(repeating: nil, count: 30)),
                title: "Conversion rate", text: ChartFixtures.text
            ).svg()
        },
        Golden(name: "year") {
            try LineChart(
                series: ChartFixtures.series(.pageViews, ChartFixtures.weeks(366, around: 14_320_000_000)),
                title: "Page views", text: ChartFixtures.text
            ).svg()
        },
        Golden(name: "year-bars") {
            try LineChart(
                series: ChartFixtures.series(.users, ChartFixtures.weeks(366, around: 4_320_000)),
                title: "Users", text: ChartFixtures.text, form: .bars
            ).svg()
        },
        Golden(name: "bars") {
            try LineChart(
                series: ChartFixtures.series(
                    .orders,
                    [
                        120_000, 180_000, 90_000, 0, -20_000, 240_000, 310_000, 280_000, 150_000, 10_000, 200_000,
                        220_000, 170_000, 260_000,
                    ]),
                previous: ChartFixtures.series(
                    .orders, endingOn: "2026-11-09", ChartFixtures.weeks(14, around: 160_000)),
                title: "Orders", text: ChartFixtures.text, form: .bars
            ).svg()
        },
        Golden(name: "narrow") {
            try LineChart(
                series: ChartFixtures.series(
                    .revenue, endingOn: "2027-01-12", ChartFixtures.weeks(30, around: 12_345_678)),
                previous: ChartFixtures.series(
                    .revenue, endingOn: "2026-12-13", ChartFixtures.weeks(30, around: 10_845_678, seed: 7)),
                title: "Revenue", text: ChartFixtures.text, width: 320, height: 240
            ).svg()
        },
        Golden(name: "dark") {
            try LineChart(
                series: ChartFixtures.series(.revenue, ChartFixtures.weeks(30, around: 12_345_678)),
                previous: ChartFixtures.series(
                    .revenue, endingOn: "2026-10-24", ChartFixtures.weeks(30, around: 10_845_678, seed: 7)),
                title: "Revenue", text: ChartFixtures.text, theme: .dark
            ).svg()
        },
        Golden(name: "automatic") {
            try LineChart(
                series: ChartFixtures.series(.revenue, ChartFixtures.weeks(30, around: 12_345_678)),
                previous: ChartFixtures.series(
                    .revenue, endingOn: "2026-10-24", ChartFixtures.weeks(30, around: 10_845_678, seed: 7)),
                title: "Revenue", text: ChartFixtures.text, theme: .automatic
            ).svg()
        },
        Golden(name: "donut") {
            DonutChart(shares: ChartFixtures.shop, title: "Revenue by category", text: ChartFixtures.text).svg()
        },
        Golden(name: "donut-list-dark") {
            DonutChart(
                shares: ChartFixtures.shop, title: "Revenue by category", text: ChartFixtures.text, width: 560,
                theme: .dark
            ).svg()
        },
        Golden(name: "donut-empty") {
            DonutChart(shares: ChartFixtures.shares([]), title: "Revenue by category", text: ChartFixtures.text).svg()
        },
        Golden(name: "sparkline") {
            try Sparkline(series: ChartFixtures.series(.revenue, ChartFixtures.weeks(30, around: 12_345_678))).svg()
        },
        Golden(name: "sparkline-gaps") {
            try Sparkline(
                series: ChartFixtures.series(.bounceRate, [412_500, 420_000, nil, 398_000, nil, 405_000, 431_250])
            ).svg()
        },
    ]
}
