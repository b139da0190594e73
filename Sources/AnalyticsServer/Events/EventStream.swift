import AnalyticsCore
import AnalyticsStore
import Hummingbird

/// What one reader is sent: what it missed, out of the log, and from then on what happens.
///
/// Thousands of streams wait at once, and each keeps the memory of the deepest call that its task ever made. So what is
/// needed now and then is not inlined, and the log is read by other tasks.
struct EventStream {
    let events: EventStore
    let hub: EventHub
    let seat: Seat
    /// The last event that the reader has seen.
    let lastID: Int64
    /// Whether the reader comes back.
    let wasAway: Bool

    /// Keeps a reader registered until its answer has ended, also where it never began.
    final class Seat: Sendable {
        let reader: StreamReader
        private let hub: EventHub
        private let handler: StreamConnectionHandler

        /// Takes the place, until it is left or the client closes its connection.
        init(of reader: StreamReader, in hub: EventHub) async throws {
            self.reader = reader
            self.hub = hub
            handler = StreamConnectionHandler { [weak reader] in reader?.cutOff() }
            reader.observe(handler)
            try await reader.connection.pipeline.addHandler(handler, position: .first)
        }

        deinit {
            leave()
            reader.end()
        }

        func leave() {
            hub.leave(reader)
            // It is gone where the place was left before, and where the connection is.
            reader.connection.pipeline.removeHandler(handler, promise: nil)
        }
    }

    /// Writes until the reader is gone or cut off.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        defer { seat.leave() }
        var course = Course(self)
        while let bytes = try await course.next() { try await writer.write(bytes) }
        await seat.reader.drained()
    }

    /// How far a stream has come.
    private struct Course {
        private let stream: EventStream
        /// The last event that was sent.
        private var lastID: Int64
        private var phase = Phase.opening

        private enum Phase {
            case opening, catchingUp, live
        }

        init(_ stream: EventStream) {
            self.stream = stream
            lastID = stream.lastID
        }

        private var reader: StreamReader { stream.seat.reader }

        /// What is sent next, all of it in one write; nil where the reader is cut off.
        @inline(never)
        mutating func next() async throws -> ByteBuffer? {
            if phase == .opening {
                phase = .catchingUp
                return opening()
            }
            while phase == .catchingUp {
                // Also who was not away may have missed what was committed since the request arrived.
                let missed = reader.isReading ? try await missed() : []
                let bytes = send(missed.filter(reader.mayRead))
                if let last = missed.last?.id { lastID = last } else { phase = .live }
                if let bytes { return bytes }
            }
            while true {
                let arrived = await reader.arrivals()
                if arrived.isEmpty { return nil }
                if let bytes = send(arrived) { return bytes }
            }
        }

        private func opening() -> ByteBuffer {
            var bytes = StreamPiece.opening.bytes
            // The data may have changed while the reader was away, which no log tells.
            let changed = stream.hub.dataIngested(in: reader.workspaceID)
            if stream.wasAway, reader.mayRead(changed) { bytes.writeImmutableBuffer(changed.bytes) }
            return bytes
        }

        /// The next page of the log.
        private func missed() async throws -> [StreamPiece] {
            try await Task { [events = stream.events, lastID, workspaceID = reader.workspaceID] in
                try await events.events(after: lastID, limit: EventRoom.page, workspaceID: workspaceID)
                    .map(StreamPiece.init)
            }.value
        }

        /// Puts pieces together that were not sent yet; nil where there are none.
        private mutating func send(_ pieces: [StreamPiece]) -> ByteBuffer? {
            var bytes: ByteBuffer?
            for piece in pieces {
                if let id = piece.id {
                    if id <= lastID { continue }
                    lastID = id
                }
                // One alone is shared by all who are sent it.
                if bytes?.writeImmutableBuffer(piece.bytes) == nil { bytes = piece.bytes }
            }
            return bytes
        }
    }
}
