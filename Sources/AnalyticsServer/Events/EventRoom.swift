import AnalyticsCore
import AnalyticsStore
import Logging
import Synchronization

/// The readers of a workspace's stream.
///
/// What is new in the log is read once for all of them, by one task at a time, so that everyone is handed everything in
/// its order.
final class EventRoom: Sendable {
    private struct State {
        var readers: [ObjectIdentifier: StreamReader] = [:]
        /// The last event that was handed out.
        var lastID: Int64
        var isReading = false
        var hasMore = false
        /// Whether it was told less than a pause ago that the data has changed.
        var isPausing = false
        var hasDataChanged = false
    }

    let workspaceID: Int64
    private let events: EventStore
    private let pace: EventHub.Pace
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let state: Mutex<State>

    /// How many events are read at once.
    static let page = 200

    /// - Parameter lastID: The event behind which everything is handed out.
    init(
        of workspaceID: Int64, behind lastID: Int64, events: EventStore, pace: EventHub.Pace,
        now: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        self.workspaceID = workspaceID
        self.events = events
        self.pace = pace
        self.now = now
        self.logger = logger
        state = Mutex(State(lastID: lastID))
    }

    /// Who reads here.
    var readers: [StreamReader] { state.withLock { Array($0.readers.values) } }

    /// How many read here.
    var count: Int { state.withLock { $0.readers.count } }

    /// The last event that was handed out.
    var lastID: Int64 { state.withLock { $0.lastID } }

    func add(_ reader: StreamReader) {
        state.withLock { $0.readers[ObjectIdentifier(reader)] = reader }
    }

    func remove(_ reader: StreamReader) {
        state.withLock { $0.readers[ObjectIdentifier(reader)] = nil }
    }

    /// Hands a piece to everyone who may read it.
    func hand(_ piece: StreamPiece) {
        for reader in readers { reader.offer(piece) }
    }

    // MARK: - Events

    /// Has the log read, now, or once more where it is being read.
    func readLog() {
        let mustRead = state.withLock { state in
            state.hasMore = true
            defer { state.isReading = true }
            return !state.isReading
        }
        if mustRead { Task { await readToTheEnd() } }
    }

    private func readToTheEnd() async {
        while let lastID = nextRead() {
            do {
                let found = try await events.events(after: lastID, limit: Self.page, workspaceID: workspaceID)
                guard let last = found.last else { continue }
                for event in found { hand(StreamPiece(event)) }
                state.withLock { state in
                    state.lastID = last.id
                    if found.count == Self.page { state.hasMore = true }
                }
            } catch {
                logger.error("Events cannot be read", metadata: ["error": "\(error)"])
                state.withLock { $0.hasMore = true }
                await pause(for: pace.retry)
            }
        }
    }

    /// The event behind which to read; nil where there is nothing to read or nobody to read it for.
    private func nextRead() -> Int64? {
        state.withLock { state in
            guard state.hasMore, !state.readers.isEmpty else {
                state.isReading = false
                return nil
            }
            state.hasMore = false
            return state.lastID
        }
    }

    // MARK: - Data

    /// Has everyone told that the data has changed, now, or where the last time is not long enough ago, then.
    func dataHasChanged() {
        let mustTell = state.withLock { state in
            if state.isPausing { state.hasDataChanged = true }
            defer { state.isPausing = true }
            return !state.isPausing
        }
        if mustTell { Task { await tellOfData() } }
    }

    private func tellOfData() async {
        var hasChanged = true
        while hasChanged {
            hand(StreamPiece(dataIngestedIn: workspaceID, at: now()))
            await pause(for: pace.data)
            hasChanged = state.withLock { state in
                defer { state.hasDataChanged = false }
                state.isPausing = state.hasDataChanged
                return state.hasDataChanged
            }
        }
    }

    private func pause(for duration: Duration) async {
        // Nobody cancels the task, and so nothing is thrown.
        try? await Task.sleep(for: duration)
    }
}
