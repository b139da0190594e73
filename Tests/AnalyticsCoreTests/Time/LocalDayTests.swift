import AnalyticsCore
import Foundation
import Testing

@Suite struct LocalDayTests {
    @Test(
        "today is what the clock on the wall shows",
        arguments: [
            (1_795_427_999_999, "Pacific/Kiritimati", "2026-11-23"),  // 23:59:59.999 at +14:00
            (1_795_428_000_000, "Pacific/Kiritimati", "2026-11-24"),  // 00:00:00 at +14:00
            (1_795_457_699_999, "Asia/Kathmandu", "2026-11-23"),  // 23:59:59.999 at +05:45
            (1_795_457_700_000, "Asia/Kathmandu", "2026-11-24"),  // 00:00:00 at +05:45
            (1_795_478_399_999, "UTC", "2026-11-23"),
            (1_795_478_400_000, "UTC", "2026-11-24"),
            (-1, "UTC", "1969-12-31"),
            (0, "UTC", "1970-01-01"),
            (1_772_945_999_999, "America/New_York", "2026-03-07"),  // 23:59:59.999 at −05:00
            (1_772_946_000_000, "America/New_York", "2026-03-08"),  // 00:00:00 at −05:00
            (1_772_953_200_000, "America/New_York", "2026-03-08"),  // 03:00:00 at −04:00, the clock goes forward
            (1_773_028_799_999, "America/New_York", "2026-03-08"),  // 23:59:59.999 at −04:00
            (1_773_028_800_000, "America/New_York", "2026-03-09"),  // 00:00:00 at −04:00
            (1_793_505_599_999, "America/New_York", "2026-10-31"),  // 23:59:59.999 at −04:00
            (1_793_505_600_000, "America/New_York", "2026-11-01"),  // 00:00:00 at −04:00
            (1_793_511_000_000, "America/New_York", "2026-11-01"),  // 01:30:00 at −04:00
            (1_793_514_600_000, "America/New_York", "2026-11-01"),  // 01:30:00 at −05:00, the clock went back
            (1_793_595_599_999, "America/New_York", "2026-11-01"),  // 23:59:59.999 at −05:00
            (1_793_595_600_000, "America/New_York", "2026-11-02"),  // 00:00:00 at −05:00
            (1_781_521_199_999, "Pacific/Pago_Pago", "2026-06-14"),  // 23:59:59.999 at −11:00
            (1_781_521_200_000, "Pacific/Pago_Pago", "2026-06-15"),  // 00:00:00 at −11:00
            (1_325_239_199_999, "Pacific/Apia", "2011-12-29"),  // 23:59:59.999 at −10:00
            (1_325_239_200_000, "Pacific/Apia", "2011-12-31"),  // 00:00:00 at +14:00, the 30th was left out
            (1_781_533_799_999, "Australia/Adelaide", "2026-06-15"),  // 23:59:59.999 at +09:30
            (1_781_533_800_000, "Australia/Adelaide", "2026-06-16"),  // 00:00:00 at +09:30
            (1_781_536_499_999, "Australia/Eucla", "2026-06-15"),  // 23:59:59.999 at +08:45
            (1_781_536_500_000, "Australia/Eucla", "2026-06-16"),  // 00:00:00 at +08:45
            (1_162_088_999_999, "America/St_Johns", "2006-10-28"),  // 23:59:59.999 at −02:30
            (1_162_089_000_000, "America/St_Johns", "2006-10-29"),  // 00:00:00 at −02:30
            (1_162_089_060_000, "America/St_Johns", "2006-10-28"),  // 23:01:00 at −03:30, a minute later
            (1_162_092_600_000, "America/St_Johns", "2006-10-29"),  // 00:00:00 at −03:30
            (1_774_735_199_999, "Asia/Beirut", "2026-03-28"),  // 23:59:59.999 at +02:00
            (1_774_735_200_000, "Asia/Beirut", "2026-03-29"),  // 01:00:00 at +03:00, there was no midnight
            (1_541_300_399_999, "America/Sao_Paulo", "2018-11-03"),  // 23:59:59.999 at −03:00
            (1_541_300_400_000, "America/Sao_Paulo", "2018-11-04"),  // 01:00:00 at −02:00, there was no midnight
        ] as [(Int64, String, String)])
    func day(milliseconds: Int64, zoneName: String, text: String) throws {
        let zone = try #require(TimeZone(identifier: zoneName))
        let instant = Instant(milliseconds: milliseconds)

        #expect(Day(of: instant, in: zone).description == text)
        #expect(LocalDay(at: instant, in: zone).day.description == text)
    }

