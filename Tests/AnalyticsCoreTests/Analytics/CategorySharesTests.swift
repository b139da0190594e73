import AnalyticsCore
import Testing

@Suite struct CategorySharesTests {
    @Test(
        "the percentages add up to 100, the missing hundredths going to the largest remainders and then by name",
        arguments: [
            .init([("Subscriptions", 750), ("Services", 250)], [("Subscriptions", "75"), ("Services", "25")]),
            .init([("only", 1)], [("only", "100")]),
            .init([("a", 1), ("b", 1), ("c", 1)], [("a", "33.34"), ("b", "33.33"), ("c", "33.33")]),
            .init([("c", 1), ("b", 1), ("a", 1)], [("a", "33.34"), ("b", "33.33"), ("c", "33.33")]),
            .init(
                [("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1), ("f", 1), ("g", 1)],
                [
                    ("a", "14.29"), ("b", "14.29"), ("c", "14.29"), ("d", "14.29"), ("e", "14.28"), ("f", "14.28"),
                    ("g", "14.28"),
                ]),
            .init([("a", 1), ("b", 2), ("c", 4)], [("c", "57.14"), ("b", "28.57"), ("a", "14.29")]),
            .init([("a", 10), ("b", 0)], [("a", "100"), ("b", "0")]),
            .init([("a", 1_000_000), ("b", 1)], [("a", "100"), ("b", "0")]),
            .init([("a", 19999), ("b", 1)], [("a", "100"), ("b", "0")]),
            .init([("a", 1), ("b", 19999)], [("b", "99.99"), ("a", "0.01")]),
        ] as [Split])
    func shares(split: Split) {
        split.check()
    }

    @Test(
        "what reduces the total has a negative share",
        arguments: [
            .init([("sales", 15000), ("refunds", -5000)], [("sales", "150"), ("refunds", "-50")]),
            .init([("a", 5), ("b", -1), ("c", -1)], [("a", "166.67"), ("b", "-33.33"), ("c", "-33.34")]),
            .init(
                [("a", 4), ("b", -1), ("c", -1), ("d", 1)],
                [("a", "133.33"), ("d", "33.33"), ("b", "-33.33"), ("c", "-33.33")]),
            .init(
                [("a", 100_000), ("b", -99999), ("c", 6)], [("a", "1428571.43"), ("c", "85.71"), ("b", "-1428557.14")]),
        ] as [Split])
    func negativeShares(split: Split) {
        split.check()
    }

    @Test(
        "where the total is zero or less no share has a meaning",
        arguments: [
            .init([("a", 0)], [("a", nil)]), .init([("a", 5), ("b", -5)], [("a", nil), ("b", nil)]),
            .init([("a", 5), ("b", -6)], [("a", nil), ("b", nil)]), .init([("a", -1)], [("a", nil)]),
            .init([("b", 0), ("a", 0)], [("a", nil), ("b", nil)]),
        ] as [Split])
    func withoutPercentages(split: Split) {
        split.check()
    }

    @Test("equal totals are ordered by the bytes of their names, and so are the hundredths")
    func ties() {
        let names = ["\u{1D11E}", "\u{E9}", "a", "\u{FF41}", "Z", "e\u{301}"]

        let shares = CategoryShares(totals: names.map { (Label($0), WideAmount(tenThousandths: 1)) }).shares

        #expect(
            shares.map(\.category)
                == ["Z", "a", "e\u{301}", "\u{E9}", "\u{FF41}", "\u{1D11E}"].map(Label.init))
        #expect(
            shares.map { $0.percentage?.description } == ["16.67", "16.67", "16.67", "16.67", "16.66", "16.66"])
    }

    @Test(
        "totals of a year at the limit of 64 bits are split exactly",
        arguments: [
            .init(
                [
                    ("x", 3_375_754_165_488_847_945_362), ("y", 3_375_754_165_488_847_945_362),
                    ("z", 3_375_754_165_488_847_945_362),
                ],
                [("x", "33.34"), ("y", "33.33"), ("z", "33.33")]),
            .init(
                [("x", 3_375_754_165_488_847_945_362), ("y", -3_366_530_793_451_993_169_555)],
                [("x", "36600"), ("y", "-36500")]),
        ] as [Split])
    func largeTotals(split: Split) {
        split.check()
    }

    @Test("the total is the sum of the rows")
    func total() {
        let split = CategoryShares(totals: [
            (Label("sales"), WideAmount(tenThousandths: 15000)), (nil, WideAmount(tenThousandths: 123)),
            (Label("refunds"), WideAmount(tenThousandths: -5000)),
        ])

        #expect(split.total.description == "1.0123")
        #expect(split.shares.map(\.total.description) == ["1.5", "0.0123", "-0.5"])
    }

    @Test("nothing has no rows and a total of zero")
    func nothing() {
        let split = CategoryShares(totals: [])

        #expect(split.total == .zero)
        #expect(split.shares == [])
    }

    @Test("points without a category and those of one called Uncategorized are one row")
    func uncategorized() {
        Split([(nil, 2), ("Uncategorized", 1), ("z", 3)], [("Uncategorized", "50"), ("z", "50")]).check()
    }

    // MARK: - Many categories

    /// The categories c001, c002 … with the totals 1000, 999 … and what else is given.
    private func numbered(
        _ count: Int, and others: (String?, Int128)...
    ) -> [(category: Label?, total: WideAmount)] {
        let digits = (1...count).map { String($0 + 1000).dropFirst() }
        let numbered: [(String?, Int128)] = digits.enumerated().map { ("c\($1)", 1000 - Int128($0)) }
        return (numbered + others).map { ($0.map { Label($0) }, WideAmount(tenThousandths: $1)) }
    }

