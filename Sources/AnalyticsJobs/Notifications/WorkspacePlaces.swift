import Synchronization

/// Places that workspaces share, and what waits for one.
///
/// A workspace that has some gets another while it has fewer than a quarter of the free ones, and workspaces that wait take
/// turns.
final class WorkspacePlaces: Sendable {
    /// The number of things of a workspace that may wait.
    private static let mostWaiting = 100

    private struct State {
        var free: Int
        /// The number of places that each workspace has.
        var taken: [Int64: Int] = [:]
        var waiting: [Int64: [@Sendable () -> Void]] = [:]
        var last: Int64 = 0

        /// Whoever is next in turn and may have a place.
        mutating func next() -> (@Sendable () -> Void)? {
            guard free > 0 else { return nil }
            let order = waiting.keys.sorted { ($0 > last ? 0 : 1, $0) < ($1 > last ? 0 : 1, $1) }
            guard let workspaceID = order.first(where: { hasPlace($0) }), var queue = waiting[workspaceID],
                !queue.isEmpty
            else {
                return nil
            }
            let begin = queue.removeFirst()
            waiting[workspaceID] = queue.isEmpty ? nil : queue
            taken[workspaceID, default: 0] += 1
            free -= 1
            last = workspaceID
            return begin
        }

        private func hasPlace(_ workspaceID: Int64) -> Bool {
            guard let own = taken[workspaceID] else { return true }
            return own * 4 < free
        }
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(free: count))
    }

    /// Begins something when it is the workspace's turn, at once where a place is free.
    ///
    /// - Returns: False where too many wait; it is never begun then.
    func add(_ workspaceID: Int64, _ begin: @escaping @Sendable () -> Void) -> Bool {
        let isAdded = state.withLock { state in
            guard state.waiting[workspaceID]?.count ?? 0 < Self.mostWaiting else { return false }
            state.waiting[workspaceID, default: []].append(begin)
            return true
        }
        beginNext()
        return isAdded
    }

    /// Gives back a place.
    func leave(_ workspaceID: Int64) {
        state.withLock { state in
            let rest = (state.taken[workspaceID] ?? 0) - 1
            state.taken[workspaceID] = rest > 0 ? rest : nil
            state.free += 1
        }
        beginNext()
    }

    private func beginNext() {
        while let begin = state.withLock({ $0.next() }) { begin() }
    }
}
