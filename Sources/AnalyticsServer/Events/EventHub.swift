import AnalyticsCore
import AnalyticsStore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Hands what happens in workspaces to all who read its stream.
///
/// It learns of what was committed, here and by other processes, and does nothing about workspaces whose stream nobody reads.
final class EventHub: Sendable {
    /// How fast things are.
    struct Pace: Sendable {
        /// How long after one that the data has changed the next is told, at least.
        var data = Duration.milliseconds(250)
        /// How often a stream without events shows that it is there.
        var heartbeat = Duration.seconds(15)
        /// How often it is looked at whether tokens have come to their end.
        var check = Duration.seconds(1)
        /// How long after a log could not be read it is tried again.
        var retry = Duration.seconds(1)
        /// How long the client of an ended stream may take nothing of what waits for it.
        var parting = Duration.seconds(2)
    }

    private struct State {
        var rooms: [Int64: EventRoom] = [:]
        var tokenCounts: [Int64: Int] = [:]
        var userCounts: [Int64: Int] = [:]
        /// The workspaces in which some who read may not any more.
        var suspects: Set<Int64> = []
        var isTicking = false
        /// Whether the server is shutting down.
        var isEnding = false
    }

    /// How many streams a token has at most.
    static let mostOfToken = 100

    private let events: EventStore
    private let versions: DataVersions
    private let authentication: Authentication
    private let pace: Pace
    private let mostOfUser: Int
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - events: The log.
    ///   - versions: What tells of commits.
    ///   - authentication: Must have been made before, so that it learns first of what sessions ended.
    ///   - pace: How fast things are.
    ///   - mostOfUser: The most streams of a user with all tokens; 0 is any number.
    ///   - now: The clock.
    ///   - logger: What failures are logged with.
    init(
        events: EventStore, versions: DataVersions, authentication: Authentication, pace: Pace = Pace(),
        mostOfUser: Int = 0, now: @escaping @Sendable () -> Instant, logger: Logger = Logger(label: "events")
    ) {
        self.events = events
        self.versions = versions
        self.authentication = authentication
        self.pace = pace
        self.mostOfUser = mostOfUser
        self.now = now
        self.logger = logger
        versions.observe { [weak self] news in self?.learn(news) }
    }

    // MARK: - Readers

    /// Begins to hand out a workspace's events to one more: all that are committed from now on.
    ///
    /// - Parameters:
    ///   - session: Who reads.
    ///   - connection: What the stream is sent over.
    ///   - latestID: The latest event that was in the log before.
    /// - Throws: ``TooManyStreams`` where the token or its user has as many as there may be.
    func enter(
        _ session: Session, over connection: any Channel, latestID: Int64
    ) throws(TooManyStreams) -> StreamReader {
        let reader = StreamReader(session, over: connection, parting: TimeAmount(pace.parting))
        let entry = state.withLock { state -> Result<(EventRoom, Bool, Bool), TooManyStreams> in
            guard state.tokenCounts[reader.tokenID, default: 0] < Self.mostOfToken else {
                return .failure(.ofToken(most: Self.mostOfToken))
            }
            guard mostOfUser == 0 || state.userCounts[reader.userID, default: 0] < mostOfUser else {
                return .failure(.ofUser(most: mostOfUser))
            }
            state.tokenCounts[reader.tokenID, default: 0] += 1
            state.userCounts[reader.userID, default: 0] += 1
            let room = state.rooms[reader.workspaceID] ?? newRoom(of: reader.workspaceID, behind: latestID)
            room.add(reader)
            state.rooms[reader.workspaceID] = room
            // What ended the session since the request was let in was told to nobody.
            state.suspects.insert(reader.workspaceID)
            defer { state.isTicking = true }
            return .success((room, !state.isTicking, state.isEnding))
        }
        let (room, mustTick, isEnding) = try entry.get()
        if mustTick {
            Task {
                await withGracefulShutdownHandler {
                    await tick()
                } onGracefulShutdown: {
                    self.end()
                }
            }
        }
        if isEnding { reader.cutOff() }
        // Nor was what was committed between the look at the log and now.
        room.readLog()
        return reader
    }

    /// Ends handing out events to a reader.
    func leave(_ reader: StreamReader) {
        guard reader.leave() else { return }
        state.withLock { state in
            Self.removeOne(reader.tokenID, from: &state.tokenCounts)
            Self.removeOne(reader.userID, from: &state.userCounts)
            guard let room = state.rooms[reader.workspaceID] else { return }
            room.remove(reader)
            if room.count == 0 { state.rooms[reader.workspaceID] = nil }
        }
    }

    private static func removeOne(_ id: Int64, from counts: inout [Int64: Int]) {
        let count = (counts[id] ?? 1) - 1
        counts[id] = count > 0 ? count : nil
    }

    /// Ends all streams, and those that are still to come, as a server does that shuts down.
    private func end() {
        state.withLock { $0.isEnding = true }
        for reader in rooms.flatMap(\.readers) { reader.cutOff() }
    }

    /// That a workspace's data may have changed.
    func dataIngested(in workspaceID: Int64) -> StreamPiece {
        StreamPiece(dataIngestedIn: workspaceID, at: now())
    }