    @Test("a hundred categories are all listed, one of them called Other where its total puts it")
    func hundred() {
        let split = CategoryShares(totals: numbered(99, and: ("Other", 995)))

        #expect(split.shares.count == 100)
        #expect(
            split.shares.map(\.category.text).prefix(7) == ["c001", "c002", "c003", "c004", "c005", "Other", "c006"])
        #expect(split.shares.last?.category == Label("c099"))
    }

    @Test("beyond a hundred the smallest are one row Other, which comes last")
    func rest() {
        let split = CategoryShares(totals: numbered(103).reversed())

        #expect(split.shares.count == 101)
        #expect(split.shares[99].category == Label("c100"))
        #expect(split.shares[100].category == CategoryShares.other)
        // 900 + 899 + 898
        #expect(split.shares[100].total == WideAmount(tenThousandths: 2697))
        // 1000 + 999 + … + 898
        #expect(split.total == WideAmount(tenThousandths: 97747))
        #expect(split.hundredths == 10000)
    }

    @Test("a category that is itself called Other is part of that row, however large it is")
    func realOther() {
        let split = CategoryShares(totals: numbered(102, and: ("Other", 5_000_000)))

        #expect(split.shares.count == 101)
        #expect(split.shares[0].category == Label("c001"))
        #expect(split.shares[99].category == Label("c100"))
        #expect(split.shares[100].category == CategoryShares.other)
        // 5,000,000 + 900 + 899
        #expect(split.shares[100].total == WideAmount(tenThousandths: 5_001_799))
        #expect(split.hundredths == 10000)
    }

    @Test("with a hundred others a category called Other is the row of the rest alone")
    func realOtherAlone() {
        let split = CategoryShares(totals: numbered(100, and: ("Other", 999)))

        #expect(split.shares.count == 101)
        #expect(split.shares[99].category == Label("c100"))
        #expect(split.shares[100].category == CategoryShares.other)
        #expect(split.shares[100].total == WideAmount(tenThousandths: 999))
    }

    @Test("the row of points without a category counts as one of the hundred")
    func uncategorizedAmongMany() {
        let split = CategoryShares(totals: numbered(100, and: (nil, 5000)))
        let small = CategoryShares(totals: numbered(100, and: (nil, 1)))

        #expect(split.shares[0].category == CategoryShares.uncategorized)
        #expect(split.shares[99].category == Label("c099"))
        #expect(split.shares[100].category == CategoryShares.other)
        #expect(split.shares[100].total == WideAmount(tenThousandths: 901))
        #expect(small.shares[99].category == Label("c100"))
        #expect(small.shares[100].category == CategoryShares.other)
        #expect(small.shares[100].total == WideAmount(tenThousandths: 1))
    }

    @Test("a rest that is negative has a negative share")
    func negativeRest() {
        let split = CategoryShares(totals: numbered(100, and: ("refunds", -70), ("fees", -30)))

        #expect(split.shares[100].category == CategoryShares.other)
        #expect(split.shares[100].total == WideAmount(tenThousandths: -100))
        // −100 of 94,950 is −0.10532 %.
        #expect(split.shares[100].percentage?.description == "-0.11")
        #expect(split.hundredths == 10000)
    }

    // MARK: - Any categories

    @Test("whatever the totals, the percentages add up to 100 and none is a hundredth or more off", arguments: 1...40)
    func random(seed: UInt64) {
        var generator = SplitMix64(state: seed)
        for _ in 0..<25 {
            let count = Int.random(in: 1...130, using: &generator)
            let size = Int128(1) << Int128.random(in: 1...71, using: &generator)
            let least = Bool.random(using: &generator) ? 0 : -size / 4
            let totals: [(category: Label?, total: WideAmount)] = (0..<count).map { index in
                let total = WideAmount(tenThousandths: Int128.random(in: least...size, using: &generator))
                return (index == 0 ? nil : Label("category \(index)"), total)
            }

            let split = CategoryShares(totals: totals)

            #expect(split.total.tenThousandths == totals.reduce(0) { $0 + $1.total.tenThousandths })
            guard split.total > .zero else {
                #expect(split.shares.allSatisfy { $0.percentage == nil })
                continue
            }
            #expect(split.hundredths == 10000)
            let whole = split.total.tenThousandths
            #expect(
                split.shares.allSatisfy { share in
                    guard let percentage = share.percentage else { return false }
                    return (percentage.hundredths * whole - share.total.tenThousandths * 10000).magnitude
                        < whole.magnitude
                })
        }
    }

    // MARK: - Given and expected

    /// Totals in ten-thousandths, and the rows that they are to become.
    struct Split: Sendable {
        let totals: [(String?, Int128)]
        let rows: [(String, String?)]

        init(_ totals: [(String?, Int128)], _ rows: [(String, String?)]) {
            self.totals = totals
            self.rows = rows
        }

        func check(sourceLocation: SourceLocation = #_sourceLocation) {
            let shares = CategoryShares(
                totals: totals.map { ($0.map { Label($0) }, WideAmount(tenThousandths: $1)) }
            ).shares

            #expect(shares.map(\.category.text) == rows.map(\.0), sourceLocation: sourceLocation)
            #expect(
                shares.map { $0.percentage?.description } == rows.map(\.1), sourceLocation: sourceLocation)
        }
    }
}

extension CategoryShares {
    /// What the percentages add up to; zero where there are none.
    fileprivate var hundredths: Int128 {
        shares.reduce(0) { $0 + ($1.percentage?.hundredths ?? 0) }
    }
}

/// Sebastiano Vigna's splitmix64: small, and the same numbers on every machine.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
