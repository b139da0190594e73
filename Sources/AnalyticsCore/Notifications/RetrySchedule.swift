/// When what could not be delivered is tried again.
public enum RetrySchedule {
    /// For how long it is tried: three days, in seconds.
    public static let patienceSeconds: Int64 = 3 * 86_400

    /// The pauses after the first tries, in seconds; the last of them comes again and again.
    private static let pauses: [Int64] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800]

    /// When to try again, or nil where the three days are over.
    ///
    /// The last try is at their end.
    ///
    /// - Parameters:
    ///   - attempts: How often it was tried, from 1.
    ///   - now: When the last try failed.
    ///   - start: When it was to be delivered first.
    ///   - retryAfterSeconds: How long the receiver asked to wait, nil where it did not; at most a day of it counts.
    ///   - chance: From 0 to 1: by up to a fifth the pause is shorter or longer, so that what failed together does not
    ///     come back together.
    public static func next(
        afterAttempts attempts: Int, at now: Instant, since start: Instant, retryAfterSeconds: Int64? = nil,
        chance: Double
    ) -> Instant? {
        let end = start.advanced(bySeconds: patienceSeconds)
        guard now < end else { return nil }
        let pause = pauses[min(max(attempts, 1), pauses.count) - 1]
        let spread = 0.8 + 0.4 * min(max(chance, 0), 1)
        let milliseconds = Int64((Double(pause) * 1000 * spread).rounded())
        let (time, overflow) = now.milliseconds.addingReportingOverflow(milliseconds)
        var next = overflow ? end : Instant(milliseconds: time)
        if let retryAfterSeconds, retryAfterSeconds > 0 {
            next = max(next, now.advanced(bySeconds: min(retryAfterSeconds, 86_400)))
        }
        return min(next, end)
    }
}
