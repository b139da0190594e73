import AnalyticsCore
import AnalyticsRender
import Testing

@Suite struct LineChartTests {
    private func chart(
        _ series: ChartSeries, previous: ChartSeries? = nil, title: String = "Title", form: LineChart.Form = .area,
        width: Int = 720, height: Int = 300, theme: ChartTheme = .light
    ) -> String {
        LineChart(
            series: series, previous: previous, title: title, text: ChartFixtures.text, form: form, width: width,
            height: height, theme: theme
        ).svg()
    }

    /// The line of the data.
    private func line(_ svg: String) -> String {
        SVGCheck(svg).all("path").first { $0.attributes["stroke-linejoin"] != nil }?.attributes["d"] ?? ""
    }

    @Test("a day without a value cuts the line, and a day alone is a dot")
    func gaps() throws {
        let svg = chart(try ChartFixtures.series(.bounceRate, [1, 2, nil, 3, nil, 4, 5, 6]))

        #expect(line(svg).split(separator: "M").count == 2)
        #expect(SVGCheck(svg).all("circle").count == 1)
    }

    @Test("the area of each part of the line is closed")
    func areas() throws {
        let svg = chart(try ChartFixtures.series(.bounceRate, [1, 2, nil, 4, 5, 6]))
        let area = SVGCheck(svg).all("path").first { $0.attributes["fill"]?.hasPrefix("url(#") == true }

        #expect(area?.attributes["d"]?.filter { $0 == "Z" }.count == 2)
    }

    @Test("the period before is dashed, and its days beyond the length of the period are left out")
    func previous() throws {
        let february = try ChartFixtures.series(
            .revenue, endingOn: "2026-02-28", Array(repeating: 50_000, count: 28))
        let january = try ChartFixtures.series(
            .revenue, endingOn: "2026-01-31", Array(repeating: 40_000, count: 30) + [990_000])
        let check = SVGCheck(chart(february, previous: january))
        let dashed = check.all("path").filter { $0.attributes["stroke-dasharray"] != nil }.compactMap {
            $0.attributes["d"]
        }

        #expect(dashed.map { $0.split(separator: "L").count } == [1, 28])
        #expect(check.texts.contains("vs 1 Jan – 31 Jan"))
        #expect(!check.texts.contains("100"))
        #expect(check.summary.contains("The dashed line is 1 Jan – 31 Jan 2026."))
    }

    @Test("a period before that has no values is not mentioned")
    func emptyPrevious() throws {
        let series = try ChartFixtures.series(.bounceRate, [1, 2])
        let previous = try ChartFixtures.series(.bounceRate, endingOn: "2026-11-21", [nil, nil])

        #expect(chart(series, previous: previous) == chart(series))
    }

