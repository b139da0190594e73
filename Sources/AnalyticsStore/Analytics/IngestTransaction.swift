import AnalyticsCore

/// What becomes of a group of ingest requests in one database transaction.
///
/// Points, rollups, the counts of categories and the alerts that the points cause are written together, so that no reader
/// sees one without the other.
///
/// There are two ways. The short one reads nothing that it does not have to and leaves it to the schema to refuse a sum
/// that leaves 64 bits, or a category that is no longer what it was: all of the group fails then. The careful one reads
/// what is stored and looks at each request before anything is written: one that cannot be stored is refused alone and
/// leaves no trace.
struct IngestTransaction {
    /// A request that was taken.
    private struct Request {
        let workspaceID: Int64
        let points: PointBatch
        /// The category of each series.
        let categoryIDs: [Int64]
        let replacement: Replacement
        /// Tells who sent it.
        let author: @Sendable () -> Author
    }

    private let connection: any Connection
    private let isCareful: Bool
    private let quotas: Quotas
    private let now: Instant
    private var requests: [Request] = []
    private var categories: CategoryLedger
    private var rollups: RollupLedger
    private var replaced: ReplacedPoints
    /// The numbers that were taken for each workspace's points.
    private var sequences: [Int64: TakenSequences] = [:]
    /// The number of points that numbers were taken for, of each workspace.
    private var wanted: [Int64: Int] = [:]
    /// The number of points of the requests that were taken, of each workspace.
    private var accepted: [Int64: Int] = [:]
    /// Each workspace's rules, those that were given only where they are still in force.
    private(set) var ruleBooks: [Int64: RuleBook]

    /// - Parameters:
    ///   - known: Ids of categories, which may be out of date; none for the careful way.
    ///   - ruleBooks: Rules of workspaces, which may be out of date.
    ///   - quotas: The bounds of what a workspace may store.
    init(
        connection: any Connection, isCareful: Bool, known: CategoryIDs, ruleBooks: [Int64: RuleBook], quotas: Quotas,
        now: Instant
    ) {
        self.ruleBooks = ruleBooks
        self.quotas = quotas
        self.connection = connection
        self.isCareful = isCareful
        self.now = now
        categories = CategoryLedger(connection: connection, known: isCareful ? CategoryIDs() : known)
        rollups = RollupLedger(connection: connection)
        replaced = ReplacedPoints(connection: connection)
    }

    /// The categories of what was taken, with their ids.
    var categoryIDs: CategoryIDs { categories.known }

    /// Reads what taking some requests will ask for, and takes numbers for their points, all at once.
    ///
    /// The numbers of a request that is refused then stay unused.
    ///
    /// - Parameter requests: No two points of them have the same external id.
    mutating func prepare(for requests: [(points: PointBatch, workspaceID: Int64)]) throws {
        let externalNames = requests.flatMap { ReplacedPoints.names(of: $0.points, workspaceID: $0.workspaceID) }
        var names: Set<CategoryLedger.Name> = []
        var counts: [Int64: Int] = [:]
        for (points, workspaceID) in requests {
            counts[workspaceID, default: 0] += points.count
            for series in points.series {
                guard let category = series.category else { continue }
                let name = CategoryLedger.Name(workspaceID, series.metric, category)
                if categories.known[name] == nil { names.insert(name) }
            }
        }
        // In one order everywhere, so that no two processes wait for each other.
        let takings = counts.sorted { $0.key < $1.key }
        self.wanted = counts
        let wanted = Array(names)
        var revisions: [Int64: Int64] = [:]
        try connection.ask(
            [
                .lookup(.categoriesByName, keys: wanted.map(\.columns)),
                .lookup(.pointsByExternalID, keys: externalNames.map(\.columns)),
            ]
                + takings.map {
                    .statement(.takeSequences($0.value, counted: true, workspaceID: $0.key, now: now))
                }
        ) { question, index, row in
            switch question {
            case 0:
                try categories.note(row.integer(0), of: wanted[index])
                names.remove(wanted[index])
            case 1:
                try replaced.note(row, of: externalNames[index])
            default:
                let (workspaceID, count) = takings[question - 2]
                let taken = try TakenSequences(row, counted: count)
                sequences[workspaceID] = taken
                revisions[workspaceID] = taken.ruleRevision
            }
        }
        for (workspaceID, revision) in revisions where ruleBooks[workspaceID]?.revision != revision {
            ruleBooks[workspaceID] = try connection.ruleBook(of: workspaceID, revision: revision)
        }
        if !replaced.isEmpty { try replaced.settleHidden() }
        categories.note(absent: names)
        if isCareful { try loadRollups(of: requests) }
    }

