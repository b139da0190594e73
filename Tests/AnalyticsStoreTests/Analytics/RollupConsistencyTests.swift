import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct RollupConsistencyTests {
    @Test(
        "after any ingest the rollups and counts are those of the points", arguments: TestDatabase.engines, [1, 2, 3])
    func recount(engine: TestDatabase.Engine, seed: UInt64) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: seed)
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(database, email: "bob@example.com")

            for size in [1, 1, 500, 3, 1, 1500, 1] {
                try await ada.ingest(NewPoint.random(size, using: &generator))
                try await bob.ingest(NewPoint.random(size, using: &generator))
            }

            try await expectRollupsMatchPoints(database)
            #expect(try await ada.list(limit: 1).total == 2007)
            #expect(try await database.integer("SELECT SUM(point_count) FROM daily_rollup") == 4014)
            #expect(try await database.integer("SELECT SUM(point_count) FROM daily_category_rollup") == 4014)
        }
    }

    @Test("a rollup has the count, the sum, the smallest and the largest value", arguments: TestDatabase.engines)
    func figures(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)

            try await workspace.ingest(.fixture(.revenue, "5"))
            try await workspace.ingest(.fixture(.revenue, "-2.5", category: "EU"), .fixture(.revenue, "0.0001"))
            try await workspace.ingest(.fixture(.revenue, "7", category: "EU"))

            #expect(
                try await database.contents()["daily_rollup"] == ["\(workspace.id),1,20780,4,95001,-25000,70000"])
            #expect(
                try await database.contents()["daily_category_rollup"]
                    == ["\(workspace.id),1,20780,0,2,50001,1,50000", "\(workspace.id),1,20780,1,2,45000,-25000,70000"])
            #expect(
                try await database.contents()["category"] == [
                    "\(workspace.id),1,0,NULL,2", "\(workspace.id),1,1,'EU',2",
                ])
        }
    }

    @Test("a day's total may be any number of 64 bits and none beyond", arguments: TestDatabase.engines)
    func limits(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)

            try await workspace.ingest(.huge(.max - 1))
            try await workspace.ingest(.huge(1))
            await #expect(throws: ValidationError.self) { try await workspace.ingest(.huge(1)) }
            try await workspace.ingest(.huge(.min, category: "a"))
            try await workspace.ingest(.huge(.min + 1, category: "b"))
            await #expect(throws: ValidationError.self) { try await workspace.ingest(.huge(-1, category: "c")) }

            #expect(try await database.integers("SELECT value_sum FROM daily_rollup") == [.min])
            try await expectRollupsMatchPointsOfHugeValues(database)
        }
    }

    @Test(
        "a category's total beyond 64 bits is refused, though other signs keep the day's small",
        arguments: TestDatabase.engines)
    func categoryLimits(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max, category: "a"))
            try await workspace.ingest(.huge(-.max, category: "b"))

            await #expect(throws: ValidationError.self) { try await workspace.ingest(.huge(1, category: "a")) }
            await #expect(throws: ValidationError.self) { try await workspace.ingest(.huge(-2, category: "b")) }
            try await workspace.ingest(.huge(-1, category: "b"))

            #expect(try await database.integers("SELECT value_sum FROM daily_rollup") == [-1])
            #expect(
                try await database.integers("SELECT value_sum FROM daily_category_rollup ORDER BY category_id")
                    == [.max, .min])
        }
    }

    @Test("no column of any table ever holds a binary float", arguments: TestDatabase.engines)
    func noFloats(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 9)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(NewPoint.random(500, using: &generator))
            for _ in 0..<3 { _ = try? await workspace.ingest(.huge(.max / 2, category: "a")) }

            let name: SQL = database.dialect == .sqlite ? "typeof" : "pg_typeof"
            let types = try await database.texts(
                """
                SELECT CAST(\(name)(value_sum) AS TEXT) || \(name)(value_min) || \(name)(value_max) AS types
                FROM daily_category_rollup
                UNION
                SELECT CAST(\(name)(value_sum) AS TEXT) || \(name)(value_min) || \(name)(value_max)
                FROM daily_rollup
                """)

            #expect(types == [String(repeating: database.dialect == .sqlite ? "integer" : "bigint", count: 3)])
        }
    }

    /// The sums of huge values overflow in SQL, so only the counts are compared.
    private func expectRollupsMatchPointsOfHugeValues(_ database: any Database) async throws {
        let points = try await database.integer("SELECT COUNT(*) FROM data_point")
        let kept = try await database.integer("SELECT SUM(point_count) FROM daily_rollup")
        let categories = try await database.integer("SELECT SUM(point_count) FROM category")
        #expect(points == 4)
        #expect(kept == 4)
        #expect(categories == 4)
    }
}