    @Test("the description has the days and the lowest, highest and latest value, of equal ones the first")
    func description() throws {
        let series = try ChartFixtures.series(.revenue, [50000, 12_345_000, 12_345_000, 50000, 75000])

        #expect(
            SVGCheck(chart(series)).summary
                == "Revenue from 19 Nov 2026 to 23 Nov 2026. Lowest 5 USD on 19 Nov 2026, "
                + "highest 1,234.50 USD on 20 Nov 2026, latest 7.50 USD on 23 Nov 2026.")
    }

    @Test("without values there are the days and the words No data", arguments: [LineChart.Form.area, .bars])
    func empty(form: LineChart.Form) throws {
        let check = SVGCheck(chart(try ChartFixtures.series(.bounceRate, [nil, nil, nil]), form: form))

        #expect(check.texts == ["Title", "% · 21 Nov – 23 Nov 2026", "21 Nov", "22 Nov", "23 Nov", "No data"])
        #expect(check.summary == "Bounce rate from 21 Nov 2026 to 23 Nov 2026. No data.")
    }

    @Test("the first and the last day are labelled, with the year where the period spans years")
    func days() throws {
        let within = SVGCheck(chart(try ChartFixtures.series(.users, ChartFixtures.weeks(30, around: 10_000)))).texts
        let across = SVGCheck(
            chart(try ChartFixtures.series(.users, endingOn: "2027-01-12", ChartFixtures.weeks(30, around: 10_000)))
        ).texts

        #expect(within.contains("25 Oct") && within.last == "23 Nov")
        #expect(across.contains("14 Dec 2026") && across.last == "12 Jan 2027")
        #expect(within[1] == "25 Oct – 23 Nov 2026")
    }

    @Test("days are labelled without touching each other at every width and length")
    func overlaps() throws {
        for width in stride(from: 240, through: 1000, by: 95) {
            for length in [1, 2, 3, 7, 14, 30, 31, 90, 365, 366] {
                let values = ChartFixtures.weeks(length, around: 10_000)
                let svg = chart(
                    try ChartFixtures.series(.users, endingOn: "2027-01-03", values), form: .bars, width: width)
                let labels = SVGCheck(svg).all("text").filter { $0.attributes["y"] == "290" }
                let ends = try labels.map { label in
                    let x = try #require(label.attributes["x"].flatMap { Double($0) })
                    let width = Double(label.text.count) * 6.8
                    switch label.attributes["text-anchor"] {
                    case "middle": return x - width / 2...x + width / 2
                    case "end": return x - width...x
                    default: return x...x + width
                    }
                }
                #expect(labels.count >= min(length, 2))
                #expect(zip(ends, ends.dropFirst()).allSatisfy { $0.upperBound + 8 <= $1.lowerBound })
                #expect(ends.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= Double(width) })
            }
        }
    }

    @Test("bars of a year do not touch, and a day of zero has none")
    func bars() throws {
        let svg = chart(
            try ChartFixtures.series(.users, [0] + ChartFixtures.weeks(365, around: 10_000)), form: .bars, width: 240)
        let path = SVGCheck(svg).all("path").first { $0.attributes["stroke"] == nil }?.attributes["d"] ?? ""
        let bars = try path.split(separator: "M").map { bar in
            let left = try #require(Double(bar.prefix { $0 != "," }))
            let width = try #require(Double(bar.drop { $0 != "h" }.dropFirst().prefix { $0 != "V" }))
            return (left: left, right: left + width)
        }

        #expect(bars.count == 365)
        #expect(zip(bars, bars.dropFirst()).allSatisfy { $0.right < $1.left })
    }

    @Test("a bar below zero hangs from the line of zero")
    func negatives() throws {
        let check = SVGCheck(chart(try ChartFixtures.series(.orders, [20000, -20000]), form: .bars))
        let path = check.all("path").first { $0.attributes["stroke"] == nil }?.attributes["d"] ?? ""

        #expect(path.contains("v-") && path.split(separator: "M").last?.contains("v-") == false)
        #expect(check.texts.contains("−2") && check.texts.contains("0"))
    }

    @Test("titles are escaped, and the picture holds neither scripts nor references to elsewhere")
    func escaping() throws {
        let svg = chart(
            try ChartFixtures.series(.revenue, [1, 2]), title: "<script>alert('&')</script>\u{0}\u{1B}",
            theme: .automatic)
        let check = SVGCheck(svg)

        #expect(check.isWellFormed)
        #expect(check.all("script").isEmpty)
        #expect(check.all("title").first?.text == "<script>alert('&')</script>")
        #expect(svg.components("http") == 1 && svg.components("href") == 0 && svg.components("url(") == 1)
    }

    @Test("the title and the description name the picture by ids that occur once")
    func ids() throws {
        let series = try ChartFixtures.series(.sessionDuration, [1, 2, 3])
        let pictures = [chart(series), chart(series, form: .bars), Sparkline(series: series).svg()].map(SVGCheck.init)
        let ids = pictures.flatMap { $0.elements.compactMap { $0.attributes["id"] } }

        #expect(Set(ids).count == ids.count)
        #expect(
            pictures[0].elements.first?.attributes["aria-labelledby"]
                == "chart-session_duration-area-title chart-session_duration-area-desc")
        #expect(pictures[0].elements.first?.attributes["role"] == "img")
    }

    @Test("light and dark need no style, and automatic has one for dark pages alone")
    func themes() throws {
        let series = try ChartFixtures.series(.revenue, [1, 2, 3])

        for theme in [ChartTheme.light, .dark] {
            let svg = chart(series, theme: theme)
            #expect(svg.components("<style") == 0 && svg.components("class=") == 0 && svg.components("var(") == 0)
        }
        #expect(chart(series, theme: .automatic).components("prefers-color-scheme:dark") == 1)
    }

    @Test("no input makes a picture that is not one")
    func extremes() throws {
        let values: [[Int128?]] = [
            [0], [nil], [1], [-1], [0, 0], [7, 7, 7], [nil, 1, nil], [Int128(Int64.max) * 366, 1], [.max, .min + 1],
            [-5, -5, -4], ChartFixtures.weeks(366, around: 1),
        ]
        for values in values {
            for metric in [Metric.revenue, .users, .bounceRate, .sessionDuration] {
                for form in [LineChart.Form.area, .bars] {
                    for size in [Int.min, 0, 320, 720, Int.max] {
                        let series = try ChartFixtures.series(metric, values)
                        let svg = chart(series, previous: series, form: form, width: size, height: size)

                        #expect(SVGCheck(svg).isWellFormed)
                        #expect(svg.components("nan") == 0 && svg.components("inf") == 0)
                        #expect(svg == chart(series, previous: series, form: form, width: size, height: size))
                    }
                }
            }
        }
    }
}

extension String {
    /// How often another text occurs.
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
