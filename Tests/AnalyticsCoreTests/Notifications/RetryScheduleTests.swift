import AnalyticsCore
import Testing

@Suite struct RetryScheduleTests {
    private let start = Instant(milliseconds: 1_000_000)

    private func pause(_ attempts: Int, retryAfter: Int64? = nil, chance: Double = 0.5) -> Int64? {
        RetrySchedule.next(
            afterAttempts: attempts, at: start, since: start, retryAfterSeconds: retryAfter, chance: chance
        ).map { ($0.milliseconds - start.milliseconds) / 1000 }
    }

    @Test("the pauses grow from seconds to hours, and then stay")
    func growing() {
        let pauses = (1...11).map { pause($0) }

        #expect(pauses == [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800])
    }

    @Test("chance makes a pause a fifth shorter or longer at most")
    func spread() {
        #expect(pause(4, chance: 0) == 480)
        #expect(pause(4, chance: 1) == 720)
        #expect(pause(4, chance: 7) == 720)
    }

    @Test("a receiver may ask for a longer pause, of at most a day, and never for a shorter one")
    func retryAfter() {
        #expect(pause(1, retryAfter: 90) == 90)
        #expect(pause(4, retryAfter: 1) == 600)
        #expect(pause(1, retryAfter: .max) == 86_400)
        #expect(pause(1, retryAfter: -5) == 5)
    }

    @Test("the last try is at the end of the third day, and none comes after it")
    func end() {
        let end = start.advanced(bySeconds: 3 * 86_400)
        let before = RetrySchedule.next(
            afterAttempts: 15, at: end.advanced(bySeconds: -60), since: start, chance: 0.5)

        let after = RetrySchedule.next(afterAttempts: 16, at: end, since: start, chance: 0.5)

        #expect(before == end)
        #expect(after == nil)
    }
}