    /// How many streams are read.
    var readerCount: Int { rooms.reduce(0) { $0 + $1.count } }

    /// The last event that was handed out in a workspace; nil where nobody reads there.
    func lastID(in workspaceID: Int64) -> Int64? { state.withLock { $0.rooms[workspaceID] }?.lastID }

    private var rooms: [EventRoom] { state.withLock { Array($0.rooms.values) } }

    private func newRoom(of workspaceID: Int64, behind lastID: Int64) -> EventRoom {
        EventRoom(of: workspaceID, behind: lastID, events: events, pace: pace, now: now, logger: logger)
    }

    // MARK: - News

    /// Passes news on to those whom they concern; the commit waits for it, so nothing is handed out here.
    private func learn(_ news: DataVersions.News) {
        let (rooms, suspects) = state.withLock { state -> ([EventRoom], Bool) in
            if state.rooms.isEmpty { return ([], false) }
            switch news {
            case .committed(let changes):
                let concerned = changes[.events].union(changes[.data]).compactMap { state.rooms[$0] }
                let suspects = changes[.sessions].filter { state.rooms[$0] != nil }
                state.suspects.formUnion(suspects)
                return (concerned, !suspects.isEmpty)
            case .anything:
                state.suspects.formUnion(state.rooms.keys)
                return (Array(state.rooms.values), true)
            }
        }
        for room in rooms {
            if news.concerns(.events, of: room.workspaceID) { room.readLog() }
            if news.concerns(.data, of: room.workspaceID) { room.dataHasChanged() }
        }
        if suspects { Task { await checkSuspects() } }
    }

    // MARK: - The clock

    /// Sends heartbeats and ends streams whose tokens have come to their end, as long as there is a reader.
    private func tick() async {
        var lastBeat = ContinuousClock.now
        while true {
            // Nobody cancels the task, and so nothing is thrown.
            try? await Task.sleep(for: pace.check)
            let rooms = state.withLock { state in
                state.isTicking = !state.rooms.isEmpty
                // Who would not hear of a revocation by another process must look.
                if !versions.isFollowing { state.suspects.formUnion(state.rooms.keys) }
                return Array(state.rooms.values)
            }
            if rooms.isEmpty { return }
            let now = now()
            let readers = rooms.flatMap(\.readers)
            for reader in readers where reader.session.hasExpired(at: now) {
                if reader.session.token.kind == .browser {
                    // It may go on, because it was used since the stream began.
                    state.withLock { _ = $0.suspects.insert(reader.workspaceID) }
                } else {
                    reader.cutOff()
                }
            }
            await useSessions(of: readers, at: now)
            await checkSuspects()
            if .now - lastBeat >= pace.heartbeat {
                lastBeat = .now
                for room in rooms { room.hand(.heartbeat) }
            }
        }
    }

    /// Has the sessions of browsers go on that read a stream: an open stream is a use.
    private func useSessions(of readers: [StreamReader], at now: Instant) async {
        let soon = now.advanced(bySeconds: BrowserSession.renewalSeconds)
        let ids = readers.lazy.filter { reader in
            reader.session.token.kind == .browser && (reader.session.token.expiresAt.map { $0 < soon } ?? false)
        }.map(\.tokenID)
        guard !ids.isEmpty else { return }
        do {
            for session in try await authentication.sessions(of: Set(ids)).values {
                try await authentication.use(session, at: now)
            }
        } catch {
            logger.error("The sessions of streams cannot be prolonged", metadata: ["error": "\(error)"])
        }
    }

    /// Ends streams whose sessions have ended, or see other events than before; whoever is still let in comes back.
    private func checkSuspects() async {
        let rooms = state.withLock { state in
            defer { state.suspects = [] }
            return state.suspects.compactMap { state.rooms[$0] }
        }
        for room in rooms {
            let readers = room.readers
            do {
                let sessions = try await authentication.sessions(of: Set(readers.map(\.tokenID)))
                for reader in readers where !reader.session.seesTheSame(as: sessions[reader.tokenID]) {
                    reader.cutOff()
                }
            } catch {
                // Whoever cannot be checked is left alone until that can be done.
                logger.error("The sessions of streams cannot be read", metadata: ["error": "\(error)"])
                state.withLock { _ = $0.suspects.insert(room.workspaceID) }
            }
        }
    }
}

/// That there may be no further stream.
enum TooManyStreams: Error {
    case ofToken(most: Int)
    /// Of a user with all tokens.
    case ofUser(most: Int)
}

extension DataVersions.News {
    fileprivate func concerns(_ change: CommittedChange, of workspaceID: Int64) -> Bool {
        switch self {
        case .committed(let changes): changes[change].contains(workspaceID)
        case .anything: true
        }
    }
}

extension Session {
    /// Whether another session of the same token sees the same events of the same workspace.
    fileprivate func seesTheSame(as other: Session?) -> Bool {
        guard let other else { return false }
        return other.member.workspace.id == member.workspace.id
            && EventKind.allCases.allSatisfy { other.allows($0.permission) == allows($0.permission) }
    }
}
