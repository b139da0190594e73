import AnalyticsCore
import AnalyticsTesting
import Dispatch
import Foundation
import Testing

@testable import AnalyticsStore

@Suite(.enabled(if: TestDatabase.hasPostgres, "\(TestDatabase.noPostgres)"))
struct PostgresDatabaseTests {
    private func withPostgres(
        connections: Int = 2, _ limits: PostgresDatabase.Limits = .patient,
        _ body: (_ database: PostgresDatabase, _ other: any Database) async throws -> Void
    ) async throws {
        try await withDatabaseURL(.postgres) { url in
            // One connection, because tests count those that are not its own.
            let other = try await PostgresDatabase.open(PostgresURL(url), connections: 1, limits: .patient)
            let database = try await PostgresDatabase.open(
                PostgresURL(url), connections: connections, limits: limits)
            try await body(database, other)
            await database.close()
            await other.close()
        }
    }

    // MARK: - Connections

    @Test("no more connections are open than allowed, whatever comes", .timeLimit(.patient))
    func bounded() async throws {
        try await withPostgres(connections: 3) { database, other in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<60 {
                    tasks.addTask { _ = try await database.texts("SELECT CAST(pg_sleep(0.01) AS TEXT)") }
                }
                try await tasks.waitForAll()
            }

            let open = try await other.integer(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            #expect(open == 3)
        }
    }

    @Test("who waits too long for a connection is told so, and those before are served", .timeLimit(.patient))
    func waiting() async throws {
        var limits = PostgresDatabase.Limits.patient
        limits.waiting = Patience.seconds(1)
        try await withPostgres(connections: 1, limits) { database, _ in
            let mayEnd = DispatchSemaphore(value: 0)
            let (began, hasBegun) = AsyncStream.makeStream(of: Void.self)
            async let first = database.read { connection in
                hasBegun.finish()
                mayEnd.wait()
                return try connection.first("SELECT 1") { try $0.integer(0) }
            }
            for await _ in began {}

            let error = await #expect(throws: StoreError.self) { try await database.integer("SELECT 2") }
            mayEnd.signal()
            let served = try await first

            #expect(error?.code == .unavailable)
            #expect(served == 1)
            #expect(try await database.integer("SELECT 3") == 3)
        }
    }

    @Test("idle connections are closed, and opened again when needed", .timeLimit(.patient))
    func idle() async throws {
        var limits = PostgresDatabase.Limits.patient
        limits.idle = .milliseconds(50)
        try await withPostgres(connections: 2, limits) { database, other in
            _ = try await database.integer("SELECT 1")
            let others: SQL =
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            while try await other.integer(others) > 0 { try await Task.sleep(for: .milliseconds(10)) }

            #expect(try await database.integer("SELECT 2") == 2)
        }
    }

    @Test("connections that the server ended are replaced without anyone noticing", .timeLimit(.patient))
    func terminated() async throws {
        try await withPostgres(connections: 2) { database, other in
            try await database.run("CREATE TABLE kept (number BIGINT)")
            for number in 0..<5 {
                _ = try await other.read { connection in
                    try connection.all(
                        """
                        SELECT CAST(pg_terminate_backend(pid) AS TEXT)
                        FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()
                        """
                    ) { try $0.text(0) }
                }
                try await database.run("INSERT INTO kept VALUES (\(number))")
                #expect(try await database.integer("SELECT COUNT(*) FROM kept") == Int64(number) + 1)
            }
        }
    }

    // MARK: - Time

