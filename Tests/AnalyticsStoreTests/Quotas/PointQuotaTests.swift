import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct PointQuotaTests {
    private func points(_ count: Int) throws -> [NewPoint] {
        Array(repeating: try .fixture(), count: count)
    }

    /// Stores points as one request of a workspace with quotas.
    private func ingest(_ count: Int, _ workspace: TestWorkspace, _ quotas: Quotas) async throws -> Int {
        let clock = workspace.clock
        let queue = IngestQueue(database: workspace.database, quotas: quotas, now: { clock.now })
        return try await queue.ingest(try points(count), workspaceID: workspace.id).value?.count ?? 0
    }

    private func usage(_ workspace: TestWorkspace) async throws -> [Int] {
        let usage = try await UsageStore(database: workspace.database).usage(
            of: workspace.id, now: workspace.clock.now)
        return [usage.points, usage.pointsToday]
    }

    @Test(
        "a workspace stores as many points a day as it may, and the next day (UTC) again",
        arguments: TestDatabase.engines)
    func daily(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let quotas = Quotas(pointsPerDay: 10)

            #expect(try await ingest(7, workspace, quotas) == 7)
            // It is 10:00 UTC.
            await #expect(throws: QuotaExceeded.pointsPerDay(10, QuotaDay(at: workspace.clock.now))) {
                try await ingest(4, workspace, quotas)
            }
            #expect(try await usage(workspace) == [7, 7])
            #expect(try await ingest(3, workspace, quotas) == 3)
            workspace.clock.advance(seconds: 14 * 3_600)
            #expect(try await usage(workspace) == [10, 0])
            #expect(try await ingest(10, workspace, quotas) == 10)
            #expect(try await usage(workspace) == [20, 10])
        }
    }

    @Test("a workspace has as many points as it may, and removed ones make room", arguments: TestDatabase.engines)
    func total(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let quotas = Quotas(points: 5)
            let first = try await workspace.ingest(try points(5))

            await #expect(throws: QuotaExceeded.points(5)) { try await ingest(1, workspace, quotas) }
            for point in first.prefix(2) {
                #expect(
                    try await workspace.corrections.remove(point.id, workspaceID: workspace.id, by: .ada, now: .t0))
            }

            #expect(try await ingest(2, workspace, quotas) == 2)
            await #expect(throws: QuotaExceeded.points(5)) { try await ingest(1, workspace, quotas) }
            #expect(try await usage(workspace) == [5, 7])
        }
    }

    @Test("of requests in one transaction those beyond the quota are refused alone", arguments: TestDatabase.engines)
    func group(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let other = try await TestWorkspace(database, email: "bob@example.com")
            let queue = IngestQueue(
                database: database, quotas: Quotas(pointsPerDay: 5, points: 6), now: { .t0 })
            database.hold()
            let first = Task.immediate { try await queue.ingest([.fixture()], workspaceID: workspace.id) }
            await database.untilHeld()
            let counts = [3, 2, 1]
            let batches = try counts.map { try points($0) }
            let tasks = batches.map { batch in
                Task.immediate { try await queue.ingest(batch, workspaceID: workspace.id) }
            }
            let batch = try points(5)
            let foreign = Task.immediate { try await queue.ingest(batch, workspaceID: other.id) }
            database.release()

            #expect(try await first.value.value?.count == 1)
            #expect(try await tasks[0].value.value?.count == 3)
            await #expect(throws: QuotaExceeded.self) { try await tasks[1].value }
            #expect(try await tasks[2].value.value?.count == 1)
            #expect(try await foreign.value.value?.count == 5)
            #expect(try await usage(workspace) == [5, 5])
        }
    }

    @Test(
        "an import counts and is refused beyond the quota, one of the operator's commands does neither",
        arguments: TestDatabase.engines)
    func imports(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let imports = ImportStore(database: database, quotas: Quotas(pointsPerDay: 6, points: 8))

            let exempt = try await imports.exempt.fixture(try points(3), workspaceID: workspace.id)
            _ = try await imports.exempt.complete(exempt, by: .operator, now: .t0)
            #expect(try await usage(workspace) == [3, 0])
            let key = try await imports.fixture(try points(4), workspaceID: workspace.id)
            await #expect(throws: QuotaExceeded.self) {
                try await imports.append(PointBatch(try points(3)), to: key, now: .t0)
            }
            await #expect(throws: QuotaExceeded.points(8)) {
                try await imports.append(PointBatch(try points(2)), to: key, now: .t0)
            }
            try await imports.append(PointBatch(try points(1)), to: key, now: .t0)
            _ = try await imports.complete(key, by: .ada, now: .t0)

            #expect(try await usage(workspace) == [8, 5])
        }
    }

    @Test("while the disk is nearly full the workspaces named store nothing", arguments: TestDatabase.engines)
    func disk(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let large = try await TestWorkspace(database)
            let small = try await TestWorkspace(database, email: "bob@example.com")
            let storage = StorageGuard()
            let queue = IngestQueue(database: database, storage: storage, now: { .t0 })
            let imports = ImportStore(database: database, storage: storage)
            let key = try await imports.fixture(workspaceID: large.id)
            storage.refuse([large.id])

            await #expect(throws: QuotaExceeded.disk) { try await queue.ingest([.fixture()], workspaceID: large.id) }
            await #expect(throws: QuotaExceeded.disk) {
                try await imports.append(PointBatch(try points(1)), to: key, now: .t0)
            }
            _ = try await queue.ingest([.fixture()], workspaceID: small.id)
            storage.refuse([])
            _ = try await queue.ingest([.fixture()], workspaceID: large.id)

            #expect(try await UsageStore(database: database).largest(5).count == 2)
        }
    }

    @Test("alerts that were resolved long ago go, and the counts with them", arguments: TestDatabase.engines)
    func alertRetention(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            for _ in 0..<3 {
                let raised = try await workspace.raise(.fixture(.revenue, "1"))
                try await workspace.resolve(try #require(raised.first).alert.id)
                workspace.clock.advance(seconds: 86_400)
            }
            try await workspace.raise(.fixture(.revenue, "1"))

            let removed = try await workspace.alerts.prune(resolvedBy: Instant.t0.advanced(bySeconds: 86_400), limit: 1)
            let more = try await workspace.alerts.prune(resolvedBy: Instant.t0.advanced(bySeconds: 86_400))
            let none = try await workspace.alerts.prune(resolvedBy: Instant.t0.advanced(bySeconds: 86_400))

            #expect([removed, more, none] == [1, 1, 0])
            #expect(try await workspace.allAlerts().map(\.id) == [3, 4])
            try await expectCountsMatchRows(database)
        }
    }
}
