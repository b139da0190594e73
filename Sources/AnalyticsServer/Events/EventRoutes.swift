import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// `/api/v1/events`: what happens, as it happens.
///
/// | route | needs          |
/// |-------|----------------|
/// | GET / | view-analytics |
struct EventRoutes {
    let events: EventStore
    let hub: EventHub

    var routes: [Route] {
        [.authorized(.get, "/api/v1/events", .viewAnalytics, .streamEvents, stream)]
    }

    @Sendable private func stream(_ call: Call, _ session: Session) async throws -> Response {
        var rules = FieldRules()
        let lastID = rules.lastEventID(call)
        try rules.check()
        let headers: HTTPFields = [
            .contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no",
        ]
        // Nobody reads what a HEAD is answered with.
        if call.request.method == .head { return Response(status: .ok, headers: headers) }
        let workspaceID = session.member.workspace.id
        let latestID = try await events.latestID(workspaceID: workspaceID)
        guard let reader = hub.enter(session, latestID: latestID) else { throw APIError.tooManyStreams }
        let seat = Seat(hub: hub, reader: reader)
        let stream = EventStream(
            events: events, hub: hub, seat: seat, lastID: lastID.map { min($0, latestID) } ?? latestID,
            catchesUp: lastID != nil)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await withGracefulShutdownHandler {
                    try await stream.write(to: &writer)
                } onGracefulShutdown: {
                    seat.leave()
                }
                try await writer.finish(nil)
            })
    }
}

/// A reader's place, which is free again when nobody holds it: also where an answer was never begun.
private final class Seat: Sendable {
    let hub: EventHub
    let reader: EventHub.Reader

    init(hub: EventHub, reader: EventHub.Reader) {
        self.hub = hub
        self.reader = reader
    }

    deinit { leave() }

    func leave() { hub.leave(reader) }
}

/// One reader's stream.
private struct EventStream {
    let events: EventStore
    let hub: EventHub
    let seat: Seat
    /// The last event that the reader has seen.
    let lastID: Int64
    /// Whether the reader was away.
    let catchesUp: Bool

    /// Writes until the reader is gone or cut off.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        defer { seat.leave() }
        let session = seat.reader.session
        let workspaceID = session.member.workspace.id
        var seen = lastID
        func isFor(_ piece: StreamPiece) -> Bool { piece.permission.map(session.allows) ?? true }
        try await writer.write(StreamPiece.opening.bytes)
        if catchesUp {
            // The data may have changed meanwhile, which no log tells.
            let piece = hub.dataIngested(in: workspaceID)
            if isFor(piece) { try await writer.write(piece.bytes) }
            while case let missed = try await events.events(
                after: seen, limit: EventHub.page, workspaceID: workspaceID), let last = missed.last
            {
                for piece in missed.map(StreamPiece.init) where isFor(piece) { try await writer.write(piece.bytes) }
                seen = last.id
            }
        }
        for await piece in seat.reader.pieces {
            if let id = piece.id {
                // It was in the log already.
                if id <= seen { continue }
                seen = id
            }
            try await writer.write(piece.bytes)
        }
    }
}

extension FieldRules {
    /// The number of the last event that a client has seen, by the header that browsers send or by a field behind `?`.
    fileprivate mutating func lastEventID(_ call: Call) -> Int64? {
        var input = call.query["last_event_id"]
        if let header = call.request.headers[.lastEventID] { input = FieldInput(trimming: Array(header.utf8)[...]) }
        return integer(input, "last_event_id", in: 0...9_007_199_254_740_991).map(Int64.init)
    }
}

extension APIError {
    fileprivate static let tooManyStreams = APIError(
        status: .tooManyRequests, code: "rate_limited",
        message: "The token has \(EventHub.mostOfToken) open streams. Close one, or use another token.",
        headers: [.retryAfter: "1"])
}
