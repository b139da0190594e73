import AnalyticsStore
import AnalyticsTesting
import Testing

@testable import analyticspro

@Suite(.timeLimit(.patient)) struct PasswordCostTests {
    @Test("without a word about it the program hashes passwords at the real cost")
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

    @Test("a cost for tests is told in the log, and is refused where people have accounts")
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
                    "Error: PASSWORD_COST is for tests alone, and the database has accounts whose passwords were hashed at "
                        + "another cost. Start without it."))
            #expect(outcome.output == "")
        }
    }

    @Test("a cost that is none is refused, and no help names the setting")
    func malformed() async throws {
        let outcome = try await Program.run(
            ["serve", "--port", "0", "--database", "sqlite:/nonexistent/a.sqlite"], environment: ["PASSWORD_COST": "1"])
        let help = try await Program.run(["serve", "--help"])

        #expect(outcome.status == 1)
        #expect(
            outcome.errors
                == "Error: PASSWORD_COST must be scrypt's parameters, such as ln=14,r=8,p=5, not \"1\".\n")
        #expect(!help.output.contains("PASSWORD_COST"))
    }
}
