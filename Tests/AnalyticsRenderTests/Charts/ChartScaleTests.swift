import AnalyticsCore
import Testing

@testable import AnalyticsRender

@Suite struct ChartScaleTests {
    @Test("ticks are round, evenly spaced, three to five and hold the data, whatever the range")
    func generated() {
        var state: UInt64 = 42
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 1
        }
        for round in 0..<3000 {
            let shift = Int(next() % 84)
            let values = (0..<3).map { _ in
                let number = (Int128(next()) << 21) >> Int128(shift)
                return WideAmount(tenThousandths: next() % 4 == 0 && round % 2 == 0 ? -number : number)
            }
            let kind: Metric.Kind = [.money, .count, .percent, .seconds][Int(next() % 4)]
            let includesZero = next() % 2 == 0

            let scale = ChartScale(covering: values, kind: kind, includesZero: includesZero)

            let ticks = scale.ticks.map(\.tenThousandths)
            guard let first = ticks.first, let last = ticks.last, let low = values.min(), let high = values.max() else {
                Issue.record("no ticks")
                continue
            }
            let step = ticks[1] - first
            #expect((2...5).contains(ticks.count))
            #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $1 - $0 == step } && step > 0)
            #expect(Self.isRound(step))
            #expect(ticks.allSatisfy { $0.isMultiple(of: step) })
            #expect(first <= low.tenThousandths && last >= high.tenThousandths)
            #expect(values.allSatisfy { (0...1).contains(scale.position(of: $0)) })
            if includesZero || low < .zero { #expect(ticks.contains(0)) }
            #expect(Set(scale.labels(FigureText(currency: "EUR"), kind: kind)).count == ticks.count)
        }
    }

    @Test(
        "the labels are exact, have equal decimals and are short from a million on",
        arguments: [
            ([0, 12_345_678], .money, ["0", "500", "1,000", "1,500"]),
            ([0, 90000], .money, ["0", "2.50", "5.00", "7.50", "10.00"]),
            ([0, 90000], .percent, ["0", "2.5", "5.0", "7.5", "10.0"]),
            ([0, 30000], .count, ["0", "1", "2", "3"]),
            ([0, 10000], .count, ["0", "1"]),
            ([0, 2], .count, ["0", "0.0001", "0.0002"]),
            ([0, 11_200_000_000], .count, ["0", "0.5M", "1.0M", "1.5M"]),
            ([-23_000_000_000_000, 1], .money, ["−3B", "−2B", "−1B", "0", "1B"]),
            ([0, 0], .money, ["0", "1"]),
            ([0, Int128(Int64.max) * 366], .money, ["0", "100,000T", "200,000T", "300,000T", "400,000T"]),
        ] as [([Int128], Metric.Kind, [String])])
    func labels(values: [Int128], kind: Metric.Kind, labels: [String]) {
        let scale = ChartScale(
            covering: values.map(WideAmount.init(tenThousandths:)), kind: kind, includesZero: true)

        #expect(scale.labels(FigureText(currency: "EUR"), kind: kind) == labels)
    }

    @Test("only values that lie close together leave zero out, and they are not blown up")
    func zero() {
        func ticks(_ values: [Int128]) -> [String] {
            ChartScale(covering: values.map(WideAmount.init(tenThousandths:)), kind: .percent, includesZero: false)
                .ticks.map(\.description)
        }
        #expect(ticks([410_000, 440_000]) == ["41", "42", "43", "44"])
        #expect(ticks([200_000, 440_000]) == ["0", "20", "40", "60"])
        #expect(ticks([440_000, 440_001]) == ["41", "42", "43", "44", "45"])
        #expect(ticks([440_000, 440_000]) == ["0", "20", "40", "60"])
        #expect(ticks([-440_000, -430_000]) == ["-60", "-40", "-20", "0"])
        #expect(ticks([]) == ["0", "1"])
    }

    @Test("values that no data can have stop at the edge and do not overflow")
    func limit() {
        let ends = [Int128.min, Int128.max].map(WideAmount.init(tenThousandths:))
        for most in [0, 3, 5] {
            let scale = ChartScale(covering: ends, kind: .money, includesZero: true, most: most)

            #expect(scale.position(of: ends[0]) == 0)
            #expect(scale.position(of: ends[1]) == 1)
            #expect(scale.ticks.contains(.zero))
        }
    }

    /// Whether a number is 1, 2, 2.5 or 5 times a power of ten.
    private static func isRound(_ step: Int128) -> Bool {
        var rest = step
        while rest.isMultiple(of: 10) { rest /= 10 }
        return [1, 2, 25, 5].contains(rest)
    }
}
