import AnalyticsCore

/// The categories of one transaction: their ids, the new ones among them, and how many points each gains.
///
/// A category is a number within its workspace and metric, counted from 1; 0 is no category. Its row keeps how many
/// points it has, so that a list's total needs no counting.
struct CategoryLedger {
    /// Where categories are counted.
    struct Scope: Hashable {
        let workspaceID: Int64
        let metric: Metric
    }

    /// A category by its name.
    struct Name: Hashable {
        let scope: Scope
        let category: Label

        init(_ workspaceID: Int64, _ metric: Metric, _ category: Label) {
            self.init(scope: Scope(workspaceID: workspaceID, metric: metric), category: category)
        }

        init(scope: Scope, category: Label) {
            self.scope = scope
            self.category = category
        }

        /// workspace_id, metric and name.
        var columns: [SQLValue] {
            [scope.workspaceID.sqlValue, .integer(scope.metric.column), category.sqlValue]
        }
    }

    /// How many a workspace may have for each metric.
    static let most: Int64 = 1000

    private let connection: any Connection
    /// The ids that were read, made or given.
    private(set) var known: CategoryIDs
    /// The names that were looked for and are not stored.
    private var absent: Set<Name> = []
    private var highest: [Scope: Int64] = [:]
    private var counts: [Scope: [Int64: Int]] = [:]
    /// The new categories in the order in which they were made.
    private var made: [Name] = []

    /// - Parameter known: Ids that need not be read.
    init(connection: any Connection, known: CategoryIDs = CategoryIDs()) {
        self.connection = connection
        self.known = known
    }

    /// Reads the ids of categories, so far as they are there, all at once.
    mutating func load(_ wanted: Set<Name>) throws {
        let names = wanted.filter { known[$0] == nil }
        let list = Array(names)
        try connection.ask([.lookup(.categoriesByName, keys: list.map(\.columns))]) { _, index, row in
            try note(row.integer(0), of: list[index])
        }
        note(absent: names.filter { known[$0] == nil })
    }

    /// Notes the id of a category that is stored.
    ///
    /// - Throws: ``StoreError`` of code `conflict` where it is that of another category, which is out of date then.
    mutating func note(_ id: Int64, of name: Name) throws {
        let other = known.name(of: id, in: name.scope)
        guard other == nil || other == name.category else { throw StoreError.outdatedCategory }
        known[name] = id
    }

    /// Notes that categories are not stored.
    mutating func note(absent names: Set<Name>) {
        absent.formUnion(names)
    }

    /// The id of a category, which is made where it is not known yet, or nil where there would be too many.
    ///
    /// A new one is written only when it is counted, if with no points.
    mutating func id(of category: Label?, in scope: Scope) throws -> Int64? {
        guard let category else { return 0 }
        let name = Name(scope: scope, category: category)
        if let id = known[name] { return id }
        if !absent.contains(name) {
            try load([name])
            if let stored = known[name] { return stored }
        }
        guard let next = try nextID(in: scope) else { return nil }
        known[name] = next
        made.append(name)
        return next
    }

    /// The id of the category of each series of some points.
    ///
    /// - Parameter fieldPrefix: What stands before a field's name for the point of that index.
    /// - Throws: ``ValidationError`` for a category too many.
    mutating func ids(of points: PointBatch, workspaceID: Int64, fieldPrefix: (Int) -> String) throws -> [Int64] {
        try points.series.map { series in
            let scope = Scope(workspaceID: workspaceID, metric: series.metric)
            guard let id = try id(of: series.category, in: scope) else {
                throw PointTally.tooManyCategories(fieldPrefix: fieldPrefix(series.firstIndex))
            }
            return id
        }
    }

    /// How many new categories there are, to come back to with ``forget(downTo:)``.
    var madeCount: Int { made.count }

    /// Takes back the new categories beyond so many: those of a request that is refused.
    mutating func forget(downTo count: Int) {
        while made.count > count, let name = made.popLast() {
            guard let id = known[name] else { continue }
            known[name] = nil
            if highest[name.scope] == id { highest[name.scope] = id - 1 }
        }
    }

    /// Notes that a category gains points.
    mutating func count(_ number: Int, categoryID: Int64, in scope: Scope) {
        counts[scope, default: [:]][categoryID, default: 0] += number
    }

