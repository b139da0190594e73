import AnalyticsCore
import Testing

@Suite struct RollupTests {
    @Test("the rollup of one point is that point")
    func single() {
        let rollup = Rollup(Amount(tenThousandths: -7))

        #expect(rollup == .fixture(count: 1, sum: -7, minimum: -7, maximum: -7))
    }

    @Test("merging adds counts and sums and keeps the extremes")
    func merging() {
        let left = Rollup.fixture(count: 2, sum: 10, minimum: 3, maximum: 7)
        let right = Rollup.fixture(count: 3, sum: -6, minimum: -5, maximum: 4)

        #expect(left.merging(right) == .fixture(count: 5, sum: 4, minimum: -5, maximum: 7))
        #expect(right.merging(left) == .fixture(count: 5, sum: 4, minimum: -5, maximum: 7))
    }

    @Test("a sum or a count that would leave 64 bits is refused")
    func overflow() {
        let largest = Rollup.fixture(sum: .max)
        let smallest = Rollup.fixture(sum: .min)
        let most = Rollup.fixture(count: .max)

        #expect(largest.merging(.fixture(sum: 1)) == nil)
        #expect(smallest.merging(.fixture(sum: -1)) == nil)
        #expect(most.merging(.fixture(count: 1)) == nil)
        #expect(largest.merging(smallest)?.sum == Amount(tenThousandths: -1))
        #expect(largest.merging(.fixture(sum: 0))?.sum == Amount(tenThousandths: .max))
    }
}

extension Rollup {
    fileprivate static func fixture(count: Int = 1, sum: Int64 = 0, minimum: Int64 = 0, maximum: Int64 = 0) -> Rollup {
        Rollup(
            count: count, sum: Amount(tenThousandths: sum), minimum: Amount(tenThousandths: minimum),
            maximum: Amount(tenThousandths: maximum))
    }
}
