import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct ImportDiscardTests {
    @Test("a discarded import leaves everything as it was", arguments: TestDatabase.engines)
    func trace(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 10)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(NewPoint.random(200, using: &generator))
            let before = try await database.dataContents()

            let dataImport = try await workspace.beginImport(
                NewPoint.random(500, using: &generator) + [
                    .fixture(category: "new"), .fixture(.users, category: "new"),
                ])
            try await workspace.delete(dataImport)

            #expect(try await database.dataContents() == before)
            #expect(try await workspace.imports.unsettled().isEmpty)
            #expect(workspace.versions.current(workspaceID: workspace.id) == 1)
        }
    }

    @Test("a large import is discarded in several short transactions", arguments: TestDatabase.engines)
    func large(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            var generator = SeededGenerator(seed: 11)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(NewPoint.random(100, using: &generator))
            let before = try await base.dataContents()
            // One day of one metric alone is more than a transaction removes, and two of them are exactly that many.
            let dataImport = try await workspace.beginImport(Array(repeating: .fixture(.orders), count: 5_500))
            try await workspace.imports.append(
                Array(repeating: .fixture(.users, on: .d0.advanced(by: -40)), count: 4_500), to: dataImport, now: .t0)
            try await workspace.imports.append(NewPoint.random(3_000, using: &generator), to: dataImport, now: .t0)
            let commits = database.commits

            try await workspace.delete(dataImport)

            #expect(try await base.dataContents() == before)
            #expect((3...6).contains(database.commits - commits))
        }
    }

    @Test("live points among those of an import stay when it is discarded", arguments: TestDatabase.engines)
    func interleaved(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 12)
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport()
            let other = try await workspace.beginImport()
            var live: [StoredPoint] = []
            for _ in 0..<5 {
                try await workspace.imports.append(NewPoint.random(100, using: &generator), to: dataImport, now: .t0)
                live += try await workspace.ingest(NewPoint.random(50, using: &generator))
                try await workspace.imports.append(NewPoint.random(30, using: &generator), to: other, now: .t0)
            }

            try await workspace.delete(dataImport)

            #expect(
                try await workspace.list(limit: 1000).points == live.sorted { $0.id.number > $1.id.number })
            #expect(try await database.integer("SELECT COUNT(*) FROM data_point") == 400)
            #expect(try await workspace.imports.unsettled() == [other])
            #expect(try await workspace.complete(other) == 150)
            #expect(try await workspace.list(limit: 1000).total == 400)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a category that another import still needs stays", arguments: TestDatabase.engines)
    func sharedCategory(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let first = try await workspace.beginImport([.fixture(category: "x"), .fixture(category: "mine")])
            let second = try await workspace.beginImport([.fixture(category: "x")])

            try await workspace.delete(first)

            #expect(try await database.texts("SELECT name FROM category WHERE id > 0") == ["x"])
            _ = try await workspace.complete(second)
            #expect(try await workspace.list().points.map(\.point.category) == [Label("x")])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("what is stored live while an import is being discarded is right", arguments: TestDatabase.engines)
    func meanwhile(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport(
                (0..<11_000).map { try .fixture(.orders, "1", on: .d0.advanced(by: -$0 % 4), category: "x") })

            async let discarding = workspace.delete(dataImport)
            for _ in 0..<30 { try await workspace.ingest(.fixture(.orders, "2", category: "x")) }
            #expect(try await discarding == .deleted)

            #expect(try await workspace.list(PointFilter(category: Label("x"))).total == 30)
            #expect(try await database.integer("SELECT COUNT(*) FROM data_point") == 30)
            try await expectRollupsMatchPoints(database)
        }
    }
}
