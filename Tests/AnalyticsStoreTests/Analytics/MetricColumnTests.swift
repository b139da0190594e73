import AnalyticsCore
import Testing

@testable import AnalyticsStore

@Suite struct MetricColumnTests {
    @Test("the numbers of the metrics in tables never change")
    func numbers() {
        #expect(Metric.revenue.column == 1)
        #expect(Metric.users.column == 2)
        #expect(Metric.orders.column == 3)
        #expect(Metric.conversionRate.column == 4)
        #expect(Metric.bounceRate.column == 5)
        #expect(Metric.sessionDuration.column == 6)
        #expect(Metric.pageViews.column == 7)
    }

    @Test("a number leads back to its metric, any other to none")
    func back() {
        #expect((1...7).map(Metric.init(column:)) == Metric.allCases.sorted { $0.column < $1.column })
        #expect([Int64.min, 0, 8, .max].allSatisfy { Metric(column: $0) == nil })
    }
}
