import AnalyticsCore

/// All points that pass a filter as they were stored when the reading began, however long it lasts.
///
/// Each page is read on a short snapshot of its own, so nothing waits for a long export and the database can take its
/// log back meanwhile. Numbers are given out in the order of commits, hence the points stored meanwhile are those above
/// the highest number at the beginning; they and the points of an import that was hidden then are left out. Points that
/// are corrected meanwhile come as they are when their page is read.
public struct PointExport: Sendable {
    private let filter: PointFilter
    private let workspaceID: Int64
    private let pageSize: Int
    private let database: any Database
    /// The numbers whose points were not visible at the beginning, nil before it.
    private var absent: RangeSet<Int64>?
    /// The place behind which the next page begins; nil before the first.
    private var position: PointID?
    private var isAtEnd = false

    init(filter: PointFilter, workspaceID: Int64, pageSize: Int, database: any Database) {
        self.filter = filter
        self.workspaceID = workspaceID
        self.pageSize = pageSize
        self.database = database
    }

    /// The next points in the order of the list, newest day first; nil after the last.
    ///
    /// - Throws: Where the database cannot be read; the same call can be made again then.
    public mutating func next() async throws -> [StoredPoint]? {
        while !isAtEnd {
            let (page, absent) = try await database.read { [self] connection in
                let absent = try self.absent ?? connection.absentSequences(workspaceID: workspaceID)
                let query = try PointQuery(filter: filter, workspaceID: workspaceID, connection: connection)
                return (try query.page(at: position.map { .after($0) } ?? .offset(0), limit: pageSize), absent)
            }
            self.absent = absent
            position = page.next.map(PointID.init(number:))
            isAtEnd = page.next == nil
            let present = page.points.filter { !absent.contains($0.id.sequence) }
            if !present.isEmpty { return present }
        }
        return nil
    }
}

extension Connection {
    /// The numbers of no visible point of a workspace: those of imports that are not complete, and those not yet given.
    fileprivate func absentSequences(workspaceID: Int64) throws -> RangeSet<Int64> {
        let next = try first("SELECT next_sequence FROM point_sequence WHERE workspace_id = \(workspaceID)") {
            try $0.integer(0)
        }
        var absent = RangeSet((next ?? 0)..<PointID.largestSequence + 1)
        try forEachRow(
            "SELECT first_sequence, last_sequence FROM data_import_range WHERE workspace_id = \(workspaceID)"
        ) { absent.insert(contentsOf: try $0.integer(0)..<(try $0.integer(1)) + 1) }
        return absent
    }
}
