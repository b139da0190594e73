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
    }

    /// How many a workspace may have for each metric.
    static let most: Int64 = 1000

    private let connection: any Connection
    private var ids: [Scope: [Label: Int64]] = [:]
    /// The names that were looked for and are not stored.
    private var absent: Set<Name> = []
    private var highest: [Scope: Int64] = [:]
    private var counts: [Scope: [Int64: Int]] = [:]
    /// The new categories in the order in which they were made.
    private var made: [(scope: Scope, category: Label)] = []

    init(connection: any Connection) {
        self.connection = connection
    }

    /// Reads the ids of categories, so far as they are there, all at once.
    mutating func load(_ wanted: Set<Name>) throws {
        let names = wanted.filter { ids[$0.scope]?[$0.category] == nil }
        let list = Array(names)
        try connection.ask([
            .lookup(
                .categoriesByName,
                keys: list.map {
                    [$0.scope.workspaceID.sqlValue, .integer($0.scope.metric.column), $0.category.sqlValue]
                })
        ]) { _, index, row in
            ids[list[index].scope, default: [:]][list[index].category] = try row.integer(0)
        }
        note(absent: names.filter { ids[$0.scope]?[$0.category] == nil })
    }

    /// Notes the id of a category that is stored.
    mutating func note(_ id: Int64, of name: Name) {
        ids[name.scope, default: [:]][name.category] = id
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
        if let id = ids[scope]?[category] { return id }
        if !absent.contains(Name(scope: scope, category: category)) {
            try load([Name(scope: scope, category: category)])
            if let stored = ids[scope]?[category] { return stored }
        }
        guard let next = try nextID(in: scope) else { return nil }
        ids[scope, default: [:]][category] = next
        made.append((scope, category))
        return next
    }

    /// How many new categories there are, to come back to with ``forget(downTo:)``.
    var madeCount: Int { made.count }

    /// Takes back the new categories beyond so many: those of a request that is refused.
    mutating func forget(downTo count: Int) {
        while made.count > count, let (scope, category) = made.popLast() {
            guard let id = ids[scope]?.removeValue(forKey: category) else { continue }
            if highest[scope] == id { highest[scope] = id - 1 }
        }
    }

    /// Notes that a category gains points.
    mutating func count(_ number: Int, categoryID: Int64, in scope: Scope) {
        counts[scope, default: [:]][categoryID, default: 0] += number
    }

    /// Writes the new categories and the counts.
    func write() throws {
        // A category whose name was asked for may be new; of any other only the number is known, so it is there.
        var named: [[SQLValue]] = []
        var known: [[SQLValue]] = []
        for (scope, counts) in counts {
            let names = Dictionary(
                (ids[scope] ?? [:]).map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
            for (id, count) in counts {
                let key = [scope.workspaceID.sqlValue, .integer(scope.metric.column), .integer(id)]
                if let name = names[id] {
                    named.append(key + [name.sqlValue, count.sqlValue])
                } else if id == 0 {
                    named.append(key + [.null, count.sqlValue])
                } else {
                    known.append(key + [count.sqlValue])
                }
            }
        }
        try connection.insert(named, .countedCategories)
        try connection.execute(
            """
            UPDATE category
            SET point_count = point_count + ?4
            WHERE workspace_id = ?1 AND metric = ?2 AND id = ?3
            """, forEach: known)
    }

    /// The number of a new category: one above the highest or, when that is used up, one that an import left free which
    /// was discarded; nil where there is none.
    private mutating func nextID(in scope: Scope) throws -> Int64? {
        let next = try highestID(in: scope) + 1
        if next <= Self.most {
            highest[scope] = next
            return next
        }
        let stored = try connection.all(
            """
            SELECT id
            FROM category
            WHERE workspace_id = \(scope.workspaceID) AND metric = \(scope.metric.column)
            ORDER BY id
            """
        ) { try $0.integer(0) }
        let used = Set(stored).union((ids[scope] ?? [:]).values)
        return (1...Self.most).first { !used.contains($0) }
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

extension Lookup {
    /// The id of a category.
    fileprivate static let categoriesByName = Lookup(
        ["c.id"], "FROM category AS c WHERE c.workspace_id = :workspace AND c.metric = :metric AND c.name = :name",
        by: ["workspace": .integer, "metric": .integer, "name": .text])
}

extension Insertion {
    /// Categories with how many points each gains.
    fileprivate static let countedCategories = Insertion(
        into: "category",
        ["workspace_id": .integer, "metric": .integer, "id": .integer, "name": .text, "point_count": .integer],
        onConflict: """
            ON CONFLICT (workspace_id, metric, id) DO UPDATE SET
                point_count = category.point_count + excluded.point_count
            """)
}
