import AnalyticsCore

extension Insertion {
    /// Points that were never changed.
    static let points = Insertion(into: "data_point", columns: pointColumns)

    /// The same, some of them with ids of their sender's.
    static let externalPoints = Insertion(into: "data_point", columns: pointColumns + [("external_id", .text)])

    private static let pointColumns: [(name: String, kind: Kind)] = [
        ("workspace_id", .integer), ("metric", .integer), ("id", .integer), ("value", .integer),
        ("category_id", .integer), ("source", .text), ("created_at", .integer),
    ]
}

/// The points of a batch as rows of their table; those that take the place of others are rows already.
struct PointRows {
    private let batch: StoredBatch
    private let workspaceID: Int64
    /// What each group's rows begin with.
    private let groups: [(metric: Int64, lowestID: Int64, categoryID: Int64)]
    /// The points in the order of the table.
    private let order: [Int32]
    fileprivate let hasExternalIDs: Bool

    /// - Parameters:
    ///   - batch: The points.
    ///   - categoryIDs: The category of each series.
    init(_ batch: StoredBatch, categoryIDs: [Int64], workspaceID: Int64) {
        self.batch = batch
        self.workspaceID = workspaceID
        let points = batch.points
        hasExternalIDs = !points.externalKeys.isEmpty
        let groups = points.groups.map { group in
            (
                metric: points.series[group.series].metric.column, lowestID: PointID.lowest(of: group.day),
                categoryID: categoryIDs[group.series]
            )
        }
        self.groups = groups
        guard batch.kept.isEmpty else {
            order = points.indices.filter { batch.kept[$0] == nil }
                .map { (index: $0, group: groups[points.entries[$0].group]) }
                .sorted {
                    ($0.group.metric, $0.group.lowestID, $0.index) < ($1.group.metric, $1.group.lowestID, $1.index)
                }
                .map { Int32(truncatingIfNeeded: $0.index) }
            return
        }
        guard points.groups.count > 1 else {
            order = points.entries.indices.map { Int32(truncatingIfNeeded: $0) }
            return
        }
        // A rank for each day of a metric, by which the points are counted into their places: those of one day keep
        // their order.
        let sorted = groups.indices.sorted { left, right in
            (groups[left].metric, groups[left].lowestID) < (groups[right].metric, groups[right].lowestID)
        }
        var ranks = [Int](repeating: 0, count: groups.count)
        var starts = [0]
        for (place, group) in sorted.enumerated() {
            if place > 0,
                groups[sorted[place - 1]].metric != groups[group].metric
                    || groups[sorted[place - 1]].lowestID != groups[group].lowestID
            {
                starts.append(0)
            }
            ranks[group] = starts.count - 1
            starts[starts.count - 1] += points.groups[group].rollup.count
        }
        var next = 0
        for rank in starts.indices {
            let count = starts[rank]
            starts[rank] = next
            next += count
        }
        var order = [Int32](repeating: 0, count: points.count)
        for (index, entry) in points.entries.enumerated() {
            let rank = ranks[entry.group]
            order[starts[rank]] = Int32(truncatingIfNeeded: index)
            starts[rank] += 1
        }
        self.order = order
    }

    /// How many rows there are.
    var count: Int { order.count }

    /// How they go into their table.
    var insertion: Insertion { hasExternalIDs ? .externalPoints : .points }

    /// Writes the row of a number in the order of the table, from 0.
    func write(_ number: Int, to row: any RowWriter) {
        let index = Int(order[number])
        let entry = batch.points.entries[index]
        let group = groups[entry.group]
        row.integer(workspaceID)
        row.integer(group.metric)
        row.integer(group.lowestID | batch.sequence(at: index))
        row.integer(entry.value.tenThousandths)
        row.integer(group.categoryID)
        if let source = entry.source { row.text(batch.points.labels[source].text) } else { row.null() }
        row.integer(batch.createdAt.milliseconds)
        guard hasExternalIDs else { return }
        if let id = batch.points.externalID(at: index) { row.text(id.text) } else { row.null() }
    }
}

extension Connection {
    /// Stores points under numbers that were taken for them.
    ///
    /// - Parameter rows: In the order in which they were taken.
    func insert(_ rows: [PointRows]) throws {
        for rows in rows where rows.count > 1 || rows.hasExternalIDs {
            try insert(rows.count, rows.insertion) { rows.write($0, to: $1) }
        }
        // Those that were sent alone go in together.
        let single = rows.filter { $0.count == 1 && !$0.hasExternalIDs }
        try insert(single.count, .points) { single[$0].write(0, to: $1) }
    }

    /// Takes the next numbers of a workspace's points, as ``SQL/takeSequences(_:counted:workspaceID:now:)`` says.
    func takeSequences(
        _ count: Int, counted: Bool, workspaceID: Int64, now: Instant
    ) throws -> TakenSequences {
        let taken = try first(.takeSequences(count, counted: counted, workspaceID: workspaceID, now: now)) { row in
            try TakenSequences(row, counted: counted ? count : 0)
        }
        guard let taken else { throw StoreError(.programming, "RETURNING gave no row") }
        return taken
    }
}

/// Numbers that were taken for a workspace's points.
struct TakenSequences {
    /// The first of them.
    let first: Int64
    /// The state of the workspace's rules.
    let ruleRevision: Int64
    /// The number of points that the workspace had stored before on the same day (UTC), as far as they count.
    let usedBefore: Int

    init(_ row: any Row, counted: Int) throws {
        first = try row.integer(0)
        ruleRevision = try row.integer(1)
        usedBefore = Int(try row.integer(2)) - counted
    }
}

extension SQL {
    /// Takes the next numbers of a workspace's points, and gives a row for ``TakenSequences``.
    ///
    /// - Parameters:
    ///   - count: The number of points.
    ///   - counted: Whether they count for the workspace's quota of the day.
    ///   - workspaceID: The workspace.
    ///   - now: Decides the day (UTC).
    static func takeSequences(_ count: Int, counted: Bool, workspaceID: Int64, now: Instant) -> SQL {
        let day = Day(utc: now)
        let used = counted ? count : 0
        return """
            INSERT INTO point_sequence (workspace_id, next_sequence, usage_day, usage_points)
            VALUES (\(workspaceID), \(count + 1), \(day), \(used))
            ON CONFLICT (workspace_id) DO UPDATE SET
                next_sequence = point_sequence.next_sequence + \(count),
                usage_points =
                    CASE WHEN point_sequence.usage_day = excluded.usage_day THEN point_sequence.usage_points ELSE 0 END
                    + \(used),
                usage_day = excluded.usage_day
            RETURNING next_sequence - \(count), rule_revision, usage_points
            """
    }
}
