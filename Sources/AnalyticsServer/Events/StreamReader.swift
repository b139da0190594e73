import AnalyticsCore
import AnalyticsStore
import NIOCore
import Synchronization

/// Somebody who reads a workspace's stream, with what waits to be sent there.
///
/// So many pieces wait at most. A reader that does not keep up is cut off, and catches up from the log when it comes back.
final class StreamReader: Sendable {
    /// Who reads, and whose token must stay valid.
    let session: Session
    /// What is sent, until the reader is cut off.
    let pieces: AsyncStream<StreamPiece>
    private let continuation: AsyncStream<StreamPiece>.Continuation
    private let connection: any Channel
    private let parting: TimeAmount
    private let stage = Atomic(Stage.reading)

    private enum Stage: UInt8, AtomicRepresentable {
        case reading, cutOff, gone
    }

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
        (pieces, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostWaiting))
    }

    var workspaceID: Int64 { session.member.workspace.id }
    var tokenID: Int64 { session.token.id }

    /// Whether it is sent anything more.
    var isReading: Bool { stage.load(ordering: .acquiring) == .reading }

    /// Whether it may be sent a piece.
    func mayRead(_ piece: StreamPiece) -> Bool {
        piece.permission.map(session.allows) ?? true
    }

    /// Has a piece sent that it may read.
    func offer(_ piece: StreamPiece) {
        guard mayRead(piece) else { return }
        if case .dropped = continuation.yield(piece) { cutOff() }
    }

    /// Ends its stream.
    ///
    /// What waits is still sent; the connection of a client that does not take it is closed, which otherwise nothing would
    /// end.
    func cutOff() {
        guard stage.compareExchange(expected: .reading, desired: .cutOff, ordering: .acquiringAndReleasing).exchanged
        else { return }
        continuation.finish()
        connection.eventLoop.scheduleTask(in: parting) { [weak self] in
            guard let self, self.stage.load(ordering: .acquiring) == .cutOff else { return }
            self.connection.close(promise: nil)
        }
    }

    /// Notes that its stream has ended, after which the connection may serve other requests.
    ///
    /// - Returns: Whether that was not known.
    func leave() -> Bool {
        continuation.finish()
        return stage.exchange(.gone, ordering: .acquiringAndReleasing) != .gone
    }
}
