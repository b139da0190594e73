import AnalyticsCore
import Foundation
import Testing

@Suite struct LocalTimeTests {
    @Test("a time of the day is five characters", arguments: ["00:00", "09:05", "23:59"])
    func times(text: String) {
        #expect(LocalTime(text.utf8)?.description == text)
    }

    @Test(
        "anything else is none",
        arguments: ["24:00", "09:60", "9:00", "09:0", "0900", "09-00", "-1:00", "09:00:00", "", "٠٩:٠٠"])
    func none(text: String) {
        #expect(LocalTime(text.utf8) == nil)
    }

    @Test(
        "a time is found on days on which clocks are changed, too",
        arguments: [
            ("Europe/Berlin", "2026-03-29", "01:30", "2026-03-29T00:30:00.000Z"),
            // Left out: clocks go from 02:00 to 03:00.
            ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00:00.000Z"),
            ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00:00.000Z"),
            // Twice: the first counts.
            ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00.000Z"),
            ("America/New_York", "2026-11-23", "09:00", "2026-11-23T14:00:00.000Z"),
            ("Pacific/Kiritimati", "2026-11-23", "00:00", "2026-11-22T10:00:00.000Z"),
            ("Pacific/Niue", "2026-11-23", "23:59", "2026-11-24T10:59:00.000Z"),
            ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00.000Z"),
            // A day that was left out altogether.
            ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T10:00:00.000Z"),
        ])
    func instants(zone: String, day: String, time: String, expected: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        let day = try #require(Day(day))
        let time = try #require(LocalTime(time.utf8))

        #expect(time.instant(on: day, in: zone).description == expected)
    }

    @Test("a day begins at its first instant, where midnight is left out at the first after it")
    func start() throws {
        let beirut = try #require(TimeZone(identifier: "Asia/Beirut"))
        let day = try #require(Day("2026-03-29"))

        #expect(day.start(in: beirut).description == "2026-03-28T22:00:00.000Z")
    }
}
