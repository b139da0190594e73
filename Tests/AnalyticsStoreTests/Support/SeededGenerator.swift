import AnalyticsCore
import AnalyticsTesting

/// Chance that is the same in every run: Sebastiano Vigna's SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension NewPoint {
    /// Points of all metrics, eleven days, five categories (one of them none) and four sources (one of them none).
    static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> [NewPoint] {
        (0..<count).map { _ in
            NewPoint(
                metric: Metric.allCases.randomElement(using: &generator) ?? .revenue,
                value: Amount(
                    tenThousandths: .random(in: -999_999_999_999_999...999_999_999_999_999, using: &generator)),
                day: .d0.advanced(by: .random(in: -10...0, using: &generator)),
                category: [nil, "a", "b", "e\u{301}", "\u{E9}"].randomElement(using: &generator)?.map { Label($0) },
                source: [nil, "web", "shop", "partner"].randomElement(using: &generator)?.map { Label($0) })
        }
    }
}