    private mutating func loadRollups(of requests: [(points: PointBatch, workspaceID: Int64)]) throws {
        var keys: Set<RollupKey> = []
        for (points, workspaceID) in requests {
            for group in points.groups {
                let series = points.series[group.series]
                func insert(_ categoryID: Int64?) {
                    keys.insert(
                        RollupKey(
                            workspaceID: workspaceID, metric: series.metric, day: group.day, categoryID: categoryID))
                }
                insert(nil)
                guard let category = series.category else {
                    insert(0)
                    continue
                }
                // A new one has no rollups.
                if let id = categories.known[.init(workspaceID, series.metric, category)] { insert(id) }
            }
        }
        try rollups.load(keys)
    }

    /// Takes a request, all of its points or none.
    ///
    /// - Throws: ``IngestRefusal`` where it cannot be stored, which leaves the others as they are.
    mutating func add(_ points: PointBatch, workspaceID: Int64, by author: @escaping @Sendable () -> Author) throws {
        let categoriesBefore = categories.madeCount
        do {
            requests.append(try request(of: points, workspaceID: workspaceID, by: author))
        } catch let error as ValidationError {
            categories.forget(downTo: categoriesBefore)
            throw IngestRefusal(reason: error)
        } catch let error as ExternalIDHeld {
            throw IngestRefusal(reason: error)
        } catch let error as QuotaExceeded {
            throw IngestRefusal(reason: error)
        }
        accepted[workspaceID, default: 0] += points.count
    }

    private mutating func request(
        of points: PointBatch, workspaceID: Int64, by author: @escaping @Sendable () -> Author
    ) throws -> Request {
        if let group = points.groups.first(where: { $0.day < .epoch || $0.day > PointID.lastDay }) {
            throw IngestRefusal(reason: StoreError(.unavailable, "no id can carry the day \(group.day)"))
        }
        if let taken = sequences[workspaceID] {
            try connection.check(
                points.count, of: workspaceID, taken, storedHere: accepted[workspaceID] ?? 0, by: quotas, now: now)
        }
        let replacement = try Replacement(of: points, by: replaced, workspaceID: workspaceID)
        // A point that was sent alone has no index.
        func fieldPrefix(_ index: Int) -> String { points.count == 1 ? "" : "records.\(index)." }
        let categoryIDs = try categories.ids(of: points, workspaceID: workspaceID, fieldPrefix: fieldPrefix)
        if isCareful {
            var tally = PointTally(workspaceID: workspaceID)
            for group in points.groups {
                let metric = points.series[group.series].metric
                let isAdded = tally.add(
                    group.rollup, metric: metric, day: group.day, categoryID: categoryIDs[group.series])
                guard isAdded else { throw PointTally.overflow(fieldPrefix: fieldPrefix(group.firstIndex)) }
            }
            if let key = try rollups.add(tally.rollups) {
                let group = points.groups.first { group in
                    let categoryID = categoryIDs[group.series]
                    return points.series[group.series].metric == key.metric && group.day == key.day
                        && (key.categoryID ?? categoryID) == categoryID
                }
                throw PointTally.overflow(fieldPrefix: fieldPrefix(group?.firstIndex ?? 0))
            }
        }
        for group in points.groups {
            categories.count(
                group.rollup.count, categoryID: categoryIDs[group.series],
                in: .init(workspaceID: workspaceID, metric: points.series[group.series].metric))
        }
        return Request(
            workspaceID: workspaceID, points: points, categoryIDs: categoryIDs, replacement: replacement,
            author: author)
    }

    /// Writes what was taken.
    ///
    /// - Returns: The stored points of each request, in the order in which they were taken.
    func write() throws -> [StoredBatch] {
        try giveBackUsage()
        guard !requests.isEmpty else { return [] }
        var sequences = sequences.mapValues(\.first)
        var rows: [PointRows] = []
        let stored = try requests.map { request in
            guard let sequence = sequences[request.workspaceID] else {
                throw StoreError(.programming, "no numbers were taken for the points")
            }
            sequences[request.workspaceID] = sequence + Int64(request.points.count)
            let batch = try StoredBatch(
                request.points, firstSequence: sequence, createdAt: now,
                kept: request.replacement.kept(now: now),
                isReplacement: request.replacement.pairs.count == request.points.count)
            rows.append(PointRows(batch, categoryIDs: request.categoryIDs, workspaceID: request.workspaceID))
            return batch
        }
        let changes = isCareful ? rollups.added : try rollupChanges()
        try writeReplacements(stored)
        try connection.insert(rows)
        try withdrawReplaced(before: changes)
        try connection.add(changes)
        try categories.write()
        for workspaceID in Set(requests.map(\.workspaceID)) { connection.noteDataChange(in: workspaceID) }
        return try deciding(stored)
    }

