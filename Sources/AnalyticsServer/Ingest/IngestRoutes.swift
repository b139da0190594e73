import AnalyticsCore
import AnalyticsStore
import HTTPTypes
import Hummingbird

/// `/api/v1/analytics`: what comes in.
///
/// | route       | needs            |
/// |-------------|------------------|
/// | POST /      | ingest-analytics |
/// | POST /batch | ingest-analytics |
struct IngestRoutes {
    let queue: IngestQueue
    let once: OnceGuard
    let batches: BatchLimits
    let room: BatchRoom
    let bodies: BodyRoom
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .authorized(
                .post, "/api/v1/analytics", .ingestAnalytics, .ingest, limit: .ingest, body: .creating, store),
            .authorized(
                .post, "/api/v1/analytics/batch", .ingestAnalytics, .ingestBatch, limit: .ingest, body: .records,
                storeBatch),
        ]
    }

    @Sendable private func store(_ call: Call, _ session: Session) async throws -> Response {
        let workspace = session.member.workspace
        let today = Day(of: now(), in: workspace.timeZone)
        let point = try NewPoint(validating: NewPoint.Fields(call.body), today: today)
        let showsAlerts = session.allows(.manageAlerts)
        let outcome = try await queue.ingest(
            PointBatch(CollectionOfOne(point)), workspaceID: workspace.id, by: call.author(session),
            once: call.once(\.status) { IngestedView(stored: $0, showsAlerts: showsAlerts) })
        return call.response(to: outcome, \.status) { IngestedView(stored: $0, showsAlerts: showsAlerts) }
    }

    @Sendable private func storeBatch(_ call: Call, _ session: Session) async throws -> Response {
        let workspace = session.member.workspace
        guard let format = RecordFormat(contentType: call.request.headers[.contentType]) else {
            throw APIError.unsupportedMediaType(allowed: RecordFormat.allCases.map(\.mediaType))
        }
        var gathered = RecordGatherer(
            format, today: Day(of: now(), in: workspace.timeZone), most: batches.records)
        // Held until the points are stored, for as long as they take up memory.
        let lease = room.lease(workspaceID: workspace.id)
        defer { lease.end() }
        let bytes = bodies.lease(to: .user(session.member.user.id))
        defer { bytes.end() }
        let batch = try await BatchBody(
            reading: BodyReader(call.request, limit: batches.bytes), format, into: &gathered, lease: lease,
            bytes: bytes, isHashed: call.request.headers[.idempotencyKey] != nil)
        // From here on the points count, and not what they were read from.
        bytes.end()
        let key = try IdempotencyKey(call.request, session: session, bodyHash: batch.hash)
        let call = call.with(key)
        let showsAlerts = session.allows(.manageAlerts)
        return try await once.answer(key) {
            do {
                let outcome = try await queue.ingest(
                    batch.records.points, workspaceID: workspace.id, by: call.author(session),
                    once: call.once(\.status) { BatchView(stored: $0, showsAlerts: showsAlerts) })
                return call.response(to: outcome, \.status) { BatchView(stored: $0, showsAlerts: showsAlerts) }
            } catch let error as ValidationError {
                var records = gathered
                records.refuse(error, of: batch.records)
                try records.check()
                throw error
            }
        }
    }
}

extension StoredBatch {
    /// Of the answer to its ingest: that something was created, unless all of it took the place of what was there.
    fileprivate var status: HTTPResponse.Status { isReplacement ? .ok : .created }
}
