import AnalyticsCore
import Testing

@Suite struct PeriodTests {
    @Test(
        "a period of n days ends today, the one before it on the day before it",
        arguments: [
            (1, "2026-11-23", "2026-11-23", "2026-11-22", "2026-11-22"),
            (7, "2026-11-23", "2026-11-17", "2026-11-10", "2026-11-16"),
            (14, "2026-11-23", "2026-11-10", "2026-10-27", "2026-11-09"),
            (30, "2026-11-23", "2026-10-25", "2026-09-25", "2026-10-24"),
            (7, "2024-03-03", "2024-02-26", "2024-02-19", "2024-02-25"),
            (30, "2024-03-30", "2024-03-01", "2024-01-31", "2024-02-29"),
            (30, "2026-03-30", "2026-03-01", "2026-01-30", "2026-02-28"),
            (366, "2024-12-31", "2024-01-01", "2022-12-31", "2023-12-31"),
        ])
    func previous(days: Int, to: String, from: String, previousFrom: String, previousTo: String) throws {
        let period = Period(days: days, endingOn: try #require(Day(to)))

        #expect(period.from.description == from)
        #expect(period.to.description == to)
        #expect(period.length == days)
        #expect(period.previous.from.description == previousFrom)
        #expect(period.previous.to.description == previousTo)
        #expect(period.previous.length == days)
    }

    @Test(
        "a number of days is held between one and the longest",
        arguments: [(0, 1), (-1, 1), (.min, 1), (1, 1), (366, 366), (367, 366), (.max, 366)])
    func heldLength(days: Int, length: Int) throws {
        #expect(Period(days: days, endingOn: try #require(Day("2026-11-23"))).length == length)
    }

    @Test(
        "a period of one's own has one to 366 days",
        arguments: [
            ("2026-11-23", "2026-11-23", 1), ("2026-02-27", "2026-03-02", 4), ("2024-02-27", "2024-03-02", 5),
            ("2024-01-01", "2024-12-31", 366), ("2023-01-01", "2024-01-01", 366), ("2023-01-01", "2024-01-02", nil),
            ("2026-11-23", "2026-11-22", nil), ("0001-01-01", "9999-12-31", nil), ("9999-12-31", "0001-01-01", nil),
            ("9999-01-01", "9999-12-31", 365), ("0001-01-01", "0001-01-01", 1),
        ] as [(String, String, Int?)])
    func ownPeriod(from: String, to: String, length: Int?) throws {
        let period = Period(from: try #require(Day(from)), to: try #require(Day(to)))

        #expect(period?.length == length)
    }

    @Test("its days are all there, in order, over the end of February too")
    func days() throws {
        let from = try #require(Day("2024-02-27"))
        let to = try #require(Day("2024-03-02"))

        let period = try #require(Period(from: from, to: to))

        #expect(
            period.days.map(\.description)
                == ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"])
    }

    @Test("it contains both its ends and nothing past them")
    func contains() throws {
        let period = Period(days: 7, endingOn: try #require(Day("2026-11-23")))
        let days = ["2026-11-16", "2026-11-17", "2026-11-20", "2026-11-23", "2026-11-24"]

        let contained = try days.filter { period.contains(try #require(Day($0))) }

        #expect(contained == ["2026-11-17", "2026-11-20", "2026-11-23"])
    }

    @Test("where the calendar begins there are fewer days")
    func calendarBegin() throws {
        let period = Period(days: 7, endingOn: try #require(Day("0001-01-05")))

        #expect(period.from == .first)
        #expect(period.length == 5)
        #expect(period.previous.from == .first)
        #expect(period.previous.to == .first)
    }

    @Test("a client may ask for 7, 14 or 30 days by number")
    func lengths() {
        #expect(Period.lengths == [7, 14, 30])
        #expect(Period.longest == 366)
    }
}
