import AnalyticsTesting
import Foundation
import Synchronization
import Testing

@testable import AnalyticsStore

/// What becomes of a transaction whose connection breaks while it is being committed.
@Suite(.enabled(if: TestDatabase.hasPostgres, "\(TestDatabase.noPostgres)"), .serialized)
struct PostgresCommitTests {
    /// How often something happened.
    private final class Counter: Sendable {
        private let count = Atomic(0)

        /// Counts, and tells which time it is.
        func next() -> Int { count.add(1, ordering: .relaxed).newValue }

        var value: Int { count.load(ordering: .relaxed) }
    }

    /// Runs a closure with a database behind a network that can break, and the same database as it is.
    ///
    /// - Parameter outcome: How long it is tried to find out what became of a commit.
    private func withFlakyDatabase(
        outcome: Duration = Patience.seconds(60),
        _ body: (_ flaky: PostgresDatabase, _ direct: any Database, _ network: FlakyNetwork) async throws -> Void
    ) async throws {
        try await withDatabaseURL(.postgres) { url in
            var parts = try #require(URLComponents(string: url))
            let network = try FlakyNetwork(toPort: try #require(parts.port))
            parts.host = "127.0.0.1"
            parts.port = network.port
            let direct = try await openDatabase(url)
            try await direct.run("CREATE TABLE kept (number BIGINT)")
            var limits = PostgresDatabase.Limits.patient
            limits.outcome = outcome
            let flaky = try await PostgresDatabase.open(
                PostgresURL(try #require(parts.string)), connections: 1, limits: limits)
            // The connection is open, and the next transaction begins on it.
            try await flaky.run("INSERT INTO kept VALUES (0)")
            try await body(flaky, direct, network)
            network.close()
            await flaky.close()
            try await direct.close()
        }
    }

    @Test("committed, but the answer was lost: it is found out, and nothing is done twice", .timeLimit(.patient))
    func committed() async throws {
        try await withFlakyDatabase { flaky, direct, network in
            let runs = Counter()

            let value = try await flaky.write { connection in
                try connection.execute("INSERT INTO kept VALUES (1)")
                if runs.next() == 1 { network.set(.answersAreLost) }
                return "done"
            }

            #expect(value == "done")
            #expect(runs.value == 1)
            #expect(try await direct.integers("SELECT number FROM kept ORDER BY number") == [0, 1])
        }
    }

    @Test("the commit was lost: it is run again, and done once", .timeLimit(.patient))
    func lost() async throws {
        try await withFlakyDatabase { flaky, direct, network in
            let runs = Counter()

            try await flaky.write { connection in
                try connection.execute("INSERT INTO kept VALUES (1)")
                if runs.next() == 1 { network.set(.requestsAreLost) }
            }

            #expect(runs.value == 2)
            #expect(try await direct.integers("SELECT number FROM kept ORDER BY number") == [0, 1])
        }
    }

    @Test("the commit comes late, after the look whether it came: it does nothing any more", .timeLimit(.patient))
    func late() async throws {
        try await withFlakyDatabase { flaky, direct, network in
            let runs = Counter()

            try await flaky.write { connection in
                try connection.execute("INSERT INTO kept VALUES (\(runs.next()))")
                if runs.value == 1 { network.set(.requestsAreLate) }
            }
            let before = try await direct.integers("SELECT number FROM kept ORDER BY number")
            network.deliver()
            // The server takes the commit, finds that it came too late, and ends the session.
            while try await direct.integer(
                """
                SELECT COUNT(*)
                FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
                """) > 0
            {
                try await Task.sleep(for: .milliseconds(10))
            }

            #expect(runs.value == 2)
            #expect(before == [0, 2])
            #expect(try await direct.integers("SELECT number FROM kept ORDER BY number") == [0, 2])
        }
    }

    @Test(
        "where the database cannot be asked the outcome is unknown, and it is not tried again", .timeLimit(.patient)
    )
    func unknown() async throws {
        try await withFlakyDatabase(outcome: .seconds(2)) { flaky, direct, network in
            let runs = Counter()

            let error = await #expect(throws: StoreError.self) {
                try await flaky.write { connection in
                    try connection.execute("INSERT INTO kept VALUES (1)")
                    _ = runs.next()
                    network.set(.answersAreLost, thenRefusing: true)
                }
            }
            network.acceptAgain()
            try await flaky.run("INSERT INTO kept VALUES (2)")

            #expect(error?.code == .outcomeUnknown)
            #expect(runs.value == 1)
            #expect(try await direct.integers("SELECT number FROM kept ORDER BY number") == [0, 1, 2])
        }
    }

    @Test("a change of unknown outcome makes what was answered before count as old", .timeLimit(.patient))
    func versions() async throws {
        try await withFlakyDatabase(outcome: .seconds(2)) { flaky, _, network in
            let before = flaky.versions.current(workspaceID: 7)

            await #expect(throws: StoreError.self) {
                try await flaky.write { connection in
                    try connection.execute("INSERT INTO kept VALUES (1)")
                    connection.noteDataChange(in: 7)
                    network.set(.answersAreLost, thenRefusing: true)
                }
            }

            #expect(flaky.versions.current(workspaceID: 7) != before)
        }
    }

    @Test(
        "a connection that breaks before the commit is replaced, and the transaction run again",
        .timeLimit(.patient)
    )
    func before() async throws {
        try await withFlakyDatabase { flaky, direct, network in
            let runs = Counter()

            try await flaky.write { connection in
                try connection.execute("INSERT INTO kept VALUES (1)")
                if runs.next() == 1 {
                    network.cutClients()
                    try connection.execute("INSERT INTO kept VALUES (99)")
                }
            }
            let read = try await flaky.integers("SELECT number FROM kept ORDER BY number")

            #expect(runs.value == 2)
            #expect(read == [0, 1])
            #expect(try await direct.integers("SELECT number FROM kept ORDER BY number") == [0, 1])
        }
    }
}
