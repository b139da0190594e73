import AnalyticsCore

/// What a rollup is kept of: the points of a workspace, metric and day, all of them or those of one category.
struct RollupKey: Hashable, Comparable {
    let workspaceID: Int64
    let metric: Metric
    let day: Day
    /// 0 is no category, nil is all categories together.
    let categoryID: Int64?

    /// Whether the left key comes first in the tables, so that what is written goes from page to page.
    static func < (left: RollupKey, right: RollupKey) -> Bool {
        (left.workspaceID, left.metric.column, left.day.number, left.categoryID ?? -1)
            < (right.workspaceID, right.metric.column, right.day.number, right.categoryID ?? -1)
    }
}

/// The changes of the rollups in one transaction: checked as they come, written together at the end.
///
/// A change is taken only where the result is known to fit into 64 bits, so it is known whose change does not.
struct RollupLedger {
    private let connection: any Connection
    /// What is stored, read once for each key.
    private var stored: [RollupKey: Rollup?] = [:]
    /// What is to be added.
    private var changes: [RollupKey: Rollup] = [:]

    init(connection: any Connection) {
        self.connection = connection
    }

    /// Adds all of the given rollups to those of their keys, or none of them.
    ///
    /// - Returns: The key whose sum would leave 64 bits, or nil where all were added.
    mutating func add(_ additions: [RollupKey: Rollup]) throws -> RollupKey? {
        try load(additions.keys)
        var taken: [RollupKey: Rollup] = [:]
        for (key, addition) in additions {
            guard let change = Self.merge(changes[key], addition), Self.merge(try stored(key), change) != nil else {
                return key
            }
            taken[key] = change
        }
        changes.merge(taken) { _, new in new }
        return nil
    }

    /// What was added, in the order of the keys.
    var added: [RollupChange] {
        changes.sorted { $0.key < $1.key }.map { RollupChange(key: $0.key, rollup: $0.value) }
    }

    /// Writes what was added.
    func write() throws {
        try connection.add(added)
    }

    private static func merge(_ present: Rollup?, _ addition: Rollup) -> Rollup? {
        guard let present else { return addition }
        return present.merging(addition)
    }

    /// Reads what is stored of keys, all at once.
    mutating func load(_ wanted: some Sequence<RollupKey>) throws {
        let keys = wanted.filter { stored[$0] == nil }
        // Known not to be there, until it is found.
        for key in keys { stored[key] = .some(nil) }
        let days = keys.filter { $0.categoryID == nil }
        let categories = keys.filter { $0.categoryID != nil }
        try connection.ask([
            .lookup(.days, keys: days.map(\.columns)), .lookup(.categoryDays, keys: categories.map(\.columns)),
        ]) { question, index, row in
            stored[question == 0 ? days[index] : categories[index]] = .some(try Rollup(row: row, startingAt: 0))
        }
    }

    private mutating func stored(_ key: RollupKey) throws -> Rollup? {
        if let known = stored[key] { return known }
        try load([key])
        return stored[key] ?? nil
    }
}

/// What a rollup grows by.
struct RollupChange {
    let key: RollupKey
    var rollup: Rollup
}

extension Connection {
    /// Adds to rollups.
    ///
    /// The schema refuses a sum that leaves 64 bits.
    ///
    /// - Parameter changes: In the order of their keys, of which no two are the same.
    func add(_ changes: [RollupChange]) throws {
        func write(_ change: RollupChange, to row: any RowWriter) {
            let key = change.key
            row.integer(key.workspaceID)
            row.integer(key.metric.column)
            row.integer(Int64(key.day.number))
            if let categoryID = key.categoryID { row.integer(categoryID) }
            row.integer(Int64(change.rollup.count))
            row.integer(change.rollup.sum.tenThousandths)
            row.integer(change.rollup.minimum.tenThousandths)
            row.integer(change.rollup.maximum.tenThousandths)
        }
        let days = changes.filter { $0.key.categoryID == nil }
        try insert(days.count, .addedDays) { write(days[$0], to: $1) }
        let categories = changes.filter { $0.key.categoryID != nil }
        try insert(categories.count, .addedCategoryDays) { write(categories[$0], to: $1) }
    }
}

extension RollupKey {
    /// workspace_id, metric, day and, where it is of one category, category_id.
    var columns: [SQLValue] {
        let day: [SQLValue] = [workspaceID.sqlValue, .integer(metric.column), day.sqlValue]
        return categoryID.map { day + [.integer($0)] } ?? day
    }
}

extension Lookup {
    /// The columns of a rollup.
    static let rollupColumns = ["r.point_count", "r.value_sum", "r.value_min", "r.value_max"]

    /// The rollup of a day, all categories together.
    static let days = Lookup(
        rollupColumns,
        "FROM daily_rollup AS r WHERE r.workspace_id = :workspace AND r.metric = :metric AND r.day = :day",
        by: ["workspace": .integer, "metric": .integer, "day": .integer])

    /// The rollup of a category's day.
    static let categoryDays = Lookup(
        rollupColumns,
        """
        FROM daily_category_rollup AS r
        WHERE r.workspace_id = :workspace AND r.metric = :metric AND r.day = :day AND r.category_id = :category
        """, by: ["workspace": .integer, "metric": .integer, "day": .integer, "category": .integer])
}

extension Insertion {
    /// Rollups of days, added to those that are there.
    fileprivate static let addedDays = addition(
        to: "daily_rollup", key: [("workspace_id", .integer), ("metric", .integer), ("day", .integer)])

    /// Rollups of a category's days, added to those that are there.
    fileprivate static let addedCategoryDays = addition(
        to: "daily_category_rollup",
        key: [("workspace_id", .integer), ("metric", .integer), ("day", .integer), ("category_id", .integer)])

    /// A sum that would leave 64 bits becomes NULL, which the column refuses: SQLite would make a binary float of it
    /// without a word.
    private static func addition(to table: String, key: [(name: String, kind: Kind)]) -> Insertion {
        Insertion(
            into: table, columns: key + rollupColumns,
            onConflict: """
                ON CONFLICT (\(key.map(\.name).joined(separator: ", "))) DO UPDATE SET
                    point_count = \(table).point_count + excluded.point_count,
                    value_sum =
                        CASE
                        WHEN excluded.value_sum > 0
                            AND \(table).value_sum > 9223372036854775807 - excluded.value_sum
                            THEN NULL
                        WHEN excluded.value_sum < 0
                            AND \(table).value_sum < (-9223372036854775807 - 1) - excluded.value_sum
                            THEN NULL
                        ELSE \(table).value_sum + excluded.value_sum
                        END,
                    value_min =
                        CASE WHEN excluded.value_min < \(table).value_min
                        THEN excluded.value_min ELSE \(table).value_min END,
                    value_max =
                        CASE WHEN excluded.value_max > \(table).value_max
                        THEN excluded.value_max ELSE \(table).value_max END
                """)
    }

    /// The columns of ``Rollup/columns``.
    static let rollupColumns: [(name: String, kind: Kind)] = [
        ("point_count", .integer), ("value_sum", .integer), ("value_min", .integer), ("value_max", .integer),
    ]
}

extension Rollup {
    /// Reads four columns: point_count, value_sum, value_min and value_max.
    init(row: any Row, startingAt start: Int) throws {
        self.init(
            count: Int(try row.integer(start)), sum: try row.amount(start + 1), minimum: try row.amount(start + 2),
            maximum: try row.amount(start + 3))
    }

    /// point_count, value_sum, value_min and value_max.
    var columns: [SQLValue] {
        [count.sqlValue, sum.sqlValue, minimum.sqlValue, maximum.sqlValue]
    }
}
