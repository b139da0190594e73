import AnalyticsCore
import Testing

@Suite struct DemoDataTests {
    private func points(seed: UInt64 = 1) throws -> [NewPoint] {
        DemoData.points(endingOn: try #require(Day("2026-11-23")), seed: seed)
    }

    @Test("there are ninety days of every metric, oldest first, ending on the last day")
    func days() throws {
        let points = try points()

        #expect(points.map(\.day) == points.map(\.day).sorted())
        #expect(points.first?.day.description == "2026-08-26")
        #expect(points.last?.day.description == "2026-11-23")
        for metric in Metric.allCases {
            #expect(Set(points.filter { $0.metric == metric }.map(\.day)).count == 90)
        }
    }

    @Test("the same seed gives the same points, another one others")
    func seed() throws {
        #expect(try points(seed: 7) == points(seed: 7))
        #expect(try points(seed: 7) != points(seed: 8))
    }

    @Test("every figure is positive, and rates are below a hundred", arguments: 0..<20)
    func plausible(seed: UInt64) throws {
        let points = try points(seed: seed)

        #expect(points.allSatisfy { $0.value > .zero && $0.value <= .largestValue })
        #expect(
            points.filter { $0.metric.kind == .percent }.allSatisfy { $0.value < Amount(tenThousandths: 1_000_000) })
    }
}
