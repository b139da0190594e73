import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct PointIDTests {
    @Test(
        "the day stands in the high bits and the number below",
        arguments: [
            (0, 1, 1), (0, 137_438_953_471, 137_438_953_471), (1, 0, 137_438_953_472), (1, 1, 137_438_953_473),
            (20_780, 1, 2_855_981_453_148_161), (65_535, 137_438_953_471, 9_007_199_254_740_991),
        ] as [(Int, Int64, Int64)])
    func packing(day: Int, sequence: Int64, number: Int64) {
        let day = Day.epoch.advanced(by: day)

        #expect(PointID(day: day, sequence: sequence)?.number == number)
        #expect(PointID(number: number).day == day)
    }

    @Test(
        "what does not fit has no id",
        arguments: [
            (-1, 1), (65_536, 1), (0, -1), (0, 137_438_953_472), (20_780, .min), (20_780, .max),
        ] as [(Int, Int64)])
    func limits(day: Int, sequence: Int64) {
        #expect(PointID(day: Day.epoch.advanced(by: day), sequence: sequence) == nil)
    }

    @Test("the last day is 2149-06-06, and the largest id is below 2^53")
    func lastDay() {
        #expect(PointID.lastDay == Day("2149-06-06"))
        #expect(PointID(day: PointID.lastDay, sequence: PointID.largestSequence)?.number == (1 << 53) - 1)
    }

    @Test("every day comes back from its ids")
    func everyDay() {
        for number in 0...65_535 {
            let day = Day.epoch.advanced(by: number)
            for sequence in [0, PointID.largestSequence] {
                guard let id = PointID(day: day, sequence: sequence), id.day == day else {
                    Issue.record("\(day) does not come back")
                    return
                }
            }
        }
    }

    @Test("a number that is no id has some day and breaks nothing", arguments: [Int64.min, -1, 0, 1 << 53, .max])
    func anyNumber(number: Int64) {
        #expect((Day.first...Day.last).contains(PointID(number: number).day))
    }

    @Test("the lowest id of a day is above all of the day before, and days out of range are held to the ends")
    func lowest() {
        #expect(PointID.lowest(of: .first) == 0)
        #expect(PointID.lowest(of: .epoch) == 0)
        #expect(PointID.lowest(of: .d0) == 20_780 << 37)
        #expect(PointID.lowest(of: PointID.lastDay.advanced(by: 1)) == 1 << 53)
        #expect(PointID.lowest(of: .last) == 1 << 53)
    }
}
