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
        case reading, cutOff, gone
    }

    /// Who reads, and whose token must stay valid.
    let session: Session
    /// What it is sent over.
    let connection: any Channel
    private let parting: TimeAmount
    private let state = Mutex(State())

    /// How many pieces wait at most.
    static let mostWaiting = 256

    /// - Parameters:
    ///   - session: Who reads.
    ///   - connection: What it is sent over.
    ///   - parting: How long it has for taking what waits once it is cut off.
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
    /// What waits is still sent; the connection of a client that does not take it is closed, which otherwise nothing would
    /// end.
    func cutOff() {
        let (isNew, continuation) = state.withLock { state -> (Bool, Continuation?) in
            guard state.stage == .reading else { return (false, nil) }
            state.stage = .cutOff
            return (true, state.takeContinuation())
        }
        continuation?.resume()
        guard isNew else { return }
        connection.eventLoop.scheduleTask(in: parting) { [weak self] in
            guard let self, self.state.withLock({ $0.stage == .cutOff }) else { return }
            self.connection.close(promise: nil)
        }
    }

    /// Notes that its stream has ended, after which the connection may serve other requests.
    ///
    /// - Returns: Whether that was not known.
    func leave() -> Bool {
        let (isNew, continuation) = state.withLock { state in
            defer { state.stage = .gone }
            state.waiting = []
            return (state.stage != .gone, state.takeContinuation())
        }
        continuation?.resume()
        return isNew
    }
}
