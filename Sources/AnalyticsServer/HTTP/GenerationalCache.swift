import Synchronization

/// A dictionary of bounded size that forgets what was not asked for lately.
///
/// It has two halves. What is stored or found goes to the young half; when that is full it becomes the old one, and
/// what was in the old one is forgotten. Every operation is constant time, and a flood of keys that are asked for once
/// cannot take more than its place.
final class GenerationalCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var young: [Key: Value] = [:]
        var old: [Key: Value] = [:]
        /// How often something was removed.
        var removals: UInt64 = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: How many values it holds at most, two or more.
    init(capacity: Int) {
        self.capacity = max(capacity, 2)
    }

    /// How often something was removed; what is read elsewhere before a removal must not be stored after it.
    var removals: UInt64 { state.withLock(\.removals) }

    subscript(_ key: Key) -> Value? {
        state.withLock { state in
            if let value = state.young[key] { return value }
            guard let value = state.old[key] else { return nil }
            insert(value, for: key, into: &state)
            return value
        }
    }

    /// Stores a value, unless something was removed since the caller looked at ``removals``.
    func insert(_ value: Value, for key: Key, ifStillAt removals: UInt64? = nil) {
        state.withLock { state in
            guard removals == nil || removals == state.removals else { return }
            insert(value, for: key, into: &state)
        }
    }

    func remove(_ key: Key) {
        state.withLock { state in
            state.young[key] = nil
            state.old[key] = nil
            state.removals += 1
        }
    }

    func removeAll() {
        state.withLock { state in
            state.young = [:]
            state.old = [:]
            state.removals += 1
        }
    }

    /// Removes the values that a condition holds for, which looks at each.
    func removeAll(where condition: (Value) -> Bool) {
        state.withLock { state in
            for (key, value) in state.young where condition(value) { state.young[key] = nil }
            for (key, value) in state.old where condition(value) { state.old[key] = nil }
            state.removals += 1
        }
    }

    private func insert(_ value: Value, for key: Key, into state: inout sending State) {
        if state.young.count >= capacity / 2, state.young[key] == nil {
            state.old = state.young
            state.young = [:]
        }
        state.young[key] = value
    }
}
