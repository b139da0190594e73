import AnalyticsCore
import AnalyticsStore
import NIOCore
import Synchronization

/// Somebody who reads a workspace's stream, with what waits to be sent there.
///
/// So many pieces wait at most. A reader that does not keep up is cut off, and catches up from the log when it comes back.
final class StreamReader: Sendable {
    private typealias Continuation = CheckedContinuation<Void, Never>

    private struct State {
        var stage = Stage.reading
        /// Whether it is known to the hub no more.
        var hasLeft = false
        var waiting: [StreamPiece] = []
        /// What goes on once something waits or the stream is over.
        var continuation: Continuation?

        /// What goes on now, to be resumed outside of the lock.
        mutating func takeContinuation() -> Continuation? {
            defer { continuation = nil }
            return continuation
        }
    }

    private enum Stage {
        case reading
        /// Nothing more is offered to it; what waits is being sent.
        case cutOff
        /// All is sent, or the connection is closed.
        case gone
    }

    /// Who reads, and whose token must stay valid.
    let session: Session
    /// What it is sent over.
    let connection: any Channel
    private let parting: TimeAmount
    private let state = Mutex(State())

    /// How many pieces wait at most.
    static let mostWaiting = 256
    /// How many times in a row the client of an ended stream may be found with a full backlog, though it takes some.
    private static let mostStalls = 15

    /// - Parameters:
    ///   - session: Who reads.
    ///   - connection: What it is sent over.
    ///   - parting: How long the client of an ended stream may take nothing of what waits for it.
    init(_ session: Session, over connection: any Channel, parting: TimeAmount) {
        self.session = session
        self.connection = connection
        self.parting = parting
    }

    var workspaceID: Int64 { session.member.workspace.id }
    var tokenID: Int64 { session.token.id }

    /// Whether it is sent anything more.
    var isReading: Bool { state.withLock { $0.stage == .reading } }

    /// Whether it may be sent a piece.
    func mayRead(_ piece: StreamPiece) -> Bool {
        piece.permission.map(session.allows) ?? true
    }

    /// Has a piece sent that it may read.
    func offer(_ piece: StreamPiece) {
        guard mayRead(piece) else { return }
        let (hasRoom, continuation) = state.withLock { state -> (Bool, Continuation?) in
            guard state.stage == .reading else { return (true, nil) }
            guard state.waiting.count < Self.mostWaiting else { return (false, nil) }
            state.waiting.append(piece)
            return (true, state.takeContinuation())
        }
        continuation?.resume()
        if !hasRoom { cutOff() }
    }

    /// All that waits, once something does; nothing once the reader is cut off and has been given the rest.
    func arrivals() async -> [StreamPiece] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    let mustWait = state.stage == .reading && state.waiting.isEmpty
                    if mustWait { state.continuation = continuation }
                    return mustWait
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            cutOff()
        }
        return state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Ends its stream.
    ///
    /// What waits is still sent. A client that takes none of it for the time of ``parting`` has its connection closed,
    /// which otherwise nothing would end; so has one that takes it too slowly. How long the server itself needs to write
    /// it is not counted: a busy machine must not cut off the last lines of a client that reads.
    func cutOff() {
        let (isNew, continuation) = state.withLock { state -> (Bool, Continuation?) in
            guard state.stage == .reading else { return (false, nil) }
            state.stage = .cutOff
            return (true, state.takeContinuation())
        }
        continuation?.resume()
        guard isNew else { return }
        connection.eventLoop.execute { [weak self] in
            guard let self else { return }
            watch(Backlog(of: connection))
        }
    }

    /// Looks again after ``parting`` whether the client takes what waits, and closes its connection where it does not.
    private func watch(_ before: Backlog, stalls: Int = 0) {
        connection.eventLoop.scheduleTask(in: parting) { [weak self] in
            guard let self, state.withLock({ $0.stage == .cutOff }) else { return }
            let backlog = Backlog(of: connection)
            guard backlog.isFull else { return watch(backlog) }
            guard stalls < Self.mostStalls, !(before.isFull && backlog.bytes >= before.bytes) else {
                return connection.close(promise: nil)
            }
            watch(backlog, stalls: stalls + 1)
        }
    }

    /// What was written to a connection and was not taken by the system yet.
    private struct Backlog {
        /// Whether there is so much of it that nothing more is written until the client takes some.
        let isFull: Bool
        let bytes: Int

        /// - Parameter connection: Its event loop must be the one that calls.
        init(of connection: any Channel) {
            isFull = !connection.isWritable
            // A channel that cannot tell counts as one that takes nothing.
            bytes = (try? connection.syncOptions?.getOption(.bufferedWritableBytes)) ?? .max
        }
    }

    /// Notes that nothing more comes for it.
    ///
    /// What was written is still on its way to the client, and ``cutOff()`` says how long it may be.
    ///
    /// - Returns: Whether that was not known.
    func leave() -> Bool {
        cutOff()
        return state.withLock { state in
            defer { state.hasLeft = true }
            state.waiting = []
            return !state.hasLeft
        }
    }

    /// Notes that its answer has ended, after which the connection may serve other requests.
    func end() {
        state.withLock { $0.stage = .gone }
    }
}
