import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct CategoryLimitTests {
    private let error = ValidationError(
        field: "category", code: .limit,
        message: "The category field must not name more than 1000 different categories of a metric.")

    private func points(_ numbers: ClosedRange<Int>) throws -> [NewPoint] {
        try numbers.map { try .fixture(.revenue, "1", category: "c\($0)") }
    }

    @Test("a metric has at most a thousand categories; those that are there go on", arguments: TestDatabase.engines)
    func limit(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(points(1...1000))

            await #expect(throws: error) { try await workspace.ingest(.fixture(.revenue, "1", category: "c1001")) }

            try await workspace.ingest(.fixture(.revenue, "2", category: "c1000"))
            try await workspace.ingest(.fixture(.revenue, "2"))
            try await workspace.ingest(.fixture(.orders, "2", category: "c1001"))
            #expect(try await workspace.list(limit: 1).total == 1003)
            #expect(try await workspace.list(PointFilter(category: Label("c1001"))).total == 1)
        }
    }

    @Test("another workspace has a thousand of its own", arguments: TestDatabase.engines)
    func workspaces(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            try await TestWorkspace(database).ingest(points(1...1000))
            let bob = try await TestWorkspace(database, email: "bob@example.com")

            let stored = try await bob.ingest(points(1001...2000))

            #expect(stored.count == 1000)
        }
    }

    @Test(
        "of several points the one with the new category is named, and none is stored", arguments: TestDatabase.engines)
    func several(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(points(1...999))

            let error = await #expect(throws: ValidationError.self) {
                try await workspace.ingest(points(998...1002))
            }

            #expect(error?.issues.map(\.field) == ["records.3.category"])
            #expect(try await workspace.list(limit: 1).total == 999)
            try await workspace.ingest(.fixture(.revenue, "1", category: "c1000"))
        }
    }

    @Test(
        "the categories of a request that is refused take nothing from its neighbours", arguments: TestDatabase.engines)
    func neighbours(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)

            let outcomes = try await workspace.ingestTogether(
                on: database,
                [
                    (points(1...1001), workspace.id), ([.fixture(.revenue, "1", category: "mine")], workspace.id),
                    (points(1...10) + [.huge(.max), .huge(1)], workspace.id),
                    ([.fixture(.revenue, "1", category: "c1")], workspace.id),
                ])

            #expect(outcomes.map { $0.error is ValidationError } == [true, false, true, false])
            #expect(
                try await database.texts("SELECT id || name FROM category WHERE id > 0 ORDER BY id") == [
                    "1mine", "2c1",
                ])
            try await workspace.ingest(points(2...999))
        }
    }

    @Test("an import that was discarded takes no category from later points", arguments: TestDatabase.engines)
    func discarded(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport(points(1...999))
            try await workspace.ingest(.fixture(.revenue, "1", category: "live"))
            try await workspace.delete(dataImport)

            let stored = try await workspace.ingest(points(2001...2999))

            #expect(stored.count == 999)
            await #expect(throws: error) { try await workspace.ingest(.fixture(.revenue, "1", category: "more")) }
            #expect(try await database.integer("SELECT COUNT(DISTINCT name) FROM category WHERE id > 0") == 1000)
            #expect(try await workspace.list(PointFilter(category: Label("live"))).total == 1)
            try await expectRollupsMatchPoints(database)
        }
    }
}
