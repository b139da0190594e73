public import AnalyticsStore

extension PostgresDatabase.Limits {
    /// For tests of anything but time: what waits for others, waits as long as a busy machine takes.
    public static var patient: Self {
        var limits = Self()
        limits.waiting = .seconds(300)
        limits.lock = .seconds(300)
        limits.conflict = .seconds(300)
        return limits
    }
}
