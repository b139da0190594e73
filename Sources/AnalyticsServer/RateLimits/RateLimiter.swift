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
        let window = state.withLock { state -> Window in
            var window = Self.window(of: subject, in: state, now: now.milliseconds)
            if window.hits < .max { window.hits += 1 }
            if state.young.count >= capacity / 2, state.young[subject] == nil {
                state.old = state.young
                state.young = [:]
            }
            state.young[subject] = window
            return window
        }
        return quota(of: window, isExceeded: window.hits > limit, now: now)
    }

    /// Returns what is left of a subject's window, without a hit; it is exceeded where another hit would be.
    func peek(_ subject: Subject, now: Instant) -> Quota {
        let window = state.withLock { Self.window(of: subject, in: $0, now: now.milliseconds) }
        return quota(of: window, isExceeded: window.hits >= limit, now: now)
    }

    /// The window that a subject is in, or begins.
    private static func window(of subject: Subject, in state: State, now: Int64) -> Window {
        // A clock that was set back must not make a window longer.
        guard let known = state.young[subject] ?? state.old[subject], now >= known.start,
            now - known.start < length
        else { return Window(start: now, hits: 0) }
        return known
    }

    private func quota(of window: Window, isExceeded: Bool, now: Instant) -> Quota {
        Quota(
            limit: limit, limitText: limitText, remaining: max(0, limit - window.hits), isExceeded: isExceeded,
            end: Instant(milliseconds: window.start + Self.length), now: now)
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
