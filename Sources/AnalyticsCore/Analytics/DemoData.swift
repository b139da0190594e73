/// Ninety days of plausible figures of a small shop, for whoever wants to look around.
///
/// The same seed and last day give the same points, on every machine. There is a week's rhythm, slow growth, and some
/// chance in each figure.
public enum DemoData {
    /// How many days there are.
    public static let days = 90

    /// The points, oldest day first.
    ///
    /// - Parameters:
    ///   - last: The last day.
    ///   - seed: Where chance begins.
    public static func points(endingOn last: Day, seed: UInt64) -> [NewPoint] {
        var chance = SplitMix64(state: seed)
        return (0..<days).flatMap { index in
            points(of: last.advanced(by: index + 1 - days), index: index, chance: &chance)
        }
    }

    private static let products: [(category: Label, share: Int, price: Int)] = [
        (Label("Hardware"), 34, 18_900), (Label("Subscriptions"), 41, 4_900), (Label("Services"), 15, 12_500),
        (Label("Training"), 10, 9_900),
    ]

    /// How busy each day of the week is in percent, from Thursday, which 1970-01-01 was.
    private static let rhythm = [104, 98, 71, 64, 108, 112, 110]

    private static func points(of day: Day, index: Int, chance: inout SplitMix64) -> [NewPoint] {
        let weekday = ((day.number % 7) + 7) % 7
        // Per mille of the first day's business: the week's rhythm times half a percent of growth a day.
        let business = rhythm[weekday] * (1000 + index * 5) / 100

        let users = 900 * business / 1000 + .random(in: -60...60, using: &chance)
        let pageViews = users * .random(in: 38...46, using: &chance) / 10
        var points: [NewPoint] = []
        var allOrders = 0
        for product in products {
            let orders = max(1, users * product.share / 3000 + .random(in: -2...2, using: &chance))
            allOrders += orders
            // Cents, spread by a tenth around the price.
            let cents = orders * product.price * .random(in: 90...110, using: &chance) / 100
            let source = Label(Int.random(in: 0..<4, using: &chance) == 0 ? "partner" : "web")
            points.append(point(.revenue, tenThousandths: cents * 100, day, product.category, source))
            points.append(point(.orders, tenThousandths: orders * 10_000, day, product.category, source))
        }
        points.append(point(.users, tenThousandths: users * 10_000, day))
        points.append(point(.pageViews, tenThousandths: pageViews * 10_000, day))
        points.append(point(.conversionRate, tenThousandths: allOrders * 1_000_000 / users, day))
        points.append(point(.bounceRate, tenThousandths: .random(in: 3800...4700, using: &chance) * 100, day))
        points.append(point(.sessionDuration, tenThousandths: .random(in: 150...240, using: &chance) * 10_000, day))
        return points
    }

    private static func point(
        _ metric: Metric, tenThousandths: Int, _ day: Day, _ category: Label? = nil, _ source: Label? = Label("web")
    ) -> NewPoint {
        NewPoint(
            metric: metric, value: Amount(tenThousandths: Int64(tenThousandths)), day: day, category: category,
            source: source)
    }
}

/// Sebastiano Vigna's SplitMix64, a small generator of which the whole state is one number.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
