public import AnalyticsStore

extension PostgresDatabase.Limits {
    /// For tests of anything but time: whatever waits for others waits as long as a busy machine takes.
    public static var patient: Self {
        let long = Patience.seconds(300)
        var limits = Self()
        limits.waiting = long
        limits.statement = long
        limits.lock = long
        limits.idleInTransaction = long
        limits.silence = long + .seconds(5)
        limits.conflict = long
        limits.outcome = long
        return limits
    }
}
