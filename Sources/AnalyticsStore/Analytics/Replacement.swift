import AnalyticsCore

/// What a request does to the points whose places its own take.
///
/// A point of the same day keeps its id. An id carries its day, so one of another day is removed, and the new one has an id
/// of its own.
struct Replacement {
    /// A point that is there and the one that takes its place.
    struct Pair {
        /// The new one's index in the request.
        let index: Int
        let former: PlacedPoint
        let new: NewPoint
        /// What the new one says otherwise.
        let changes: [AuditChange]

        var isMoved: Bool { former.stored.point.day != new.day }
    }

    let pairs: [Pair]

    /// - Throws: ``ExternalIDHeld``.
    init(of points: PointBatch, by replaced: ReplacedPoints, workspaceID: Int64) throws {
        guard !replaced.isEmpty, !points.externalKeys.isEmpty else {
            pairs = []
            return
        }
        pairs = try points.indices.compactMap { index -> Pair? in
            guard let key = points.externalKey(at: index),
                let former = try replaced[ReplacedPoints.Name(workspaceID: workspaceID, key: key)]
            else { return nil }
            let new = points[index]
            return Pair(index: index, former: former, new: new, changes: former.stored.point.changes(to: new))
        }
    }

    /// What the points of the same day keep, by their indices.
    func kept(now: Instant) -> [Int: StoredBatch.Kept] {
        var kept: [Int: StoredBatch.Kept] = [:]
        for pair in pairs where !pair.isMoved {
            let former = pair.former.stored
            kept[pair.index] = StoredBatch.Kept(
                id: former.id, createdAt: former.createdAt, updatedAt: pair.changes.isEmpty ? former.updatedAt : now)
        }
        return kept
    }

    /// Changes the rows of points that keep their ids, and removes those of the others.
    ///
    /// - Parameter categoryID: The category of the point of an index.
    func writeRows(in connection: any Connection, workspaceID: Int64, now: Instant, categoryID: (Int) -> Int64) throws {
        try connection.execute(
            "DELETE FROM data_point WHERE workspace_id = ?1 AND metric = ?2 AND id = ?3",
            forEach: pairs.filter(\.isMoved).map { pair in
                [workspaceID.sqlValue, .integer(pair.new.metric.column), .integer(pair.former.stored.id.number)]
            })
        try connection.execute(
            """
            UPDATE data_point
            SET value = ?4, category_id = ?5, source = ?6, updated_at = ?7
            WHERE workspace_id = ?1 AND metric = ?2 AND id = ?3
            """,
            forEach: pairs.filter { !$0.isMoved && !$0.changes.isEmpty }.map { pair in
                [
                    workspaceID.sqlValue, .integer(pair.new.metric.column), .integer(pair.former.stored.id.number),
                    pair.new.value.sqlValue, .integer(categoryID(pair.index)), pair.new.source?.sqlValue ?? .null,
                    now.sqlValue,
                ]
            })
    }

    /// Notes the former values, under the ids that they had.
    ///
    /// - Parameter newID: The id of the point of an index.
    func audit(
        in connection: any Connection, by author: Author, workspaceID: Int64, now: Instant, newID: (Int) -> PointID
    ) throws {
        let changed = pairs.filter { !$0.changes.isEmpty }
        try connection.audit(
            changed.map { pair in
                let id = pair.former.stored.id.number
                let move = AuditChange("id", from: "\(id)", to: "\(newID(pair.index).number)")
                return AuditNote(
                    .recordCorrected, of: id, pair.isMoved ? [move] + pair.changes : pair.changes)
            }, by: author, workspaceID: workspaceID, now: now)
    }
}