    /// Takes what was refused out of the day's usage.
    private func giveBackUsage() throws {
        let refused = wanted.compactMap { workspaceID, count -> [SQLValue]? in
            let rest = count - (accepted[workspaceID] ?? 0)
            return rest > 0 ? [workspaceID.sqlValue, rest.sqlValue] : nil
        }
        guard !refused.isEmpty else { return }
        try connection.execute(
            "UPDATE point_sequence SET usage_points = usage_points - ?2 WHERE workspace_id = ?1", forEach: refused)
    }

    /// The stored points with the alerts that they cause.
    private func deciding(_ stored: [StoredBatch]) throws -> [StoredBatch] {
        let ruled = requests.indices.filter { !(ruleBooks[requests[$0].workspaceID]?.isEmpty ?? true) }
        if ruled.isEmpty { return stored }
        var stored = stored
        let indices = Dictionary(grouping: ruled) { requests[$0].workspaceID }
        for (workspaceID, indices) in indices.sorted(by: { $0.key < $1.key }) {
            guard let book = ruleBooks[workspaceID] else { continue }
            var evaluation = RuleEvaluation(connection: connection, book: book, workspaceID: workspaceID, now: now)
            let raised = try evaluation.decide(
                indices.map { RuleEvaluation.Request(stored: stored[$0], categoryIDs: requests[$0].categoryIDs) })
            for (number, alerts) in raised { stored[indices[number]].alerts = alerts }
        }
        return stored
    }

    /// Makes room for the points that take the place of others, and notes what those were.
    private func writeReplacements(_ stored: [StoredBatch]) throws {
        for (request, batch) in zip(requests, stored) where !request.replacement.pairs.isEmpty {
            try request.replacement.writeRows(in: connection, workspaceID: request.workspaceID, now: now) { index in
                request.categoryIDs[request.points.groups[request.points.entries[index].group].series]
            }
            try request.replacement.audit(
                in: connection, by: request.author(), workspaceID: request.workspaceID, now: now, newID: batch.id(at:))
        }
    }

    /// Takes the former points out of the rollups.
    private func withdrawReplaced(before changes: [RollupChange]) throws {
        guard requests.contains(where: { !$0.replacement.pairs.isEmpty }) else { return }
        var withdrawal = RollupWithdrawal(connection: connection)
        for request in requests {
            for pair in request.replacement.pairs { try withdrawal.add(pair.former, workspaceID: request.workspaceID) }
        }
        try withdrawal.write(before: Dictionary(changes.map { ($0.key, $0.rollup) }) { first, _ in first })
    }

    /// What the requests add to the rollups, in the order of their keys.
    ///
    /// - Throws: ``StoreError`` where they alone leave 64 bits.
    private func rollupChanges() throws -> [RollupChange] {
        var categories: [RollupChange] = []
        for request in requests {
            for group in request.points.groups {
                let key = RollupKey(
                    workspaceID: request.workspaceID, metric: request.points.series[group.series].metric,
                    day: group.day, categoryID: request.categoryIDs[group.series])
                categories.append(RollupChange(key: key, rollup: group.rollup))
            }
        }
        if categories.count > 1 { categories.sort { $0.key < $1.key } }
        var merged: [RollupChange] = []
        merged.reserveCapacity(categories.count)
        var days: [RollupChange] = []
        for change in categories {
            try merged.append(merging: change)
            let key = change.key
            let day = RollupKey(workspaceID: key.workspaceID, metric: key.metric, day: key.day, categoryID: nil)
            try days.append(merging: RollupChange(key: day, rollup: change.rollup))
        }
        return days + merged
    }
}

extension [RollupChange] {
    /// Appends a change, or adds it to the last one where that is of the same key.
    fileprivate mutating func append(merging change: RollupChange) throws {
        guard let last, last.key == change.key else { return append(change) }
        guard let rollup = last.rollup.merging(change.rollup) else {
            throw StoreError(.conflict, "the points of one transaction leave 64 bits")
        }
        self[count - 1].rollup = rollup
    }
}

/// That one request of a group cannot be stored, and why.
struct IngestRefusal: Error {
    let reason: any Error
}
