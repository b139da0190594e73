import AnalyticsStore
import AnalyticsTesting
import Testing

@testable import analyticspro

@Suite(.timeLimit(.patient)) struct PasswordCostTests {
    @Test("without PASSWORD_COST the program hashes passwords at the real cost")
    func standard() async throws {
        try await withDatabaseURL { database in
            try await withServer(database: database, environment: ["PASSWORD_COST": ""]) { server, caller in
                _ = try await caller.registered()

                #expect(!server.errorText.contains("PASSWORD_COST"))
            }
            let opened = try await openDatabase(database)
            let accounts = AccountStore(database: opened)
            #expect(try await !accounts.hasPasswordHash(notBeginningWith: "$scrypt$ln=14,r=8,p=5$"))
            try await opened.close()
        }
    }

    @Test("a cost for tests is logged, and is refused where accounts have passwords of another cost")
    func refused() async throws {
        try await withDatabaseURL { database in
            try await withServer(database: database) { server, caller in
                _ = try await caller.registered()
                #expect(server.errorText.contains("PASSWORD_COST is set"))
            }
            // Accounts of the same cost are no reason to refuse it.
            try await withServer(database: database) { _, _ in }
            try await withServer(database: database, environment: ["PASSWORD_COST": ""]) { _, caller in
                _ = try await caller.registered(email: "grace@example.com")
            }

            let outcome = try await Program.run(["serve", "--port", "0", "--database", database])

            #expect(outcome.status == 1)
            #expect(
                outcome.errors.contains(
                    "Error: PASSWORD_COST is for tests only, and the database has accounts whose passwords were hashed at "
                        + "another cost. Unset it."))
            #expect(outcome.output == "")
        }
    }

    @Test("a cost for tests is refused where other machines reach the server")
    func reachable() async throws {
        try await withTemporaryFolder { folder in
            let outcome = try await Program.run(
                ["serve", "--host", "0.0.0.0", "--port", "0", "--database", "sqlite:\(folder)/a.sqlite"])

            #expect(outcome.status == 1)
            #expect(
                outcome.errors
                    == "Error: PASSWORD_COST is for tests only, so the server must listen on 127.0.0.1. Unset it.\n")
        }
    }

    @Test("an invalid cost is refused, and --help does not list the setting")
    func malformed() async throws {
        let outcome = try await Program.run(
            ["serve", "--port", "0", "--database", "sqlite:/nonexistent/a.sqlite"], environment: ["PASSWORD_COST": "1"])
        let help = try await Program.run(["serve", "--help"])

        #expect(outcome.status == 1)
        #expect(
            outcome.errors
                == "Error: The environment variable PASSWORD_COST must be scrypt's parameters, such as ln=14,r=8,p=5, not \"1\".\n"
        )
        #expect(!help.output.contains("PASSWORD_COST"))
    }
}
