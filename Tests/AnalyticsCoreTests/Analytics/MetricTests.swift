import AnalyticsCore
import Testing

@Suite struct MetricTests {
    @Test(
        "each of the seven metrics has its kind, aggregation, good direction and unit",
        arguments: [
            ("revenue", .money, .sum, .up, "EUR"),
            ("users", .count, .sum, .up, "count"),
            ("orders", .count, .sum, .up, "count"),
            ("page_views", .count, .sum, .up, "count"),
            ("conversion_rate", .percent, .mean, .up, "percent"),
            ("bounce_rate", .percent, .mean, .down, "percent"),
            ("session_duration", .seconds, .mean, .up, "seconds"),
        ] as [(String, Metric.Kind, Metric.Aggregation, Metric.Direction, String)])
    func metric(
        name: String, kind: Metric.Kind, aggregation: Metric.Aggregation, direction: Metric.Direction, unit: String
    ) throws {
        let metric = try #require(Metric(name: Array(name.utf8)[...]))

        #expect(metric.rawValue == name)
        #expect(metric.kind == kind)
        #expect(metric.aggregation == aggregation)
        #expect(metric.goodDirection == direction)
        #expect(metric.unit(currency: "EUR") == unit)
    }

    @Test("there are no other metrics")
    func all() {
        #expect(
            Metric.allCases.map(\.rawValue) == [
                "revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views",
            ])
    }

    @Test(
        "a name is read byte by byte",
        arguments: [
            "", "Revenue", "REVENUE", "revenues", "revenu", " revenue", "revenue\u{0}", "page-views", "pageViews",
            "conversionRate", "session_duration ", "session_durations", "rev\u{0435}nue", "re\u{301}venue",
        ])
    func otherNames(name: String) {
        #expect(Metric(name: Array(name.utf8)[...]) == nil)
    }

    @Test("bytes that are no text and very long names are no metric")
    func junk() {
        #expect(Metric(name: [0xFF, 0xFE]) == nil)
        #expect(Metric(name: Array(repeating: UInt8(ascii: "r"), count: 1_000_000)[...]) == nil)
    }
}
