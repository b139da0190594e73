public import AnalyticsCore
import Synchronization

/// A clock that stands still until it is moved.
public final class TestClock: Sendable {
    private let instant: Mutex<Instant>

    /// A clock that shows an instant.
    public init(_ instant: Instant = .t0) {
        self.instant = Mutex(instant)
    }

    /// What it shows.
    public var now: Instant { instant.withLock { $0 } }

    /// Moves it.
    public func advance(seconds: Int64) {
        instant.withLock { $0 = $0.advanced(bySeconds: seconds) }
    }
}

extension Instant {
    /// Monday 2026-11-23, 10:00:00 in UTC, when most tests play.
    public static let t0 = Instant(milliseconds: 1_795_428_000_000)
}

extension Day {
    /// 2026-11-23, the day of ``AnalyticsCore/Instant/t0`` in UTC.
    public static let d0 = Day.epoch.advanced(by: 20_780)
}
