import AnalyticsCore
import AnalyticsStore
import Logging
import Synchronization

/// Hands what happens in workspaces to all who read its stream.
///
/// After a commit that brought events it reads a workspace's log once, however many read the stream, and only while
/// somebody does. A reader that does not keep up is cut off, and catches up from the log when it comes back.
final class EventHub: Sendable {
    /// How fast things are.
    struct Pace: Sendable {
        /// How long after one that the data has changed the next is told, at least.
        var data = Duration.milliseconds(250)
        /// How often a stream without events shows that it is there.
        var heartbeat = Duration.seconds(15)
        /// How often it is looked at whether readers may still read.
        var check = Duration.milliseconds(250)
    }

    /// A reader of a stream.
    struct Reader: Sendable {
        let id: UInt64
        let session: Session
        /// What is sent, until the reader is cut off.
        let pieces: AsyncStream<StreamPiece>
        fileprivate let continuation: AsyncStream<StreamPiece>.Continuation
    }

    /// The readers of a workspace's stream.
    private struct Room {
        var readers: [UInt64: Reader] = [:]
        /// The last event that was handed out.
        var lastID: Int64
        var isReading = false
        var hasMore = true
        var isDataPending = false
        var isDataWaiting = false
    }

    private struct State {
        var rooms: [Int64: Room] = [:]
        var tokenCounts: [Int64: Int] = [:]
        var nextID: UInt64 = 0
        var isTicking = false
    }

    /// How many pieces wait for a reader at most.
    private static let buffer = 256
    /// How many streams a token has at most.
    static let mostOfToken = 100
    /// How many events are read at once.
    static let page = 200

    private let events: EventStore
    private let authentication: Authentication
    private let pace: Pace
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let state = Mutex(State())

    init(
        events: EventStore, versions: DataVersions, authentication: Authentication, pace: Pace = Pace(),
        now: @escaping @Sendable () -> Instant, logger: Logger = Logger(label: "events")
    ) {
        self.events = events
        self.authentication = authentication
        self.pace = pace
        self.now = now
        self.logger = logger
        versions.observe { [weak self] news in self?.learn(news) }
    }

    // MARK: - Readers

    /// Begins to hand out a workspace's events to one more.
    ///
    /// - Parameters:
    ///   - session: Who reads, and whose token must stay valid.
    ///   - latestID: The latest event that was in the log before; what comes after it is handed out.
    /// - Returns: Nil where the token has as many streams as it may.
    func enter(_ session: Session, latestID: Int64) -> Reader? {
        let workspaceID = session.member.workspace.id
        let (pieces, continuation) = AsyncStream.makeStream(
            of: StreamPiece.self, bufferingPolicy: .bufferingOldest(Self.buffer))
        let (reader, mustTick) = state.withLock { state -> (Reader?, Bool) in
            guard state.tokenCounts[session.token.id, default: 0] < Self.mostOfToken else { return (nil, false) }
            state.tokenCounts[session.token.id, default: 0] += 1
            state.nextID += 1
            let reader = Reader(id: state.nextID, session: session, pieces: pieces, continuation: continuation)
            state.rooms[workspaceID, default: Room(lastID: latestID)].readers[reader.id] = reader
            defer { state.isTicking = true }
            return (reader, !state.isTicking)
        }
        if mustTick { Task { await self.tick() } }
        // What was committed between the look at the log and now was told to nobody.
        if reader != nil { wake(workspaceID) }
        return reader
    }

    /// Ends handing out events to a reader.
    func leave(_ reader: Reader) {
        reader.continuation.finish()
        let workspaceID = reader.session.member.workspace.id
        state.withLock { state in
            guard state.rooms[workspaceID]?.readers.removeValue(forKey: reader.id) != nil else { return }
            if state.rooms[workspaceID]?.readers.isEmpty ?? false { state.rooms[workspaceID] = nil }
            let count = (state.tokenCounts[reader.session.token.id] ?? 1) - 1
            state.tokenCounts[reader.session.token.id] = count > 0 ? count : nil
        }
    }

    /// That a workspace's data may have changed.
    func dataIngested(in workspaceID: Int64) -> StreamPiece {
        StreamPiece(dataIngestedIn: workspaceID, at: now())
    }

    /// How many streams are read.
    var readerCount: Int { state.withLock { $0.rooms.values.reduce(0) { $0 + $1.readers.count } } }

    /// The last event that was handed out in a workspace; nil where nobody reads there.
    func lastID(in workspaceID: Int64) -> Int64? { state.withLock { $0.rooms[workspaceID]?.lastID } }

    private func hand(_ piece: StreamPiece, to readers: some Sequence<Reader>) {
        for reader in readers {
            if let permission = piece.permission, !reader.session.allows(permission) { continue }
            // It comes back and catches up.
            if case .dropped = reader.continuation.yield(piece) { reader.continuation.finish() }
        }
    }

