extension SQL {
    /// That a row of `data_point` belongs to no import which is not complete.
    static let isVisible = SQL(trusted: visibility)

    /// The same as text.
    static let visibility = """
        data_point.id % \(PointID.largestSequence + 1) > COALESCE((
            SELECT r.last_sequence
            FROM data_import_range AS r
            WHERE r.workspace_id = data_point.workspace_id
                AND r.first_sequence <= data_point.id % \(PointID.largestSequence + 1)
            ORDER BY r.first_sequence DESC
            LIMIT 1
        ), -1)
        """

    /// That a row of `data_point` belongs to an import, whose points are hidden.
    ///
    /// Ranges do not overlap, so only the last one that begins at or before a number can have it.
    static func isPointOf(hidden key: ImportKey) -> SQL {
        """
        data_point.id % \(PointID.largestSequence + 1) <= COALESCE((
            SELECT CASE r.import_id WHEN \(key.id) THEN r.last_sequence ELSE -1 END
            FROM data_import_range AS r
            WHERE r.workspace_id = \(key.workspaceID)
                AND r.first_sequence <= data_point.id % \(PointID.largestSequence + 1)
            ORDER BY r.first_sequence DESC
            LIMIT 1
        ), -1)
        """
    }

    /// That a row of `data_point` belongs to an import, which is complete.
    static func isPointOf(complete key: ImportKey) -> SQL {
        """
        data_point.id % \(PointID.largestSequence + 1) <= COALESCE((
            SELECT r.last_sequence
            FROM completed_import_range AS r
            WHERE r.workspace_id = \(key.workspaceID) AND r.import_id = \(key.id)
                AND r.first_sequence <= data_point.id % \(PointID.largestSequence + 1)
            ORDER BY r.first_sequence DESC
            LIMIT 1
        ), -1)
        """
    }
}

extension Connection {
    /// Whether an import is under way, without which every point is visible.
    func hasHiddenPoints(workspaceID: Int64) throws -> Bool {
        try first("SELECT 1 FROM data_import_range WHERE workspace_id = \(workspaceID) LIMIT 1") {
            try $0.integer(0)
        } != nil
    }
}