    /// Writes the new categories and the counts.
    func write() throws {
        // A category whose name was asked for may be new; of any other only the number is known, so it is there.
        var named: [(scope: Scope, id: Int64, name: Label?, count: Int)] = []
        var numbered: [Scope: [Int64: Int]] = [:]
        for (scope, counts) in counts {
            for (id, count) in counts {
                let name = known.name(of: id, in: scope)
                if name != nil || id == 0 {
                    named.append((scope, id, name, count))
                } else {
                    numbered[scope, default: [:]][id] = count
                }
            }
        }
        // In one order everywhere, so that no two processes wait for each other.
        named.sort {
            ($0.scope.workspaceID, $0.scope.metric.column, $0.id) < (
                $1.scope.workspaceID, $1.scope.metric.column, $1.id
            )
        }
        try connection.insert(named.count, .countedCategories) { index, row in
            let category = named[index]
            row.integer(category.scope.workspaceID)
            row.integer(category.scope.metric.column)
            row.integer(category.id)
            if let name = category.name { row.text(name.text) } else { row.null() }
            row.integer(Int64(category.count))
        }
        try connection.changeCategoryCounts(numbered)
    }

    /// The number of a new category: one above the highest or, when that is used up, one that an import left free which
    /// was discarded; nil where there is none.
    private mutating func nextID(in scope: Scope) throws -> Int64? {
        let next = try highestID(in: scope) + 1
        if next <= Self.most {
            guard known.name(of: next, in: scope) == nil else { throw StoreError.outdatedCategory }
            highest[scope] = next
            return next
        }
        let used = Set(
            try connection.all(
                """
                SELECT id
                FROM category
                WHERE workspace_id = \(scope.workspaceID) AND metric = \(scope.metric.column)
                ORDER BY id
                """
            ) { try $0.integer(0) })
        return (1...Self.most).first { !used.contains($0) && known.name(of: $0, in: scope) == nil }
    }

    private mutating func highestID(in scope: Scope) throws -> Int64 {
        if let known = highest[scope] { return known }
        let id =
            try connection.first(
                """
                SELECT COALESCE(MAX(id), 0)
                FROM category
                WHERE workspace_id = \(scope.workspaceID) AND metric = \(scope.metric.column)
                """
            ) { try $0.integer(0) } ?? 0
        highest[scope] = id
        return id
    }
}

extension Connection {
    /// Changes how many points categories have that are there.
    ///
    /// - Parameter changes: By how much, for each scope by the category's number.
    func changeCategoryCounts(_ changes: [CategoryLedger.Scope: [Int64: Int]]) throws {
        let rows = changes.flatMap { scope, counts in
            counts.map { (workspaceID: scope.workspaceID, metric: scope.metric.column, id: $0.key, change: $0.value) }
        }
        // In one order everywhere, so that no two processes wait for each other.
        let sorted = rows.sorted { ($0.workspaceID, $0.metric, $0.id) < ($1.workspaceID, $1.metric, $1.id) }
        try execute(
            """
            UPDATE category
            SET point_count = point_count + ?4
            WHERE workspace_id = ?1 AND metric = ?2 AND id = ?3
            """,
            forEach: sorted.map {
                [$0.workspaceID.sqlValue, .integer($0.metric), .integer($0.id), $0.change.sqlValue]
            })
    }
}

extension StoreError {
    fileprivate static let outdatedCategory = StoreError(
        .conflict, "an id that was kept is that of another category by now")
}

extension Lookup {
    /// The id of a category.
    static let categoriesByName = Lookup(
        ["c.id"], "FROM category AS c WHERE c.workspace_id = :workspace AND c.metric = :metric AND c.name = :name",
        by: ["workspace": .integer, "metric": .integer, "name": .text])
}

extension Insertion {
    /// Categories with how many points each gains.
    ///
    /// Where the number is another category's by now the count becomes NULL, which the column refuses.
    fileprivate static let countedCategories = Insertion(
        into: "category",
        ["workspace_id": .integer, "metric": .integer, "id": .integer, "name": .text, "point_count": .integer],
        onConflict: """
            ON CONFLICT (workspace_id, metric, id) DO UPDATE SET
                point_count =
                    CASE WHEN category.name IS NOT DISTINCT FROM excluded.name
                    THEN category.point_count + excluded.point_count END
            """)
}
