import AnalyticsStore
import AnalyticsTesting
import Foundation
import Synchronization
import Testing

@Suite(.enabled(if: TestDatabase.hasPostgres, "\(TestDatabase.noPostgres)"))
struct ServeOnPostgresTests {
    // MARK: - Where it cannot start

    /// A way in which a database cannot be used.
    struct Obstacle: Sendable, CustomTestStringConvertible {
        let name: String
        /// What is said beside where it is.
        let words: [String]
        /// The URL of the database, of one that could be used.
        let url: @Sendable (URLComponents, any Database) async throws -> URLComponents

        var testDescription: String { name }
    }

    private static let password = "do-not-print-me"

    static let obstacles: [Obstacle] = [
        Obstacle(name: "a wrong password", words: ["password authentication failed", "Check user and password"]) {
            url, _ in
            var url = url
            url.password = password
            return url
        },
        Obstacle(name: "a host that is none", words: ["translate host name", "Check the host"]) { url, _ in
            var url = url
            url.host = "no-such-host.invalid"
            url.password = password
            return url
        },
        Obstacle(name: "a port where nobody listens", words: ["Connection refused", "that the server runs"]) { url, _ in
            var url = url
            url.port = 1
            url.password = password
            return url
        },
        Obstacle(name: "a database that is not there", words: ["does not exist", "CREATE DATABASE"]) { url, _ in
            var url = url
            url.path = "/no_such_database"
            return url
        },
        Obstacle(name: "a role without rights", words: ["permission denied", "GRANT CREATE"]) { url, database in
            let role = "guest_\(url.path.split(separator: "_").suffix(2).joined(separator: "_"))"
            try await database.write { connection in
                _ = try connection.execute(SQL(trusted: "CREATE ROLE \(role) LOGIN PASSWORD '\(password)'"))
                _ = try connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            }
            var url = url
            url.user = role
            url.password = password
            return url
        },
        Obstacle(name: "a newer schema", words: ["schema 99", "newer program"]) { url, database in
            try await Migrator(database: database).migrate(now: .t0)
            try await database.write {
                _ = try $0.execute("INSERT INTO schema_migration VALUES (99, 'later', 0)")
            }
            return url
        },
        Obstacle(name: "the target of an unfinished copy", words: ["not finished", "analyticspro copy"]) {
            url, database in
            try await Migrator(database: database).migrate(now: .t0)
            try await database.write { _ = try $0.execute("INSERT INTO server_copy VALUES (1, '', 0)") }
            return url
        },
        Obstacle(name: "a server that takes no writes", words: ["read-only", "takes writes"]) { url, database in
            try await database.write { connection in
                let name = url.path.dropFirst()
                _ = try connection.execute(
                    SQL(trusted: "ALTER DATABASE \(name) SET default_transaction_read_only = on"))
            }
            return url
        },
    ]

