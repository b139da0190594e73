public import AnalyticsCore

/// The points whose places others take in one transaction, found by their senders' ids.
struct ReplacedPoints {
    /// By what a point is known to its sender.
    struct Name: Hashable {
        let workspaceID: Int64
        let key: PointBatch.ExternalKey

        /// workspace_id, metric and external_id.
        var columns: [SQLValue] { [workspaceID.sqlValue, .integer(key.metric.column), key.id.sqlValue] }
    }

    private let connection: any Connection
    private var found: [Name: PlacedPoint] = [:]
    /// Names that points of an import have which is under way, and which import that is.
    private var held: [Name: Int64] = [:]

    init(connection: any Connection) {
        self.connection = connection
    }

    /// The names of points.
    static func names(of points: PointBatch, workspaceID: Int64) -> [Name] {
        points.externalKeys.map { Name(workspaceID: workspaceID, key: $0) }
    }

    /// Whether there is none.
    var isEmpty: Bool { found.isEmpty && held.isEmpty }

    /// The point that has a name.
    ///
    /// - Throws: ``ExternalIDHeld`` where it is that of an import which is under way.
    subscript(name: Name) -> PlacedPoint? {
        get throws {
            if let importID = held[name] { throw ExternalIDHeld(id: name.key.id, importID: importID) }
            return found[name]
        }
    }

    /// What is said of the points of an import whose external ids others have, none of which it replaces: it could not be
    /// undone.
    ///
    /// - Parameter importID: The import.
    func issues(of points: PointBatch, workspaceID: Int64, importID: Int64) -> [ValidationError.Issue] {
        points.indices.compactMap { index in
            guard let key = points.externalKey(at: index) else { return nil }
            let name = Name(workspaceID: workspaceID, key: key)
            if held[name] == importID {
                return .duplicateExternalID(fieldPrefix: "records.\(index).")
            }
            guard held[name] != nil || found[name] != nil else { return nil }
            return .init(
                field: "records.\(index).external_id", code: .unique,
                message: "The external id has already been taken.")
        }
    }

    /// Reads the points that have some names.
    mutating func load(_ names: [Name]) throws {
        try connection.ask([.lookup(.pointsByExternalID, keys: names.map(\.columns))]) { _, index, row in
            try note(row, of: names[index])
        }
        try settleHidden()
    }

    /// Notes what ``Lookup/pointsByExternalID`` found.
    mutating func note(_ row: any Row, of name: Name) throws {
        found[name] = try PlacedPoint(row: row)
    }

    /// Tells the points that nobody sees from the others.
    ///
    /// Those of an import that is under way keep their names. Those that an import left behind are about to be removed, and
    /// lose theirs at once.
    mutating func settleHidden() throws {
        for workspaceID in Set(found.keys.map(\.workspaceID)).sorted() {
            let ranges = try connection.all(
                """
                SELECT r.first_sequence, r.last_sequence, r.import_id, i.status
                FROM data_import_range AS r
                JOIN data_import AS i ON i.workspace_id = r.workspace_id AND i.id = r.import_id
                WHERE r.workspace_id = \(workspaceID)
                """
            ) { row in
                (
                    sequences: try row.integer(0)...max(try row.integer(0), try row.integer(1)),
                    importID: try row.integer(2), isUnderWay: try row.text(3) == "running"
                )
            }
            guard !ranges.isEmpty else { continue }
            var abandoned: [[SQLValue]] = []
            for (name, point) in found where name.workspaceID == workspaceID {
                let sequence = point.stored.id.sequence
                guard let range = ranges.first(where: { $0.sequences.contains(sequence) }) else { continue }
                found[name] = nil
                if range.isUnderWay {
                    held[name] = range.importID
                } else {
                    abandoned.append([
                        workspaceID.sqlValue, .integer(name.key.metric.column), .integer(point.stored.id.number),
                    ])
                }
            }
            try connection.execute(
                "UPDATE data_point SET external_id = NULL WHERE workspace_id = ?1 AND metric = ?2 AND id = ?3",
                forEach: abandoned)
        }
    }
}

/// That a point of an import which is under way has an external id, so that nobody else can have it.
public struct ExternalIDHeld: Error, Equatable {
    /// The external id.
    public let id: Label
    /// The import.
    public let importID: Int64
}

extension Lookup {
    /// The point of a sender's id, whether it is visible or not.
    static let pointsByExternalID = Lookup(
        PlacedPoint.columns,
        """
        \(PlacedPoint.source)
        WHERE data_point.workspace_id = :workspace AND data_point.metric = :metric
            AND data_point.external_id = :external
        """, by: ["workspace": .integer, "metric": .integer, "external": .text])
}