    // MARK: - News

    private func learn(_ news: DataVersions.News) {
        switch news {
        case .committed(let changes):
            for id in changes[.events] { wake(id) }
            for id in changes[.data] { noteData(in: id) }
        case .anything:
            for id in state.withLock({ Array($0.rooms.keys) }) {
                wake(id)
                noteData(in: id)
            }
        }
    }

    /// Has a workspace's log read, now or once more where it is being read.
    private func wake(_ workspaceID: Int64) {
        let mustRead = state.withLock { state -> Bool in
            guard state.rooms[workspaceID] != nil else { return false }
            state.rooms[workspaceID]?.hasMore = true
            guard state.rooms[workspaceID]?.isReading == false else { return false }
            state.rooms[workspaceID]?.isReading = true
            return true
        }
        if mustRead { Task { await self.read(workspaceID) } }
    }

    private func read(_ workspaceID: Int64) async {
        while let lastID = nextRead(workspaceID) {
            do {
                let found = try await events.events(after: lastID, limit: Self.page, workspaceID: workspaceID)
                guard let last = found.last else { continue }
                let readers = state.withLock { state -> [Reader] in
                    guard let room = state.rooms[workspaceID], room.lastID < last.id else { return [] }
                    state.rooms[workspaceID]?.lastID = last.id
                    if found.count == Self.page { state.rooms[workspaceID]?.hasMore = true }
                    return Array(room.readers.values)
                }
                for event in found { hand(StreamPiece(event), to: readers) }
            } catch {
                logger.error("Events cannot be read", metadata: ["error": "\(error)"])
                state.withLock { $0.rooms[workspaceID]?.hasMore = true }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// The event behind which to read; nil where there is nothing to read, and nobody reads any more then.
    private func nextRead(_ workspaceID: Int64) -> Int64? {
        state.withLock { state in
            guard let room = state.rooms[workspaceID], room.hasMore else {
                state.rooms[workspaceID]?.isReading = false
                return nil
            }
            state.rooms[workspaceID]?.hasMore = false
            return room.lastID
        }
    }

    /// Tells that a workspace's data has changed, at once or when the last time is long enough ago.
    private func noteData(in workspaceID: Int64) {
        let readers = state.withLock { state -> [Reader]? in
            guard let room = state.rooms[workspaceID] else { return nil }
            guard !room.isDataWaiting else {
                state.rooms[workspaceID]?.isDataPending = true
                return nil
            }
            state.rooms[workspaceID]?.isDataWaiting = true
            return Array(room.readers.values)
        }
        guard let readers else { return }
        hand(StreamPiece(dataIngestedIn: workspaceID, at: now()), to: readers)
        Task {
            try? await Task.sleep(for: pace.data)
            let isPending = state.withLock { state -> Bool in
                defer {
                    state.rooms[workspaceID]?.isDataWaiting = false
                    state.rooms[workspaceID]?.isDataPending = false
                }
                return state.rooms[workspaceID]?.isDataPending ?? false
            }
            if isPending { noteData(in: workspaceID) }
        }
    }

    // MARK: - The clock

    /// Sends heartbeats and cuts off who may not read any more, as long as there is a reader.
    private func tick() async {
        var lastBeat = ContinuousClock.now
        var checked = authentication.changeCount
        var lastCheck = ContinuousClock.now
        while true {
            try? await Task.sleep(for: pace.check)
            let readers = state.withLock { state -> [Reader] in
                let readers = state.rooms.values.flatMap(\.readers.values)
                if readers.isEmpty { state.isTicking = false }
                return readers
            }
            if readers.isEmpty { return }
            let time = ContinuousClock.now
            let count = authentication.changeCount
            // A token may also come to its end by the clock.
            if count != checked || time - lastCheck >= .seconds(1) {
                checked = count
                lastCheck = time
                await check(readers)
            }
            if time - lastBeat >= pace.heartbeat {
                lastBeat = time
                hand(.heartbeat, to: readers)
            }
        }
    }

    private func check(_ readers: [Reader]) async {
        for (tokenID, readers) in Dictionary(grouping: readers, by: \.session.token.id) {
            do {
                let current = try await authentication.session(tokenID: tokenID, at: now())
                for reader in readers where !reader.session.allowsAsMuch(as: current) {
                    reader.continuation.finish()
                }
            } catch {
                // Whoever cannot be checked is left alone until that can be done.
                logger.error("A stream's session cannot be read", metadata: ["error": "\(error)"])
            }
        }
    }
}

extension Session {
    /// Whether another session of the same token sees the same events of the same workspace.
    fileprivate func allowsAsMuch(as other: Session?) -> Bool {
        guard let other else { return false }
        return other.member.workspace.id == member.workspace.id
            && EventKind.allCases.allSatisfy { other.allows($0.permission) == allows($0.permission) }
    }
}
