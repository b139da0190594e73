import AnalyticsCore
import AnalyticsStore
import Hummingbird

/// What one reader is sent: what it missed, out of the log, and from then on what happens.
struct EventStream {
    let events: EventStore
    let hub: EventHub
    let seat: Seat
    /// The last event that the reader has seen.
    let lastID: Int64
    /// Whether the reader comes back.
    let wasAway: Bool

    /// A reader's place, which is free again when nobody holds it: also where an answer was never begun.
    final class Seat: Sendable {
        let reader: StreamReader
        private let hub: EventHub

        init(of reader: StreamReader, in hub: EventHub) {
            self.reader = reader
            self.hub = hub
        }

        deinit { leave() }

        func leave() { hub.leave(reader) }
    }

    /// Writes until the reader is gone or cut off.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        defer { seat.leave() }
        let reader = seat.reader
        var seen = lastID
        try await writer.write(StreamPiece.opening.bytes)
        if wasAway {
            // The data may have changed meanwhile, which no log tells.
            let piece = hub.dataIngested(in: reader.workspaceID)
            if reader.mayRead(piece) { try await writer.write(piece.bytes) }
        }
        // Also who was not away may have missed what was committed since the request arrived.
        while reader.isReading,
            case let missed = try await events.events(
                after: seen, limit: EventRoom.page, workspaceID: reader.workspaceID),
            let last = missed.last
        {
            for piece in missed.map(StreamPiece.init) where reader.mayRead(piece) {
                try await writer.write(piece.bytes)
            }
            seen = last.id
        }
        for await piece in reader.pieces {
            if let id = piece.id {
                // It was in the log already.
                if id <= seen { continue }
                seen = id
            }
            try await writer.write(piece.bytes)
        }
    }
}
