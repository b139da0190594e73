import AnalyticsCore
import Synchronization

/// Counts what each subject does within a minute: a fixed window that begins with the first hit.
///
/// Memory is bounded: beyond the capacity the subjects that were not seen for longest are forgotten. It would take half
/// as many others within its own minute to make it forget one that keeps coming.
final class RateLimiter<Subject: Hashable & Sendable>: Sendable {
    private struct Window {
        /// Milliseconds since 1970.
        let start: Int64
        var hits: Int
    }

    private struct State {
        var young: [Subject: Window] = [:]
        var old: [Subject: Window] = [:]
    }

    /// How long a window is, in milliseconds.
    private static var length: Int64 { 60_000 }

    private let limit: Int
    private let limitText: String
    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: How many hits a window has room for, one or more.
    ///   - capacity: How many subjects are known at most.
    init(limit: Int, capacity: Int = 100_000) {
        self.limit = limit
        self.capacity = max(capacity, 2)
        limitText = String(limit)
    }

    /// How many subjects are known.
    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    /// Counts a hit, also one beyond the limit.
    ///
    /// - Returns: What is left of the subject's window.
    func hit(_ subject: Subject, now: Instant) -> Quota {
        let now = now.milliseconds
        let window = state.withLock { state -> Window in
            let known = state.young[subject] ?? state.old[subject]
            // A clock that was set back must not make a window longer.
            var window =
                if let known, now >= known.start, now - known.start < Self.length { known } else {
                    Window(start: now, hits: 0)
                }
            if window.hits < .max { window.hits += 1 }
            if state.young.count >= capacity / 2, state.young[subject] == nil {
                state.old = state.young
                state.young = [:]
            }
            state.young[subject] = window
            return window
        }
        return Quota(
            limit: limit, limitText: limitText, remaining: max(0, limit - window.hits),
            isExceeded: window.hits > limit, end: Instant(milliseconds: window.start + Self.length),
            now: Instant(milliseconds: now))
    }
}

/// What is left of a subject's window after a hit.
struct Quota: Sendable {
    /// How many hits the window has room for.
    let limit: Int
    let limitText: String
    /// How many more there is room for.
    let remaining: Int
    /// Whether there was no room for this one.
    let isExceeded: Bool
    /// When the next window may begin.
    let end: Instant
    let now: Instant

    /// Whole seconds until then, rounded up.
    var secondsToWait: Int64 { max(1, (end.milliseconds - now.milliseconds + 999) / 1000) }

    /// When that is, in seconds since 1970, rounded up.
    var reset: Int64 { (end.milliseconds + 999) / 1000 }
}
