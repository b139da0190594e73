import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct ImportCompletionTests {
    @Test("imports at the same time do not mix, whichever ends first", arguments: TestDatabase.engines)
    func two(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let first = try await workspace.beginImport([.fixture(.users, "1", category: "x")])
            let second = try await workspace.beginImport([.fixture(.users, "2", category: "x")])
            try await workspace.imports.append([.fixture(.users, "3", category: "y")], to: first, now: .t0)
            try await workspace.imports.append([.fixture(.users, "4", category: "y")], to: second, now: .t0)

            #expect(try await workspace.complete(second) == 2)
            let between = try await workspace.list()
            #expect(try await workspace.complete(first) == 2)

            #expect(between.points.map(\.point.value.description) == ["4", "2"])
            #expect(between.total == 2)
            #expect(try await workspace.list().points.map(\.point.value.description) == ["4", "3", "2", "1"])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("imports and live points agree on the categories that they make together", arguments: TestDatabase.engines)
    func categories(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport([.fixture(category: "x"), .fixture(category: "y")])
            try await workspace.ingest(.fixture(category: "x"), .fixture(category: "z"))
            try await workspace.imports.append(
                [.fixture(category: "z"), .fixture(category: "x")], to: dataImport, now: .t0)

            _ = try await workspace.complete(dataImport)

            #expect(
                try await database.texts(
                    "SELECT name || ' ' || point_count FROM category WHERE id > 0 ORDER BY name")
                    == ["x 3", "y 1", "z 2"])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("completing where a day's total would leave 64 bits changes nothing", arguments: TestDatabase.engines)
    func overflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport([.huge(6), .fixture(.users, category: "a")])
            try await workspace.ingest(.huge(.max - 5))
            let before = try await database.contents()

            let error = await #expect(throws: ValidationError.self) {
                try await workspace.complete(dataImport)
            }

            #expect(error?.issues.map(\.field) == ["value"])
            #expect(try await database.contents() == before)
            #expect(try await workspace.imports.unsettled() == [dataImport])
            #expect(workspace.versions.current(workspaceID: workspace.id) == 1)
            try await workspace.ingest(.huge(-1))
            #expect(try await workspace.complete(dataImport) == 2)
        }
    }

    @Test("completing where a category's total would leave 64 bits changes nothing", arguments: TestDatabase.engines)
    func categoryOverflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max, category: "a"))
            try await workspace.ingest(.huge(-.max, category: "b"))
            let dataImport = try await workspace.beginImport([.huge(1, category: "a")])
            let before = try await database.contents()

            await #expect(throws: ValidationError.self) { try await workspace.complete(dataImport) }

            #expect(try await database.contents() == before)
        }
    }

    @Test(
        "points with which the import's own totals would leave 64 bits are not taken", arguments: TestDatabase.engines)
    func overflowWithin(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport([.huge(.max)])
            let before = try await database.contents()

            await #expect(throws: ValidationError.self) {
                try await workspace.imports.append([.fixture(.users), .huge(1)], to: dataImport, now: .t0)
            }

            #expect(try await database.contents() == before)
            #expect(try await workspace.complete(dataImport) == 1)
        }
    }

    @Test("of points that cannot be taken the first is named by its place among them", arguments: TestDatabase.engines)
    func field(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport(
                (1...1000).map { try .fixture(category: "c\($0)") })

            let error = await #expect(throws: ValidationError.self) {
                try await workspace.imports.append(
                    [.fixture(category: "c1000"), .fixture(category: "c1001")], to: dataImport, now: .t0)
            }

            #expect(error?.issues.map(\.field) == ["records.1.category"])
        }
    }

    @Test(
        "an import without points can be completed, a complete one neither go on nor be completed again",
        arguments: TestDatabase.engines)
    func ends(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let empty = try await workspace.beginImport()

            #expect(try await workspace.complete(empty) == 0)
            let before = try await database.contents()
            let error = await #expect(throws: StoreError.self) {
                try await workspace.imports.append([.fixture()], to: empty, now: .t0)
            }
            let again = await #expect(throws: StoreError.self) { try await workspace.complete(empty) }
            #expect([error?.code, again?.code] == [.conflict, .conflict])
            #expect(try await database.contents() == before)
        }
    }

    @Test("settling an import that is complete leaves its points", arguments: TestDatabase.engines)
    func settleComplete(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport([.fixture(category: "a")])
            _ = try await workspace.complete(dataImport)
            let before = try await database.contents()

            try await workspace.imports.settle(dataImport) { .t0 }

            #expect(try await database.contents() == before)
            #expect(try await database.integer("SELECT COUNT(*) FROM data_point") == 1)
        }
    }

    @Test(
        "what was kept apart of a large import is removed within the time that a statement has",
        .enabled(if: TestDatabase.hasPostgres, "\(TestDatabase.noPostgres)"))
    func settleLarge() async throws {
        var limits = PostgresDatabase.Limits.patient
        // With the usual 30 seconds it would take a larger one to fail, and longer.
        limits.statement = Patience.seconds(2)
        try await withDatabaseURL(.postgres) { url in
            let database = try await PostgresDatabase.open(PostgresURL(url), connections: 2, limits: limits)
            try await Migrator(database: database).migrate(now: .t0)
            let workspace = try await TestWorkspace(database)
            let points = try (0..<24_000).map { number in
                try NewPoint.fixture(
                    on: .d0.advanced(by: -(number / 40)), category: "category \(number % 40)")
            }
            let dataImport = try await workspace.beginImport()
            for start in stride(from: 0, to: points.count, by: 4_000) {
                try await workspace.imports.append(
                    Array(points[start..<start + 4_000]), to: dataImport, now: .t0)
            }

            try await workspace.complete(dataImport)

            #expect(try await database.integer("SELECT COUNT(*) FROM data_import_rollup") == 0)
            #expect(try await database.integer("SELECT COUNT(*) FROM daily_category_rollup") == 24_000)
            await database.close()
        }
    }

    @Test("unfinished imports are told of all workspaces, oldest first", arguments: TestDatabase.engines)
    func unfinished(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(database, email: "bob@example.com")
            let imports = [try await bob.beginImport(), try await ada.beginImport([.fixture()])]
            let complete = try await ada.beginImport([.fixture()])
            _ = try await ada.complete(complete)

            #expect(try await ada.imports.unsettled() == imports)
            #expect(imports.map(\.workspaceID) == [bob.id, ada.id])
        }
    }

    @Test("an import of a workspace that is not there is a conflict", arguments: TestDatabase.engines)
    func noWorkspace(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let imports = ImportStore(database: database)

            let error = await #expect(throws: StoreError.self) {
                try await imports.create(
                    NewImport(name: "a", format: .csv), workspaceID: 5, by: .operator, now: .t0)
            }

            #expect(error?.code == .conflict)
        }
    }
}
