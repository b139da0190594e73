/// A total split by category, largest first, with percentages that add up to exactly 100.00.
public struct CategoryShares: Sendable, Equatable {
    /// One category's part.
    public struct Share: Sendable, Equatable {
        /// The category, ``uncategorized`` or ``other``.
        public let category: Label
        /// What its points add up to.
        public let total: WideAmount
        /// Its part of the whole; nil where the whole is zero or less, because no share has a meaning then.
        public let percentage: Percentage?
    }

    /// The sum over all categories.
    public let total: WideAmount
    /// The parts by total descending, then by name; the row of the rest, where there is one, last.
    public let shares: [Share]

    /// What points without a category are listed under.
    public static let uncategorized = Label("Uncategorized")
    /// What the smallest categories are listed under where there are too many.
    public static let other = Label("Other")
    /// How many categories are listed by name.
    public static let most = 100

    /// Splits a total.
    ///
    /// Points without a category and points of a category called "Uncategorized" are one row. Where there are more than
    /// ``most`` of these rows the rest is the row "Other", and a category that is itself called so is part of it.
    ///
    /// - Parameter totals: What each category's points add up to, each category once; nil is no category.
    public init(totals: [(category: Label?, total: WideAmount)]) {
        var byCategory: [Label: Int128] = [:]
        for (category, total) in totals {
            byCategory[category ?? Self.uncategorized, default: 0] += total.tenThousandths
        }
        var rows = byCategory.sorted { left, right in
            left.value != right.value ? left.value > right.value : left.key < right.key
        }
        if rows.count > Self.most {
            rows.removeAll { $0.key == Self.other }
            let rest = rows.dropFirst(Self.most).reduce(byCategory[Self.other] ?? 0) { $0 + $1.value }
            rows = Array(rows.prefix(Self.most))
            rows.append((key: Self.other, value: rest))
        }
        let percentages = Self.percentages(of: rows.map { (category: $0.key, total: $0.value) })
        total = WideAmount(tenThousandths: rows.reduce(0) { $0 + $1.value })
        shares = zip(rows, percentages).map { row, percentage in
            Share(category: row.key, total: WideAmount(tenThousandths: row.value), percentage: percentage)
        }
    }

    /// The signed shares in hundredths of a percent by the method of the largest remainder (Hamilton): each is floored,
    /// and the hundredths that are then missing go to the largest remainders, ties by name.
    private static func percentages(of rows: [(category: Label, total: Int128)]) -> [Percentage?] {
        let whole = rows.reduce(0) { $0 + $1.total }
        guard whole > 0 else { return rows.map { _ in nil } }
        var hundredths: [Int128] = []
        var remainders: [Int128] = []
        for row in rows {
            // Totals stay below 2^82 (366 days of 1,000 categories of 64 bits), so 10,000 times one is inside 128.
            let (quotient, remainder) = (row.total * 10_000).quotientAndRemainder(dividingBy: whole)
            hundredths.append(remainder < 0 ? quotient - 1 : quotient)
            remainders.append(remainder < 0 ? remainder + whole : remainder)
        }
        let missing = Int(10_000 - hundredths.reduce(0, +))
        let byRemainder = rows.indices.sorted { left, right in
            remainders[left] != remainders[right]
                ? remainders[left] > remainders[right] : rows[left].category < rows[right].category
        }
        for index in byRemainder.prefix(missing) { hundredths[index] += 1 }
        return hundredths.map(Percentage.init(hundredths:))
    }
}
