import AnalyticsCore

/// What becomes of a group of ingest requests in one database transaction.
///
/// Each request is looked at first: one that cannot be stored is refused alone and leaves no trace. What was taken is
/// then written together, points and rollups, so that no reader sees one without the other.
struct IngestTransaction {
    /// A request's points with the ids of their categories.
    private struct Request {
        let workspaceID: Int64
        let points: [(point: NewPoint, categoryID: Int64)]
    }

    private let connection: any Connection
    private let now: Instant
    private var requests: [Request] = []
    private var categories: CategoryLedger
    private var rollups: RollupLedger
    /// The first of the numbers that each workspace's points get.
    private var sequences: [Int64: Int64] = [:]

    init(connection: any Connection, now: Instant) {
        self.connection = connection
        self.now = now
        categories = CategoryLedger(connection: connection)
        rollups = RollupLedger(connection: connection)
    }

    /// Reads what taking some requests will ask for, and takes numbers for their points, all at once.
    ///
    /// The numbers of a request that is refused then stay unused.
    mutating func prepare(for requests: [(points: [NewPoint], workspaceID: Int64)]) throws {
        var wanted = Wanted()
        for (points, workspaceID) in requests {
            for point in points { wanted.insert(point, workspaceID: workspaceID) }
        }
        let (days, named) = (Array(wanted.days), Array(wanted.named))
        let uncategorized = Array(wanted.uncategorized)
        // In one order everywhere, so that no two processes wait for each other.
        let counts = wanted.counts.sorted { $0.key < $1.key }
        for key in days + uncategorized { rollups.note(nil, of: key) }
        var absent = Set(named.map(\.name))
        let lookups: [Question] = [
            .lookup(.days, keys: days.map(\.columns)), .lookup(.categoryDays, keys: uncategorized.map(\.columns)),
            .lookup(.namedCategoryDays, keys: named.map(\.columns)),
        ]
        let takings = counts.map { Question.statement(.takeSequences($0.value, workspaceID: $0.key)) }
        try connection.ask(lookups + takings) { question, index, row in
            switch question {
            case 0: rollups.note(try Rollup(row: row, startingAt: 0), of: days[index])
            case 1: rollups.note(try Rollup(row: row, startingAt: 0), of: uncategorized[index])
            case 2:
                let (name, day) = (named[index].name, named[index].day)
                let id = try row.integer(0)
                absent.remove(name)
                categories.note(id, of: name)
                let isKept = try row.optionalInteger(1) != nil
                rollups.note(
                    isKept ? try Rollup(row: row, startingAt: 1) : nil,
                    of: RollupKey(
                        workspaceID: name.scope.workspaceID, metric: name.scope.metric, day: day, categoryID: id))
            default: sequences[counts[question - lookups.count].key] = try row.integer(0)
            }
        }
        categories.note(absent: absent)
    }

    /// What is read for some points.
    private struct Wanted {
        /// A category's day, as long as its id is not known.
        struct NamedDay: Hashable {
            let name: CategoryLedger.Name
            let day: Day

            var columns: [SQLValue] {
                [
                    name.scope.workspaceID.sqlValue, .integer(name.scope.metric.column), day.sqlValue,
                    name.category.sqlValue,
                ]
            }
        }

        private(set) var days: Set<RollupKey> = []
        private(set) var uncategorized: Set<RollupKey> = []
        private(set) var named: Set<NamedDay> = []
        private(set) var counts: [Int64: Int] = [:]

        mutating func insert(_ point: NewPoint, workspaceID: Int64) {
            func key(_ categoryID: Int64?) -> RollupKey {
                RollupKey(workspaceID: workspaceID, metric: point.metric, day: point.day, categoryID: categoryID)
            }
            days.insert(key(nil))
            if let category = point.category {
                let scope = CategoryLedger.Scope(workspaceID: workspaceID, metric: point.metric)
                named.insert(NamedDay(name: .init(scope: scope, category: category), day: point.day))
            } else {
                uncategorized.insert(key(0))
            }
            counts[workspaceID, default: 0] += 1
        }
    }

    /// Takes a request, all of its points or none.
    ///
    /// - Throws: ``IngestRefusal`` where it cannot be stored, which leaves the others as they are.
    mutating func add(_ points: [NewPoint], workspaceID: Int64) throws {
        let categoriesBefore = categories.madeCount
        do {
            requests.append(try request(of: points, workspaceID: workspaceID))
        } catch let error as ValidationError {
            categories.forget(downTo: categoriesBefore)
            throw IngestRefusal(reason: error)
        }
    }