    @Test("a task that is cancelled ends what the server does for it", .timeLimit(.patient))
    func cancelled() async throws {
        try await withPostgres(connections: 1) { database, other in
            let task = Task { try await database.texts("SELECT CAST(pg_sleep(60) AS TEXT)") }
            let sleeping: SQL =
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
            while try await other.integer(sleeping) == 0 { try await Task.sleep(for: .milliseconds(5)) }

            task.cancel()
            let result = await task.result

            #expect(throws: CancellationError.self) { try result.get() }
            while try await other.integer(sleeping) > 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await database.integer("SELECT 1") == 1)
        }
    }

    @Test("a write that is cancelled while it waits for a connection is not done", .timeLimit(.patient))
    func cancelledWaiting() async throws {
        try await withPostgres(connections: 1) { database, _ in
            try await database.run("CREATE TABLE kept (number BIGINT)")
            let mayEnd = DispatchSemaphore(value: 0)
            let (began, hasBegun) = AsyncStream.makeStream(of: Void.self)
            async let first: Void = database.read { _ in
                hasBegun.finish()
                mayEnd.wait()
            }
            for await _ in began {}
            let task = Task.immediate { try await database.run("INSERT INTO kept VALUES (1)") }

            task.cancel()
            let result = await task.result
            mayEnd.signal()
            try await first

            #expect(throws: CancellationError.self) { try result.get() }
            #expect(try await database.integer("SELECT COUNT(*) FROM kept") == 0)
        }
    }

    @Test("a statement that takes too long is ended, unless the limit was lifted", .timeLimit(.patient))
    func statementTimeout() async throws {
        var limits = PostgresDatabase.Limits.patient
        limits.statement = Patience.seconds(0.5)
        try await withPostgres(connections: 1, limits) { database, _ in
            let error = await #expect(throws: StoreError.self) {
                try await database.texts("SELECT CAST(pg_sleep(3600) AS TEXT)")
            }
            let seconds = Int64((limits.statement * 2 / .seconds(1)).rounded(.up))
            let long = try await database.read { connection in
                try connection.liftTimeLimit()
                // Longer than the limit.
                let sleep: SQL = "SELECT CAST(pg_sleep_for(make_interval(secs => \(seconds))) AS TEXT)"
                return try connection.all(sleep) { try $0.text(0) }
            }
            let limited = await #expect(throws: StoreError.self) {
                try await database.texts("SELECT CAST(pg_sleep(3600) AS TEXT)")
            }

            #expect(error?.code == .unavailable)
            #expect(long == [""])
            #expect(limited?.code == .unavailable)
        }
    }

    @Test("who waits too long for another's row is told so", .timeLimit(.patient))
    func lockTimeout() async throws {
        var limits = PostgresDatabase.Limits.patient
        limits.lock = .milliseconds(200)
        try await withPostgres(connections: 1, limits) { database, other in
            try await database.run("CREATE TABLE kept (number BIGINT)")
            try await database.run("INSERT INTO kept VALUES (1)")
            let mayEnd = DispatchSemaphore(value: 0)
            let (began, hasBegun) = AsyncStream.makeStream(of: Void.self)
            async let holding: Void = other.write { connection in
                try connection.execute("UPDATE kept SET number = 2")
                hasBegun.finish()
                mayEnd.wait()
            }
            for await _ in began {}

            let error = await #expect(throws: StoreError.self) {
                try await database.run("UPDATE kept SET number = 3")
            }
            mayEnd.signal()
            try await holding

            #expect(error?.code == .unavailable)
            #expect(try await database.integer("SELECT number FROM kept") == 2)
        }
    }

    // MARK: - Conflicts

    @Test("writes that read before they write are as if each were alone", .timeLimit(.patient))
    func serializable() async throws {
        try await withPostgres(connections: 6) { database, _ in
            try await database.run("CREATE TABLE kept (number BIGINT)")
            try await database.run("INSERT INTO kept VALUES (0)")

            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<60 {
                    tasks.addTask {
                        try await database.write { connection in
                            let number = try connection.first("SELECT number FROM kept") { try $0.integer(0) } ?? 0
                            try connection.execute("UPDATE kept SET number = \(number + 1)")
                        }
                    }
                }
                try await tasks.waitForAll()
            }

            #expect(try await database.integer("SELECT number FROM kept") == 60)
        }
    }

    @Test("two who saw that a name is free do not both take it", .timeLimit(.patient))
    func writeSkew() async throws {
        try await withPostgres(connections: 4) { database, _ in
            try await database.run("CREATE TABLE duty (name TEXT, is_on BIGINT)")
            for round in 0..<10 {
                try await database.run("DELETE FROM duty")
                try await database.run("INSERT INTO duty VALUES ('a', 1), ('b', 1)")
                // Each may leave while the other stays.
                @Sendable func leave(_ name: String) async throws {
                    try await database.write { connection in
                        let left = try connection.first("SELECT COUNT(*) FROM duty WHERE is_on = 1") {
                            try $0.integer(0)
                        }
                        if left == 2 {
                            try connection.execute("UPDATE duty SET is_on = 0 WHERE name = \(name)")
                        }
                    }
                }

                async let a: Void = leave("a")
                async let b: Void = leave("b")
                _ = try await (a, b)

                #expect(try await database.integer("SELECT SUM(is_on) FROM duty") == 1, "round \(round)")
            }
        }
    }

    @Test("a deadlock is resolved, and both are done", .timeLimit(.patient))
    func deadlock() async throws {
        try await withPostgres(connections: 2) { database, _ in
            try await database.run("CREATE TABLE kept (id BIGINT PRIMARY KEY, number BIGINT)")
            try await database.run("INSERT INTO kept VALUES (1, 0), (2, 0)")
            @Sendable func both(_ first: Int, _ second: Int) async throws {
                try await database.write { connection in
                    try connection.execute("UPDATE kept SET number = number + 1 WHERE id = \(first)")
                    Thread.sleep(forTimeInterval: 0.1)
                    try connection.execute("UPDATE kept SET number = number + 1 WHERE id = \(second)")
                }
            }

            async let forwards: Void = both(1, 2)
            async let backwards: Void = both(2, 1)
            _ = try await (forwards, backwards)

            #expect(try await database.integers("SELECT number FROM kept ORDER BY id") == [2, 2])
        }
    }

    // MARK: - Values

    @Test(
        "rows are inserted whatever their number: in arrays, and copied",
        arguments: [0, 1, 2, 499, 500, 501, 10_001])
    func insertion(count: Int) async throws {
        try await withPostgres { database, _ in
            try await database.run("CREATE TABLE kept (number BIGINT, words TEXT, raw BYTEA)")
            let insertion = Insertion(into: "kept", ["number": .integer, "words": .text, "raw": .bytes])
            let rows = (0..<count).map { number -> [SQLValue] in
                number.isMultiple(of: 7)
                    ? [.integer(Int64(number)), .null, .null]
                    : [.integer(Int64(number)), .text("ü\\N\t\(number)"), .bytes([0, UInt8(number % 256)])]
            }

            try await database.write { try $0.insert(rows, insertion) }

            let stored = try await database.read { connection in
                try connection.all("SELECT number, words, raw FROM kept ORDER BY number") { row in
                    try (0..<3).map { try row.value($0) }
                }
            }
            #expect(stored == rows)
        }
    }

    @Test(
        "rows of which one is refused are refused together, and the connection is good afterwards", arguments: [3, 600])
    func refusedInsertion(count: Int) async throws {
        try await withPostgres(connections: 1) { database, _ in
            try await database.run("CREATE TABLE kept (number BIGINT PRIMARY KEY)")
            let insertion = Insertion(into: "kept", ["number": .integer])
            let rows = (0..<count).map { [SQLValue.integer(Int64($0))] } + [[.integer(1)]]

            let error = await #expect(throws: StoreError.self) {
                try await database.write { try $0.insert(rows, insertion) }
            }

            #expect(error?.code == .conflict)
            #expect(try await database.integer("SELECT COUNT(*) FROM kept") == 0)
        }
    }

    @Test(
        "sums of 64-bit integers are read as what they are, while they fit",
        arguments: [
            ([0], 0), ([1, 2], 3), ([10_000, -10_000], 0), ([Int64.max], .max), ([.min], .min), ([.max, .min], -1),
            ([99_999_999, 1], 100_000_000), ([-120_000], -120_000),
        ] as [([Int64], Int64)])
    func sums(numbers: [Int64], sum: Int64) async throws {
        try await withPostgres(connections: 1) { database, _ in
            try await database.run("CREATE TABLE kept (number BIGINT)")
            for number in numbers { try await database.run("INSERT INTO kept VALUES (\(number))") }

            #expect(try await database.integer("SELECT SUM(number) FROM kept") == sum)
        }
    }

    @Test("a sum that leaves 64 bits is an error, and no other number", arguments: [Int64.max, .min])
    func wideSum(number: Int64) async throws {
        try await withPostgres(connections: 1) { database, _ in
            try await database.run("CREATE TABLE kept (number BIGINT)")
            for _ in 0..<2 { try await database.run("INSERT INTO kept VALUES (\(number))") }

            let error = await #expect(throws: StoreError.self) {
                try await database.integer("SELECT SUM(number) FROM kept")
            }

            #expect(error?.code == .corrupt)
        }
    }

    // MARK: - Other processes

    @Test(
        "who follows learns of others' changes once they are committed, and of nothing else", .timeLimit(.patient))
    func following() async throws {
        try await withDatabaseURL(.postgres) { url in
            // One connection, because tests count those that are not its own.
            let other = try await PostgresDatabase.open(PostgresURL(url), connections: 1, limits: .patient)
            let database = try await PostgresDatabase.open(PostgresURL(url), isFollowing: true)
            while database.versions.current(workspaceID: 1) == nil { try await Task.sleep(for: .milliseconds(5)) }
            let before = [1, 2].map { database.versions.current(workspaceID: $0) }

            struct Refused: Error {}
            await #expect(throws: Refused.self) {
                try await other.write { connection in
                    try connection.execute("SELECT 1")
                    connection.noteDataChange(in: 2)
                    throw Refused()
                }
            }
            try await other.write { connection in
                try connection.execute("SELECT 1")
                connection.noteDataChange(in: 1)
            }
            while database.versions.current(workspaceID: 1) == before[0] {
                try await Task.sleep(for: .milliseconds(5))
            }

            #expect(database.versions.current(workspaceID: 2) == before[1])
            await database.close()
            await other.close()
        }
    }

    @Test(
        "while nothing would be heard of others nothing counts as current, and afterwards all as changed",
        .timeLimit(.patient))
    func followingBroken() async throws {
        try await withDatabaseURL(.postgres) { url in
            var parts = try #require(URLComponents(string: url))
            let network = try FlakyNetwork(toPort: try #require(parts.port))
            parts.port = network.port
            let database = try await PostgresDatabase.open(
                PostgresURL(try #require(parts.string)), isFollowing: true)
            while database.versions.current(workspaceID: 1) == nil { try await Task.sleep(for: .milliseconds(5)) }
            let before = database.versions.current(workspaceID: 1)

            network.cutClients(refusing: true)
            while database.versions.current(workspaceID: 1) != nil { try await Task.sleep(for: .milliseconds(5)) }
            network.acceptAgain()
            while database.versions.current(workspaceID: 1) == nil { try await Task.sleep(for: .milliseconds(5)) }

            #expect(database.versions.current(workspaceID: 1) != before)
            network.close()
            await database.close()
        }
    }
}