    @Test(
        "where it cannot start it says in one line why and what to do, without the password", .timeLimit(.patient),
        arguments: obstacles)
    func obstacle(_ obstacle: Obstacle) async throws {
        try await withDatabaseURL(.postgres) { good in
            let database = try await openDatabase(good)
            let url = try await obstacle.url(try #require(URLComponents(string: good)), database)
            let text = try #require(url.string)
            try await database.close()

            let outcome = try await Program.run(
                ["serve", "--port", "0"], environment: ["DATABASE_URL": text, "LOG_LEVEL": "trace"])

            #expect(outcome.status == 1)
            #expect(outcome.output == "")
            let lines = outcome.errors.split(separator: "\n")
            let last = try #require(lines.last)
            #expect(last.hasPrefix("Error: "))
            #expect(lines.filter { $0.hasPrefix("Error") }.count == 1)
            for word in obstacle.words { #expect(last.contains(word), "\(last)") }
            let used = try #require(url.password)
            #expect(!outcome.errors.contains(used))
        }
    }

    @Test("a URL with several hosts leads to the one that takes writes", .timeLimit(.patient))
    func hosts() async throws {
        try await withDatabaseURL(.postgres) { url in
            let parts = try #require(URLComponents(string: url))
            let host = "\(try #require(parts.host)):\(try #require(parts.port))"
            let several = url.replacing("@\(host)/", with: "@127.0.0.1:1,\(host)/")

            try await withServer(database: several) { _, caller in
                let caller = try await caller.registered()
                #expect(try await caller.get("/api/v1/analytics").status == 200)
            }
        }
    }

    @Test("who may only read and write rows can serve once the schema is there", .timeLimit(.patient))
    func leastRights() async throws {
        try await withDatabaseURL(.postgres) { url in
            _ = try await Program.run(["migrate", "--database", url])
            var parts = try #require(URLComponents(string: url))
            let role = "clerk_\(parts.path.split(separator: "_").suffix(2).joined(separator: "_"))"
            let owner = try await openDatabase(url)
            try await owner.write { connection in
                for statement in [
                    "CREATE ROLE \(role) LOGIN PASSWORD '\(Self.password)'",
                    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \(role)",
                ] { _ = try connection.execute(SQL(trusted: statement)) }
            }
            parts.user = role
            parts.password = Self.password

            try await withServer(database: try #require(parts.string)) { _, caller in
                let caller = try await caller.registered()
                let stored = try await caller.post("/api/v1/analytics", #"{"metric_type": "orders", "value": 3}"#)
                #expect(stored.status == 201)
            }
            try await owner.write { connection in
                _ = try connection.execute(SQL(trusted: "DROP OWNED BY \(role)"))
                _ = try connection.execute(SQL(trusted: "DROP ROLE \(role)"))
            }
            try await owner.close()
        }
    }

    // MARK: - Several processes

    @Test("what one server stored another shows, also where it had answered before", .timeLimit(.patient))
    func twoServers() async throws {
        try await withDatabaseURL(.postgres) { database in
            try await withServer(database: database) { _, first in
                try await withServer(database: database) { second, _ in
                    let first = try await first.registered()
                    let other = Caller(url: second.url, token: first.token)
                    let kpi = "/api/v1/analytics/kpi"
                    let before = try await other.get(kpi)

                    let stored = try await first.post("/api/v1/analytics", #"{"metric_type": "orders", "value": 3}"#)
                    var after = try await other.get(kpi)
                    while after.text == before.text {
                        try await Task.sleep(for: .milliseconds(5))
                        after = try await other.get(kpi)
                    }

                    #expect(stored.status == 201)
                    #expect(after["data.kpis.orders.value"] as? Int == 3)
                }
            }
        }
    }

    // MARK: - The database stops

    /// What clients were told.
    fileprivate final class Journal: Sendable {
        let acknowledged = Mutex<Set<Int>>([])
        let refused = Mutex<[Caller.Answer]>([])
        let tried = Mutex(0)
        let isOver = Mutex(false)
    }

    @Test(
        "a database that stops under load and starts again: 503 meanwhile, nothing acknowledged lost, no restart needed",
        .enabled(if: PostgresCluster.isPossible, "no PostgreSQL to start here"), .timeLimit(.patient),
        arguments: [PostgresCluster.Stop.fast, .immediate])
    func restart(how: PostgresCluster.Stop) async throws {
        try await PostgresCluster.with { cluster in
            try await withServer(database: cluster.url, arguments: ["--database-connections", "5"]) { server, caller in
                let caller = try await caller.registered()
                let journal = Journal()

                try await withThrowingTaskGroup(of: Void.self) { clients in
                    for client in 0..<16 {
                        clients.addTask {
                            while !journal.isOver.withLock({ $0 }) {
                                journal.tried.withLock { $0 += 1 }
                                let answer = try await caller.post(
                                    "/api/v1/analytics",
                                    #"{"metric_type": "orders", "value": 1, "category": "client \#(client % 5)"}"#)
                                if answer.status == 201 {
                                    let id = try #require(answer["data.id"] as? Int)
                                    let isNew = journal.acknowledged.withLock { $0.insert(id).inserted }
                                    #expect(isNew)
                                } else {
                                    journal.refused.withLock { $0.append(answer) }
                                    try await Task.sleep(for: .milliseconds(20))
                                }
                            }
                        }
                    }
                    for round in 1...3 {
                        try await journal.reach(round * 300)
                        try await cluster.stop(how)
                        let refused = journal.refused.withLock(\.count)
                        while journal.refused.withLock(\.count) < refused + 30 {
                            try await Task.sleep(for: .milliseconds(5))
                        }
                        try await cluster.start()
                    }
                    try await journal.reach(1_200)
                    journal.isOver.withLock { $0 = true }
                    try await clients.waitForAll()
                }

                let list = try await caller.get("/api/v1/analytics?per_page=1")
                let kpi = try await caller.get("/api/v1/analytics/kpi")
                let database = try await openDatabase(cluster.url)
                let (stored, connections) = try await database.read { connection in
                    (
                        Set(try connection.all("SELECT id FROM data_point") { Int(try $0.integer(0)) }),
                        try connection.first(
                            """
                            SELECT COUNT(*)
                            FROM pg_stat_activity
                            WHERE application_name = 'analyticspro' AND pid <> pg_backend_pid()
                            """
                        ) { try $0.integer(0) }
                    )
                }
                try await database.close()

                let refused = journal.refused.withLock { $0 }
                #expect(journal.acknowledged.withLock { $0.subtracting(stored) } == [])
                #expect(stored.count <= journal.tried.withLock { $0 })
                #expect(refused.allSatisfy { $0.status == 503 && $0.retryAfter == "1" })
                #expect(refused.contains { $0["code"] as? String == "unavailable" })
                let unknown = refused.filter { $0["code"] as? String == "outcome_unknown" }.count
                // Whatever was not known to be stored was answered so.
                #expect(stored.count <= journal.acknowledged.withLock(\.count) + unknown)
                #expect(list["meta.total"] as? Int == stored.count)
                #expect(kpi["data.kpis.orders.count"] as? Int == stored.count)
                // Five of the pool, the one that listens, and that of this look.
                #expect((connections ?? 0) <= 7)
            }
        }
    }
}

extension ServeOnPostgresTests.Journal {
    /// Waits until so many points were acknowledged.
    fileprivate func reach(_ count: Int) async throws {
        while acknowledged.withLock({ $0.count }) < count { try await Task.sleep(for: .milliseconds(5)) }
    }
}
