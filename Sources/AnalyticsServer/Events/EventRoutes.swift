import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/events`: what happens, as it happens.
///
/// | route | needs          |
/// |-------|----------------|
/// | GET / | view-analytics |
struct EventRoutes {
    let events: EventStore
    let hub: EventHub
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [.authorized(.get, "/api/v1/events", .viewAnalytics, .streamEvents, isEndless: true, stream)]
    }

    @Sendable private func stream(_ call: Call, _ session: Session) async throws -> Response {
        var rules = FieldRules()
        let lastID = rules.lastEventID(call)
        try rules.check()
        let headers: HTTPFields = [
            .contentType: "text/event-stream", .accelBuffering: "no",
        ]
        // Nobody reads what a HEAD is answered with.
        if call.request.method == .head { return Response(status: .ok, headers: headers) }
        let workspaceID = session.member.workspace.id
        let latestID = try await events.latestID(workspaceID: workspaceID)
        let connection = call.context.connection
        let reader: StreamReader
        do {
            reader = try hub.enter(session, over: connection, latestID: latestID)
        } catch {
            throw APIError.tooManyStreams(error, now: now())
        }
        let seat = try await EventStream.Seat(of: reader, in: hub)
        let stream = EventStream(
            events: events, hub: hub, seat: seat,
            lastID: lastID.map { min($0, latestID) } ?? latestID, wasAway: lastID != nil)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await stream.write(to: &writer)
                try await writer.finish(nil)
            })
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
    fileprivate static func tooManyStreams(_ error: TooManyStreams, now: Instant) -> APIError {
        let message =
            switch error {
            case .ofToken(let most): "The token has \(most) open streams. Close one, or use another token."
            case .ofUser(let most): "You have \(most) open streams. Close one."
            }
        return APIError(
            status: .tooManyRequests, code: "rate_limited", message: message,
            headers: [
                .retryAfter: "1", .rateLimitReset: String(now.advanced(bySeconds: 1).wholeSeconds),
            ])
    }
}
