import AnalyticsCore
import Synchronization

/// Counts the failures of each subject within a fixed window that begins with the first.
///
/// An attempt counts as a failure from its beginning on, and is taken back where it succeeds: so attempts that are made at
/// once find no more room than those that are made one after the other. Memory is bounded: beyond the capacity the subjects
/// that did not fail for longest are forgotten.
final class FailureCounter<Subject: Hashable & Sendable>: Sendable {
    private struct Window {
        /// Milliseconds since 1970.
        let start: Int64
        var failures: Int
    }

    private struct State {
        var young: [Subject: Window] = [:]
        var old: [Subject: Window] = [:]
    }

    /// An attempt that counts as a failure.
    struct Attempt: Sendable {
        fileprivate let subject: Subject
        fileprivate let windowStart: Int64
        /// How many failures of the subject there are with it.
        let failures: Int
    }

    /// How many failures a window has room for.
    let limit: Int
    private let length: Int64
    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: How many failures a window has room for, one or more.
    ///   - seconds: How long a window is.
    ///   - capacity: How many subjects are known at most.
    init(limit: Int, seconds: Int64, capacity: Int = 100_000) {
        self.limit = limit
        length = seconds * 1_000
        self.capacity = max(capacity, 2)
    }

    /// Counts an attempt.
    ///
    /// - Throws: ``APIError`` of status 429 where there is no room; nothing is counted then.
    func begin(_ subject: Subject, now: Instant) throws(APIError) -> Attempt {
        let time = now.milliseconds
        let (window, isFull) = state.withLock { state -> (Window, Bool) in
            let known = state.young[subject] ?? state.old[subject]
            // A clock that was set back must not make a window longer.
            var window =
                if let known, time >= known.start, time - known.start < length { known } else {
                    Window(start: time, failures: 0)
                }
            if window.failures >= limit { return (window, true) }
            window.failures += 1
            if state.young.count >= capacity / 2, state.young[subject] == nil {
                state.old = state.young
                state.young = [:]
            }
            state.young[subject] = window
            return (window, false)
        }
        if isFull {
            throw APIError.tooManyAttempts(
                Quota(
                    limit: limit, limitText: String(limit), remaining: 0, isExceeded: true,
                    end: Instant(milliseconds: window.start + length), now: now))
        }
        return Attempt(subject: subject, windowStart: window.start, failures: window.failures)
    }

    /// Takes an attempt back, which succeeded or was not made.
    func takeBack(_ attempt: Attempt) {
        state.withLock { state in
            for generation in [\State.young, \State.old] {
                guard var window = state[keyPath: generation][attempt.subject],
                    window.start == attempt.windowStart, window.failures > 0
                else { continue }
                window.failures -= 1
                state[keyPath: generation][attempt.subject] = window
                return
            }
        }
    }
}
