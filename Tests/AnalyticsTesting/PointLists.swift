public import AnalyticsCore
public import AnalyticsStore

extension IngestQueue {
    /// Stores points, all or none.
    public func ingest(
        _ points: [NewPoint], workspaceID: Int64, by author: Author = .operator,
        once request: KeyedRequest<StoredBatch>? = nil
    ) async throws -> Outcome<StoredBatch> {
        try await ingest(PointBatch(points), workspaceID: workspaceID, by: author, once: request)
    }
}

extension ImportStore {
    /// Stores some points of an import, hidden.
    public func append(
        _ points: [NewPoint], to key: ImportKey, progress: ImportProgress = ImportProgress(), now: Instant
    ) async throws {
        try await append(PointBatch(points), to: key, progress: progress, now: now)
    }
}

extension StoredBatch? {
    /// The points, none where nothing was stored.
    public var stored: [StoredPoint] { map(Array.init) ?? [] }
}
