import AnalyticsCore
import Testing

@Suite struct InstantTests {
    @Test(
        "an instant prints in UTC to the millisecond, before 1970 too",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (999, "1970-01-01T00:00:00.999Z"),
            (1000, "1970-01-01T00:00:01.000Z"), (86_399_999, "1970-01-01T23:59:59.999Z"),
            (86_400_000, "1970-01-02T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_795_428_000_000, "2026-11-23T10:00:00.000Z"),
            (1_795_428_061_042, "2026-11-23T10:01:01.042Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
            (41_786_210_657_743, "3294-02-24T16:44:17.743Z"), (244_103_262_863_023, "9705-04-29T05:54:23.023Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (-999, "1969-12-31T23:59:59.001Z"), (-1000, "1969-12-31T23:59:59.000Z"),
            (-86_400_000, "1969-12-31T00:00:00.000Z"), (-86_400_001, "1969-12-30T23:59:59.999Z"),
            (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"), (-2_208_988_800_001, "1899-12-31T23:59:59.999Z"),
            (-7_295_743_458_619, "1738-10-22T12:35:41.381Z"), (-21_505_596_089_166, "1288-07-06T15:18:30.834Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func description(milliseconds: Int64, text: String) {
        #expect(Instant(milliseconds: milliseconds).description == text)
    }

    @Test("outside the years 1 to 9999 the nearest day is printed")
    func descriptionOutside() {
        #expect(Instant(milliseconds: 253_402_300_800_000).description == "9999-12-31T00:00:00.000Z")
        #expect(Instant(milliseconds: -62_135_596_800_001).description == "0001-01-01T23:59:59.999Z")
        #expect(Instant(milliseconds: .max).description.hasPrefix("9999-12-31T"))
        #expect(Instant(milliseconds: .min).description.hasPrefix("0001-01-01T"))
    }

    @Test(
        "seconds are counted on from an instant and held to 64 bits",
        arguments: [
            (5, 2, 2005), (5, -2, -1995), (0, 0, 0), (.max - 999, 1, .max), (.max, 1, .max), (.max, -1, .max - 1000),
            (0, .max, .max), (0, .min, .min), (.min, -1, .min), (.min, .max, .max), (.max, .min, .min),
        ] as [(Int64, Int64, Int64)])
    func advanced(from: Int64, seconds: Int64, to: Int64) {
        #expect(Instant(milliseconds: from).advanced(bySeconds: seconds) == Instant(milliseconds: to))
    }

    @Test("the earlier instant is the smaller one")
    func order() {
        #expect(Instant(milliseconds: -1) < Instant(milliseconds: 0))
        #expect(!(Instant(milliseconds: 7) < Instant(milliseconds: 7)))
    }
}