    private mutating func request(of points: [NewPoint], workspaceID: Int64) throws -> Request {
        if let point = points.first(where: { $0.day < .epoch || $0.day > PointID.lastDay }) {
            throw IngestRefusal(reason: StoreError(.unavailable, "no id can carry the day \(point.day)"))
        }
        var tally = PointTally(workspaceID: workspaceID)
        // A point that was sent alone has no index.
        func fieldPrefix(_ index: Int) -> String { points.count == 1 ? "" : "records.\(index)." }
        let placed = try points.enumerated().map { index, point in
            (point, try tally.add(point, categories: &categories, fieldPrefix: fieldPrefix(index)))
        }
        if let key = try rollups.add(tally.rollups) {
            let index = placed.firstIndex { point, categoryID in
                point.metric == key.metric && point.day == key.day && (key.categoryID ?? categoryID) == categoryID
            }
            throw PointTally.overflow(fieldPrefix: fieldPrefix(index ?? 0))
        }
        for (point, categoryID) in placed {
            categories.count(1, categoryID: categoryID, in: .init(workspaceID: workspaceID, metric: point.metric))
        }
        return Request(workspaceID: workspaceID, points: placed)
    }

    /// Writes what was taken.
    ///
    /// - Returns: The stored points of each request, in the order in which they were taken.
    func write() throws -> [[StoredPoint]] {
        var sequences = sequences
        var rows: [[SQLValue]] = []
        var stored: [[StoredPoint]] = []
        for request in requests {
            stored.append(
                try request.points.map { point, categoryID in
                    guard let sequence = sequences[request.workspaceID] else {
                        throw StoreError(.programming, "no numbers were taken for the points")
                    }
                    sequences[request.workspaceID] = sequence + 1
                    let row = try PointRow(
                        point, categoryID: categoryID, sequence: sequence, workspaceID: request.workspaceID, now: now)
                    rows.append(row.columns)
                    return StoredPoint(id: row.id, point: point, createdAt: now, updatedAt: now)
                })
        }
        try connection.insert(rows, .points)
        try rollups.write()
        try categories.write()
        for workspaceID in Set(requests.map(\.workspaceID)) { connection.noteDataChange(in: workspaceID) }
        return stored
    }
}

/// That one request of a group cannot be stored, and why.
struct IngestRefusal: Error {
    let reason: any Error
}

/// The rollups of some points of a workspace, and the categories that they are of.
struct PointTally {
    let workspaceID: Int64
    private(set) var rollups: [RollupKey: Rollup] = [:]

    init(workspaceID: Int64) {
        self.workspaceID = workspaceID
    }

    /// Adds a point to the rollups of its day.
    ///
    /// - Returns: The id of its category.
    /// - Throws: ``ValidationError`` for a new category too many and for a sum that leaves 64 bits.
    mutating func add(_ point: NewPoint, categories: inout CategoryLedger, fieldPrefix: String) throws -> Int64 {
        let scope = CategoryLedger.Scope(workspaceID: workspaceID, metric: point.metric)
        guard let categoryID = try categories.id(of: point.category, in: scope) else {
            throw ValidationError(
                field: fieldPrefix + "category", code: .limit,
                message: "The category field must not name more than \(CategoryLedger.most) different categories "
                    + "of a metric.")
        }
        let rollup = Rollup(point.value)
        for key in [nil, categoryID] {
            let key = RollupKey(workspaceID: workspaceID, metric: point.metric, day: point.day, categoryID: key)
            guard rollups.add(rollup, to: key) else { throw Self.overflow(fieldPrefix: fieldPrefix) }
        }
        return categoryID
    }

    /// What is said of a value with which its day's total would leave 64 bits.
    static func overflow(fieldPrefix: String) -> ValidationError {
        let limit = Amount(tenThousandths: .max)
        return ValidationError(
            field: fieldPrefix + "value", code: .between,
            message: "The value field must not take the day's total beyond ±\(limit).")
    }
}

extension Lookup {
    /// A category's id and the rollup of its day, by the category's name.
    fileprivate static let namedCategoryDays = Lookup(
        ["c.id"] + rollupColumns,
        """
        FROM category AS c
        LEFT JOIN daily_category_rollup AS r
            ON r.workspace_id = c.workspace_id AND r.metric = c.metric AND r.day = :day AND r.category_id = c.id
        WHERE c.workspace_id = :workspace AND c.metric = :metric AND c.name = :name
        """, by: ["workspace": .integer, "metric": .integer, "day": .integer, "name": .text])
}
