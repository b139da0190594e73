import AnalyticsCore

/// A data point as a row of its table.
struct PointRow {
    let id: PointID
    /// The values in the order of ``Insertion/points``.
    let columns: [SQLValue]

    /// - Throws: ``StoreError`` where the workspace has used up its numbers, or the day is one that no id can carry.
    init(_ point: NewPoint, categoryID: Int64, sequence: Int64, workspaceID: Int64, now: Instant) throws {
        guard let id = PointID(day: point.day, sequence: sequence) else {
            throw StoreError(.unavailable, "no id for point \(sequence) of \(point.day) in workspace \(workspaceID)")
        }
        self.id = id
        columns = [
            workspaceID.sqlValue, .integer(point.metric.column), .integer(id.number), point.value.sqlValue,
            .integer(categoryID), point.source?.sqlValue ?? .null, now.sqlValue,
        ]
    }
}

extension Insertion {
    /// Points that were never changed: the columns of a ``PointRow``.
    static let points = Insertion(
        into: "data_point",
        [
            "workspace_id": .integer, "metric": .integer, "id": .integer, "value": .integer, "category_id": .integer,
            "source": .text, "created_at": .integer,
        ])
}

extension Connection {
    /// Takes the next so many numbers of a workspace's points.
    ///
    /// - Returns: The first of them.
    func takeSequences(_ count: Int, workspaceID: Int64) throws -> Int64 {
        let first = try first(.takeSequences(count, workspaceID: workspaceID)) { try $0.integer(0) }
        guard let first else { throw StoreError(.programming, "RETURNING gave no row") }
        return first
    }
}

extension SQL {
    /// Takes the next so many numbers of a workspace's points, and gives the first of them.
    static func takeSequences(_ count: Int, workspaceID: Int64) -> SQL {
        """
        INSERT INTO point_sequence (workspace_id, next_sequence)
        VALUES (\(workspaceID), \(count + 1))
        ON CONFLICT (workspace_id) DO UPDATE SET next_sequence = point_sequence.next_sequence + \(count)
        RETURNING next_sequence - \(count)
        """
    }
}
