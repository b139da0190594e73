extension SQL {
    /// That a row of `data_point` belongs to no import which is not complete.
    static func isVisible(workspaceID: Int64) -> SQL {
        """
        data_point.id % \(PointID.largestSequence + 1) > COALESCE((
            SELECT r.last_sequence
            FROM data_import_range AS r
            WHERE r.workspace_id = \(workspaceID)
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
