import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting

/// A workspace with the stores of its data.
struct TestWorkspace: Sendable {
    let database: any Database
    let id: Int64
    let clock = TestClock()
    let queue: IngestQueue
    let points: PointStore
    let rollups: RollupStore
    let imports: ImportStore
    let corrections: CorrectionStore
    let rules: AlertRuleStore
    let alerts: AlertStore

    var versions: DataVersions { database.versions }

    /// Makes one.
    ///
    /// Where a database is to have several, their users need different addresses.
    init(
        _ database: any Database, email: String = "ada@example.com", mostWaitingPoints: Int = 100_000
    ) async throws {
        self.init(
            database, id: try await AccountStore(database: database).fixture(email: email).workspace.id,
            mostWaitingPoints: mostWaitingPoints)
    }

    /// One that is there, through another way to its database.
    init(_ database: any Database, id: Int64, mostWaitingPoints: Int = 100_000) {
        self.database = database
        self.id = id
        queue = IngestQueue(
            database: database, mostWaitingPoints: mostWaitingPoints, now: { [clock] in clock.now })
        points = PointStore(database: database)
        rollups = RollupStore(database: database)
        imports = ImportStore(database: database)
        corrections = CorrectionStore(database: database)
        rules = AlertRuleStore(database: database)
        alerts = AlertStore(database: database)
    }

    /// Stores points as one request.
    @discardableResult
    func ingest(_ points: NewPoint...) async throws -> [StoredPoint] {
        try await queue.ingest(points, workspaceID: id).value.stored
    }

    /// Stores points as one request.
    @discardableResult
    func ingest(_ points: [NewPoint]) async throws -> [StoredPoint] {
        try await queue.ingest(points, workspaceID: id).value.stored
    }

    /// Stores points as one request.
    ///
    /// - Returns: The alerts that they opened or added occurrences to.
    @discardableResult
    func raise(_ points: NewPoint...) async throws -> [RaisedAlert] {
        try await queue.ingest(points, workspaceID: id).value?.alerts ?? []
    }

    /// All alerts, oldest first.
    func allAlerts() async throws -> [Alert] {
        try await alerts.list(.init(), ListSlice(.offset(0), limit: 1_000), workspaceID: id).page.items.reversed()
    }

    /// Decides all days that are due, and reminds of all alerts that are.
    func doWhatIsDue() async throws {
        let due = DueAlertStore(database: database)
        while case let keys = try await due.dueRules(now: clock.now), !keys.isEmpty {
            for key in keys { try await due.decide(key, now: clock.now) }
        }
        for key in try await due.dueReminders(now: clock.now) { try await due.remind(key, now: clock.now) }
    }

    /// Resolves the alert of that number as a person.
    @discardableResult
    func resolve(_ alertID: Int64, note: String? = nil) async throws -> Alert? {
        try await alerts.resolve(alertID, note: note, workspaceID: id, by: .ada, now: clock.now)
    }

    /// A part of the list, from its beginning unless told.
    func list(
        _ filter: PointFilter = PointFilter(), at position: PointPosition = .offset(0), limit: Int = 100
    ) async throws -> PointList {
        try await points.list(filter, at: position, limit: limit, workspaceID: id)
    }

    /// Begins an import and stores some points of it.
    func beginImport(_ points: [NewPoint] = [], isDryRun: Bool = false) async throws -> ImportKey {
        try await imports.fixture(points, isDryRun: isDryRun, workspaceID: id)
    }

    /// Completes an import and removes what it does not need any more.
    ///
    /// - Returns: How many points it has.
    @discardableResult
    func complete(_ key: ImportKey) async throws -> Int {
        let count = try await imports.complete(key, by: .operator, now: .t0).recordCount
        try await imports.settle(key) { .t0 }
        return count
    }

    /// Deletes an import and removes what it left behind.
    @discardableResult
    func delete(_ key: ImportKey) async throws -> ImportStore.Deletion {
        let deletion = try await imports.delete(key.id, workspaceID: id, by: .operator, now: .t0)
        try await imports.settle(key) { .t0 }
        return deletion
    }

    /// Sends requests so that one transaction stores them all, and gives their outcomes in the same order.
    ///
    /// The queue must stand on the given database.
    func ingestTogether(
        on database: ObservedDatabase, _ requests: [(points: [NewPoint], workspaceID: Int64)]
    ) async throws -> [Result<[StoredPoint], any Error>] {
        database.hold()
        // The first request is taken alone; what arrives while it is being stored shares the next transaction.
        let first = Task.immediate { try await queue.ingest([.fixture(.bounceRate)], workspaceID: id) }
        await database.untilHeld()
        let tasks = requests.map { request in
            Task.immediate {
                try await queue.ingest(request.points, workspaceID: request.workspaceID).value.stored
            }
        }
        database.release()
        _ = try await first.value
        var outcomes: [Result<[StoredPoint], any Error>] = []
        for task in tasks { outcomes.append(await task.result) }
        return outcomes
    }
}

extension Author {
    /// The admin of a test's workspace.
    static let ada = Author(person: .init(id: 1, name: "Ada", email: EmailAddress(trusted: "ada@example.com")))
}

extension Result {
    /// What was thrown, if anything.
    var error: (any Error)? {
        if case .failure(let error) = self { error } else { nil }
    }
}

extension Outcome {
    /// The answer that was given before, where this was a repetition.
    var keptAnswer: KeptAnswer? {
        if case .repeated(let answer) = self { answer } else { nil }
    }
}

extension NewPoint {
    /// A revenue of any 64-bit number of ten-thousandths, also of more than a client may send at once.
    static func huge(_ tenThousandths: Int64, on day: Day = .d0, category: String? = nil) -> NewPoint {
        NewPoint(
            metric: .revenue, value: Amount(tenThousandths: tenThousandths), day: day,
            category: category.map { Label($0) })
    }
}