    @Test(
        "it is known until the next quarter of an hour, midnight or change of the clock",
        arguments: [
            (1_795_428_061_042, "UTC", "2026-11-23T10:15:00.000Z"),
            (1_795_428_000_000, "UTC", "2026-11-23T10:15:00.000Z"),
            (1_795_427_999_999, "UTC", "2026-11-23T10:00:00.000Z"),
            (-1, "UTC", "1970-01-01T00:00:00.000Z"),
            (1_795_427_999_999, "Pacific/Kiritimati", "2026-11-23T10:00:00.000Z"),
            (1_795_457_699_999, "Asia/Kathmandu", "2026-11-23T18:15:00.000Z"),
            (1_795_457_700_000, "Asia/Kathmandu", "2026-11-23T18:30:00.000Z"),
            (1_772_953_199_999, "America/New_York", "2026-03-08T07:00:00.000Z"),
            // A minute past midnight the clock went back to 23:01 of the day before: the day holds for a second only.
            (1_162_089_030_500, "America/St_Johns", "2006-10-29T02:30:31.000Z"),
            (1_162_089_059_999, "America/St_Johns", "2006-10-29T02:31:00.000Z"),
            (1_162_089_060_000, "America/St_Johns", "2006-10-29T02:45:00.000Z"),
        ] as [(Int64, String, String)])
    func end(milliseconds: Int64, zoneName: String, text: String) throws {
        let zone = try #require(TimeZone(identifier: zoneName))

        #expect(LocalDay(at: Instant(milliseconds: milliseconds), in: zone).end.description == text)
    }

    @Test("in a zone of odd minutes midnight ends it, between two quarters of an hour")
    func oddOffset() throws {
        let zone = try #require(TimeZone(secondsFromGMT: 7 * 60))

        let before = LocalDay(at: Instant(milliseconds: 1_795_477_979_999), in: zone)  // 23:59:59.999 at +00:07
        let after = LocalDay(at: Instant(milliseconds: 1_795_477_980_000), in: zone)

        #expect(before.day.description == "2026-11-23")
        #expect(before.end == Instant(milliseconds: 1_795_477_980_000))
        #expect(after.day.description == "2026-11-24")
    }

    /// Two days around a change of the clock or of the date line, each walked as a cache does it: from end to end.
    @Test(
        "until its end the day never changes",
        arguments: [
            ("UTC", 1_795_392_000_000), ("Pacific/Kiritimati", 1_795_392_000_000),
            ("Asia/Kathmandu", 1_795_392_000_000),
            ("America/New_York", 1_772_928_000_000), ("America/New_York", 1_793_491_200_000),
            ("Asia/Beirut", 1_774_656_000_000), ("Australia/Lord_Howe", 1_775_260_800_000),
            ("Pacific/Apia", 1_325_203_200_000), ("Pacific/Chatham", 1_775_260_800_000),
            ("America/Sao_Paulo", 1_541_203_200_000), ("America/St_Johns", 1_162_080_000_000),
            ("Antarctica/Casey", 1_664_582_400_000),
        ] as [(String, Int64)])
    func validity(zoneName: String, start: Int64) throws {
        let zone = try #require(TimeZone(identifier: zoneName))
        var now = Instant(milliseconds: start)
        let stop = now.advanced(bySeconds: 2 * 86400)

        while now < stop {
            let today = LocalDay(at: now, in: zone)
            try #require(now < today.end)
            var moment = now
            while moment < today.end {
                if Day(of: moment, in: zone) != today.day { Issue.record("\(moment) is not \(today.day)") }
                moment = moment.advanced(bySeconds: 20)
            }
            let last = Instant(milliseconds: today.end.milliseconds - 1)
            if Day(of: last, in: zone) != today.day { Issue.record("\(last) is not \(today.day)") }
            now = today.end
        }
    }

    @Test("instants that no calendar reaches have the first or the last day", arguments: [Int64.min, .max])
    func extremes(milliseconds: Int64) {
        let today = LocalDay(at: Instant(milliseconds: milliseconds), in: .gmt)

        #expect(today.day == (milliseconds < 0 ? .first : .last))
    }
}
