import Synchronization

/// How large a batch may be.
public struct BatchLimits: Sendable {
    /// How many records it may have.
    public var records = 10_000
    /// How many bytes its body may have.
    public var bytes = 16_777_216
    /// The time for which a body may stand still before its room is others'.
    var patience = Duration.seconds(5)

    /// The defaults.
    public init() {}
}

/// Bounds the memory that all batches take up together, however many connections send one.
///
/// A workspace has a quarter of it at most. Who waits for the client for a while holds nothing that others need: the room
/// is given back when they ask for it, and taken again when the body goes on.
final class BatchRoom: Sendable {
    private struct State {
        var taken = 0
        var takenByWorkspace: [Int64: Int] = [:]
        var holdings: [Int: Holding] = [:]
        var lastID = 0
    }

    /// The room of one batch.
    private struct Holding {
        let workspaceID: Int64
        /// The points that it has room for.
        var size = 0
        /// The number of them that counts: none after the room was given back.
        var counted = 0
        /// The begin of the server's wait for more of its body; nil if it does not wait.
        var waitingSince: ContinuousClock.Instant?
    }

    /// How many points there may be at once that are not stored yet.
    private let most: Int
    private let patience: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// How many points are asked for at a time.
    private static let step = 1_000

    /// - Parameters:
    ///   - most: The most points at once that are not stored yet.
    ///   - patience: The time for which a body may stand still before its room is others'.
    ///   - now: The clock.
    init(
        most: Int, patience: Duration = BatchLimits().patience,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.most = most
        self.patience = patience
        self.now = now
    }

    /// The room of a server whose batches have a given size, so that a workspace's part has room for one at least.
    convenience init(for limits: BatchLimits) {
        let (largest, isTooLarge) = limits.records.addingReportingOverflow(Self.step)
        let (room, overflows) = largest.multipliedReportingOverflow(by: 4)
        self.init(most: max(200_000, isTooLarge || overflows ? .max : room), patience: limits.patience)
    }

    /// Room for a batch of a workspace, nothing yet.
    func lease(workspaceID: Int64) -> Lease {
        let id = state.withLock { state in
            state.lastID += 1
            state.holdings[state.lastID] = Holding(workspaceID: workspaceID)
            return state.lastID
        }
        return Lease(self, id: id)
    }

    /// Makes a batch hold more points.
    private func take(_ more: Int, id: Int) -> Bool {
        state.withLock { state in
            guard var holding = state.holdings[id] else { return false }
            let missing = holding.size + more - holding.counted
            if !hasRoom(for: missing, of: holding.workspaceID, in: state) { reclaim(&state) }
            guard hasRoom(for: missing, of: holding.workspaceID, in: state) else { return false }
            holding.size += more
            holding.counted = holding.size
            state.holdings[id] = holding
            state.taken += missing
            state.takenByWorkspace[holding.workspaceID, default: 0] += missing
            return true
        }
    }

    private func hasRoom(for count: Int, of workspaceID: Int64, in state: State) -> Bool {
        // Compared by what is left, which cannot overflow.
        count <= most - state.taken && count <= most / 4 - state.takenByWorkspace[workspaceID, default: 0]
    }

    /// Takes the room of all whose bodies stand still.
    private func reclaim(_ state: inout State) {
        let now = now()
        for (id, holding) in state.holdings where holding.counted > 0 {
            guard let since = holding.waitingSince, now - since >= patience else { continue }
            state.holdings[id]?.counted = 0
            Self.giveBack(holding.counted, of: holding.workspaceID, in: &state)
        }
    }

    private static func giveBack(_ count: Int, of workspaceID: Int64, in state: inout State) {
        state.taken -= count
        let taken = state.takenByWorkspace[workspaceID, default: 0] - count
        state.takenByWorkspace[workspaceID] = taken > 0 ? taken : nil
    }

    private func wait(id: Int) {
        state.withLock { $0.holdings[id]?.waitingSince = now() }
    }

    private func goOn(id: Int) -> Bool {
        let hasRoom = state.withLock { state in
            state.holdings[id]?.waitingSince = nil
            return state.holdings[id].map { $0.counted == $0.size } ?? false
        }
        return hasRoom || take(0, id: id)
    }

    private func end(id: Int) {
        state.withLock { state in
            guard let holding = state.holdings.removeValue(forKey: id) else { return }
            Self.giveBack(holding.counted, of: holding.workspaceID, in: &state)
        }
    }

    /// The room that one batch has, until it is ended.
    final class Lease: Sendable {
        private let room: BatchRoom
        private let id: Int
        private let size = Mutex(0)

        fileprivate init(_ room: BatchRoom, id: Int) {
            self.room = room
            self.id = id
        }

        deinit {
            end()
        }

        /// Makes it hold a number of points.
        ///
        /// - Throws: ``APIError/batchesFull`` where there is no room for them.
        func extend(to count: Int) throws(APIError) {
            let isRoom = size.withLock { size in
                guard count > size else { return true }
                let more = count - size + BatchRoom.step
                guard room.take(more, id: id) else { return false }
                size += more
                return true
            }
            guard isRoom else { throw APIError.batchesFull }
        }

        /// Waits for the client, and goes on with the room that the batch had.
        ///
        /// - Throws: What the wait throws; ``APIError/batchesFull`` where others needed the room meanwhile, and still do.
        func waiting<Value>(
            isolation: isolated (any Actor)? = #isolation, _ wait: () async throws(APIError) -> Value
        ) async throws(APIError) -> Value {
            room.wait(id: id)
            let value = try await wait()
            guard room.goOn(id: id) else { throw .batchesFull }
            return value
        }

        /// Gives all of it back.
        func end() {
            room.end(id: id)
        }
    }
}
