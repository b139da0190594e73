import AnalyticsCore

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
    /// - Throws: ``ValidationError`` for a category too many, and where a sum would leave 64 bits.
    mutating func add(_ point: NewPoint, categories: inout CategoryLedger, fieldPrefix: String) throws -> Int64 {
        let scope = CategoryLedger.Scope(workspaceID: workspaceID, metric: point.metric)
        guard let categoryID = try categories.id(of: point.category, in: scope) else {
            throw Self.tooManyCategories(fieldPrefix: fieldPrefix)
        }
        guard add(Rollup(point.value), metric: point.metric, day: point.day, categoryID: categoryID) else {
            throw Self.overflow(fieldPrefix: fieldPrefix)
        }
        return categoryID
    }

    /// Adds points of a category to the rollups of their day, or answers false where a sum would leave 64 bits.
    mutating func add(_ rollup: Rollup, metric: Metric, day: Day, categoryID: Int64) -> Bool {
        rollups.add(rollup, workspaceID: workspaceID, metric: metric, day: day, categoryID: categoryID)
    }

    /// What is said of a value with which its day's total would leave 64 bits.
    static func overflow(fieldPrefix: String) -> ValidationError {
        .dayTotalOutOfRange(fieldPrefix: fieldPrefix)
    }

    /// What is said of a category for which there is no room.
    static func tooManyCategories(fieldPrefix: String) -> ValidationError {
        ValidationError(
            field: fieldPrefix + "category", code: .limit,
            message: "The category field must not name more than \(CategoryLedger.most) different categories "
                + "of a metric.")
    }
}

extension [RollupKey: Rollup] {
    /// Adds points of a category to the rollups of their day, or answers false where a sum would leave 64 bits.
    mutating func add(_ rollup: Rollup, workspaceID: Int64, metric: Metric, day: Day, categoryID: Int64) -> Bool {
        for id in [nil, categoryID] {
            let key = RollupKey(workspaceID: workspaceID, metric: metric, day: day, categoryID: id)
            guard add(rollup, to: key) else { return false }
        }
        return true
    }

    /// Adds a rollup to that of its key, or answers false where the sum would leave 64 bits.
    mutating func add(_ rollup: Rollup, to key: RollupKey) -> Bool {
        guard let present = self[key] else {
            self[key] = rollup
            return true
        }
        guard let merged = present.merging(rollup) else { return false }
        self[key] = merged
        return true
    }
}
