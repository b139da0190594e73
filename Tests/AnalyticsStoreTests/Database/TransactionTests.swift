import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Dispatch
import Testing

@Suite struct TransactionTests {
    private struct Refused: Error, Equatable {}

    @Test("a write that throws leaves nothing and throws on what it threw", arguments: TestDatabase.engines)
    func rollback(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let before = try await database.contents()

            await #expect(throws: Refused()) {
                try await database.write { connection in
                    try connection.insertWorkspace(1)
                    try connection.execute("CREATE TABLE extra (id INTEGER)")
                    throw Refused()
                }
            }

            #expect(try await database.contents() == before)
        }
    }

    @Test("a write sees what it wrote, and everyone does once it returns", arguments: TestDatabase.engines)
    func visible(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let inside = try await database.write { connection in
                try connection.insertWorkspace(1)
                return try connection.all("SELECT id FROM workspace") { try $0.integer(0) }
            }

            #expect(inside == [1])
            #expect(try await database.integers("SELECT id FROM workspace") == [1])
        }
    }

    @Test("writes at the same time come one after the other", arguments: TestDatabase.engines)
    func serial(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await database.write { connection in
                            let count = try connection.first("SELECT COUNT(*) FROM workspace") { try $0.integer(0) }
                            try connection.insertWorkspace((count ?? 0) + 1)
                        }
                    }
                }
                try await group.waitForAll()
            }

            #expect(try await database.integers("SELECT id FROM workspace ORDER BY id") == Array(1...100))
        }
    }

    @Test(
        "a read is one snapshot, also when a write commits in the middle of it", .timeLimit(.patient),
        arguments: TestDatabase.engines)
    func snapshot(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let hasLooked = AsyncStream.makeStream(of: Void.self)
            let mayLookAgain = DispatchSemaphore(value: 0)
            async let looks = database.read { connection in
                let count: SQL = "SELECT COUNT(*) FROM workspace"
                let first = try connection.first(count) { try $0.integer(0) }
                hasLooked.continuation.finish()
                mayLookAgain.wait()
                return [first, try connection.first(count) { try $0.integer(0) }]
            }
            for await _ in hasLooked.stream {}

            try await database.write { try $0.insertWorkspace(1) }
            let meanwhile = try await database.integers("SELECT COUNT(*) FROM workspace")
            mayLookAgain.signal()

            #expect(meanwhile == [1])
            #expect(try await looks == [0, 0])
        }
    }

    @Test(
        "what the schema refuses is a conflict, and nothing of the transaction stays", arguments: TestDatabase.engines)
    func conflict(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            try await database.write { try $0.insertWorkspace(1) }
            let before = try await database.contents()
            let statements: [(name: String, sql: SQL)] = [
                ("unique", "INSERT INTO schema_migration VALUES (1, 'again', 0)"),
                ("not null", "INSERT INTO schema_migration VALUES (99, NULL, 0)"),
                ("foreign key", "INSERT INTO point_sequence (workspace_id, next_sequence) VALUES (4, 1)"),
                ("check", "INSERT INTO id_sequence VALUES ('x', 0)"),
                ("type", "INSERT INTO id_sequence VALUES ('x', 'many')"),
            ]

            for statement in statements {
                let error = await #expect(throws: StoreError.self, "\(statement.name)") {
                    try await database.write { connection in
                        try connection.insertWorkspace(2)
                        try connection.execute(statement.sql)
                    }
                }
                #expect(error?.code == .conflict, "\(statement.name)")
            }

            #expect(try await database.contents() == before)
        }
    }

    @Test("a statement that is wrong is a fault of the program", arguments: TestDatabase.engines)
    func programming(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            for sql in ["SELEKT 1", "SELECT no_such_column FROM workspace", "SELECT 1 FROM no_such_table"] {
                let error = await #expect(throws: StoreError.self) {
                    try await database.read { try $0.forEachRow(SQL(trusted: sql)) { _ in } }
                }
                #expect(error?.code == .programming)
            }
        }
    }

    @Test("an error does not tell the values of the statement", arguments: TestDatabase.engines)
    func secrets(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let error = await #expect(throws: StoreError.self) {
                try await database.run(
                    "INSERT INTO workspace (id, name) VALUES (\(1), \("a secret"))")
            }

            #expect(error.map { "\($0)".contains("a secret") } == false)
        }
    }

    @Test("a read cannot write", arguments: TestDatabase.engines)
    func readOnly(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            await #expect(throws: StoreError.self) {
                try await database.read { try $0.insertWorkspace(1) }
            }

            let ids = try await database.integers("SELECT id FROM workspace")
            #expect(ids.isEmpty)
        }
    }
}

extension Connection {
    fileprivate func insertWorkspace(_ id: Int64) throws {
        try execute(
            """
            INSERT INTO workspace (id, name, time_zone, currency, created_at)
            VALUES (\(id), \("Acme"), \("UTC"), \("USD"), \(Instant.t0))
            """)
    }
}
