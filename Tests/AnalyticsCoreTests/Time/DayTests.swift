import AnalyticsCore
import Testing

@Suite struct DayTests {
    @Test(
        "a date and its number of days since 1970 are each other's",
        arguments: [
            ("0001-01-01", -719_162), ("0001-03-01", -719_103), ("0004-02-29", -718_008), ("0100-02-28", -682_945),
            ("0100-03-01", -682_944), ("0400-02-29", -573_372), ("1582-10-04", -141_438), ("1582-10-15", -141_427),
            ("1600-02-29", -135_081), ("1752-09-14", -79366), ("1899-12-31", -25568), ("1900-02-28", -25509),
            ("1900-03-01", -25508), ("1904-02-29", -24048), ("1969-12-31", -1), ("1970-01-01", 0), ("1970-12-31", 364),
            ("1972-02-29", 789), ("1999-12-31", 10956), ("2000-02-29", 11016), ("2000-03-01", 11017),
            ("2001-09-09", 11574), ("2023-02-28", 19416), ("2024-02-29", 19782), ("2024-12-31", 20088),
            ("2026-11-23", 20780), ("2038-01-19", 24855), ("2096-02-29", 46080), ("2100-02-28", 47540),
            ("2100-03-01", 47541), ("2400-02-29", 157_113), ("9999-12-31", 2_932_896), ("0297-01-13", -611_038),
            ("0522-03-22", -528_791), ("1463-10-30", -184_876), ("2140-11-13", 62408), ("2380-05-24", 149_893),
            ("3974-01-02", 731_947), ("4987-10-24", 1_102_233), ("6634-01-16", 1_703_506), ("8264-10-03", 2_299_112),
        ])
    func number(text: String, number: Int) throws {
        let day = try #require(Day(text))

        #expect(day.number == number)
        #expect(Day(number: number) == day)
        #expect(day.description == text)
        #expect(Day(Array(text.utf8)[...]) == day)
    }

    /// The figure is that of Python's `datetime.date.fromordinal`: the position of each day times its date as one
    /// number (20261123), added up.
    @Test(
        "over all years every day has its date, and the date leads back to the day",
        arguments: [(-27028, 49307, 1, 59_289_426_456_065_287), (-719_162, 2_932_896, 53, 158_270_662_589_906_139)])
    func everyDay(first: Int, last: Int, step: Int, figure: Int) throws {
        var sum = 0
        for (index, number) in stride(from: first, through: last, by: step).enumerated() {
            let day = try #require(Day(number: number))
            let date = day.date
            sum += (index + 1) * (date.year * 10000 + date.month * 100 + date.day)
            if Day(year: date.year, month: date.month, day: date.day) != day { Issue.record("\(day) is lost") }
        }

        #expect(sum == figure)
    }

    @Test("the named days are the dates that they are named for")
    func namedDays() {
        #expect(Day.first.description == "0001-01-01")
        #expect(Day.epoch.description == "1970-01-01")
        #expect(Day.last.description == "9999-12-31")
    }

    @Test("outside the years 1 to 9999 there is no day", arguments: [-719_163, 2_932_897, .min, .max])
    func numbersOutside(number: Int) {
        #expect(Day(number: number) == nil)
    }

    @Test(
        "February has 29 days in leap years only",
        arguments: [
            (1, 28), (4, 29), (100, 28), (400, 29), (1600, 29), (1700, 28), (1900, 28), (1996, 29), (2000, 29),
            (2023, 28), (2024, 29), (2026, 28), (2100, 28), (9996, 29), (9999, 28),
        ])
    func february(year: Int, length: Int) {
        #expect((-1...32).filter { Day(year: year, month: 2, day: $0) != nil } == Array(1...length))
    }

    @Test(
        "each month has its length",
        arguments: zip(1...12, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
    func months(month: Int, length: Int) {
        #expect((-1...32).filter { Day(year: 2026, month: month, day: $0) != nil } == Array(1...length))
    }

    @Test(
        "what is no date of the calendar is no day",
        arguments: [
            (2026, 0, 1), (2026, 13, 1), (2026, -1, 1), (2026, 1, 0), (2026, 4, 31), (0, 1, 1), (-1, 1, 1),
            (10000, 1, 1), (.max, 1, 1), (.min, 1, 1), (2026, .max, 1), (2026, 1, .max), (2026, .min, .min),
        ])
    func impossibleDates(year: Int, month: Int, day: Int) {
        #expect(Day(year: year, month: month, day: day) == nil)
    }

    @Test(
        "only the exact form of an existing date is read",
        arguments: [
            "", "2026", "2026-11", "2026-02-30", "2026-02-29", "2023-02-29", "1900-02-29", "2100-02-29", "2026-04-31",
            "2026-00-10", "2026-13-01", "2026-11-00", "2026-11-32", "0000-01-01", "0000-12-31", "2026-1-1",
            "2026-1-01", "2026-01-1", "26-11-23", "02026-11-23", "10000-01-01", "-001-01-01", "+026-11-23",
            "2026/11/23", "2026.11.23", "20261123", "2026-1123-", "23-11-2026", "23.11.2026", "2026-11-23 ",
            " 2026-11-23", "2026-11-23T", "2026-11-23T10:00:00Z", "2026-+1-23", "2026-11--3", "2026-11-2x",
            "2026-W48-1", "2026-327", "today", "----------", "2026\u{2010}11\u{2010}23", "２０２６-11-23",
            "\u{0662}\u{0660}-11-23", "2026-11-2\u{0}",
        ])
    func strictForm(text: String) {
        #expect(Day(text) == nil)
    }

    @Test(
        "a day may be counted on from, forwards and backwards",
        arguments: [
            ("2024-02-28", 1, "2024-02-29"), ("2024-02-28", 2, "2024-03-01"), ("2026-02-28", 1, "2026-03-01"),
            ("2026-01-01", -1, "2025-12-31"), ("2000-03-01", -1, "2000-02-29"), ("1900-03-01", -1, "1900-02-28"),
            ("2026-11-23", 0, "2026-11-23"), ("1970-01-01", 20780, "2026-11-23"), ("2026-11-23", -20780, "1970-01-01"),
        ])
    func advanced(from: String, days: Int, to: String) throws {
        let start = try #require(Day(from))
        let end = try #require(Day(to))

        #expect(start.advanced(by: days) == end)
        #expect(start.distance(to: end) == days)
        #expect(end.distance(to: start) == -days)
    }

    @Test("counting on stops at the ends of the calendar")
    func advancedPastTheEnds() {
        #expect(Day.last.advanced(by: 1) == .last)
        #expect(Day.last.advanced(by: .max) == .last)
        #expect(Day.epoch.advanced(by: .max) == .last)
        #expect(Day.epoch.advanced(by: .min) == .first)
        #expect(Day.first.advanced(by: -1) == .first)
        #expect(Day.first.advanced(by: .min) == .first)
        #expect(Day.first.advanced(by: 3_652_058) == .last)
    }

    @Test("days are ordered by time")
    func order() throws {
        let texts = ["2026-11-23", "0001-01-01", "1969-12-31", "9999-12-31", "2026-02-28", "1970-01-01"]

        let sorted = try texts.map { try #require(Day($0)) }.sorted()

        #expect(
            sorted.map(\.description)
                == ["0001-01-01", "1969-12-31", "1970-01-01", "2026-02-28", "2026-11-23", "9999-12-31"])
    }
}
