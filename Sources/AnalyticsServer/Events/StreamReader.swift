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
        /// Whether the hub has removed it.
        var hasLeft = false
        /// Counts what is written to the connection.
        var handler: StreamConnectionHandler?
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
    /// The number of checks at which the client of an ended stream may still have a backlog, though it takes some of it.
    ///
    /// Times ``parting`` it is well below the 30 seconds in which a server ends.
    private static let mostStalls = 4

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
    var userID: Int64 { session.member.user.id }

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
    /// Waiting pieces are still sent to a client that reads. The connection is closed if the client takes none of them for
    /// ``parting``, or is found ``mostStalls`` times to take it too slowly. The time that the server itself needs to write is
    /// not counted: a busy machine must not cut off the last lines of a client that reads.
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
            watch(takenBytes, stalls: 0)
        }
    }

    /// Looks again after ``parting`` whether the client takes what waits, and closes its connection where it does not.
    ///
    /// - Parameters:
    ///   - before: How many bytes it had taken at the last look.
    ///   - stalls: How many times it was found to hold up the server.
    private func watch(_ before: Int, stalls: Int) {
        connection.eventLoop.scheduleTask(in: parting) { [weak self] in
            guard let self, state.withLock({ $0.stage == .cutOff }) else { return }
            // Where nothing is left to take, the server is what is slow.
            guard backlog > 0 else { return watch(takenBytes, stalls: stalls) }
            guard takenBytes > before, stalls < Self.mostStalls else { return connection.close(promise: nil) }
            watch(takenBytes, stalls: stalls + 1)
        }
    }

    /// Has the bytes counted that are written to the connection, by a handler of its pipeline.
    func observe(_ handler: StreamConnectionHandler) {
        state.withLock { $0.handler = handler }
    }

    /// The written bytes that the system has taken; to be read on the connection's event loop.
    private var takenBytes: Int {
        (state.withLock(\.handler)?.writtenBytes ?? 0) - backlog
    }

    /// The written bytes that the system has not taken yet; to be read on the connection's event loop.
    private var backlog: Int {
        (try? connection.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Returns when the system has taken all that was written, or the connection is closed.
    ///
    /// The end of the server closes the connection right behind the answer, and what was not taken by then is lost.
    @inline(never)
    func drained() async {
        var pause = Duration.milliseconds(10)
        while connection.isActive, (try? await connection.eventLoop.submit({ self.backlog }).get()) ?? 0 > 0,
            (try? await Task.sleep(for: pause)) != nil
        {
            pause = min(pause * 2, .milliseconds(500))
        }
    }

    /// Removes the reader from the hub's books; nothing more is offered to it.
    ///
    /// Written bytes may still be on their way to the client; see ``cutOff()`` for how long.
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
        state.withLock { state in
            state.stage = .gone
            state.handler = nil
        }
    }
}
