import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct AuditCommandTests {
    @Test("audit verify ends with 0 where all logs are whole, and with 1 and the first wrong entry where one is not")
    func verify() async throws {
        try await withDatabaseURL { url in
            for name in ["Navy", "Army"] {
                _ = try await Program.run([
                    "user", "create", "--name", "Grace", "--email", "\(name)@example.com", "--new-workspace", name,
                    "--database", url,
                ])
            }
            func verify(_ more: String...) async throws -> Program.Outcome {
                try await Program.run(["audit", "verify", "--database", url] + more)
            }

            let whole = try await verify()
            let database = try await openDatabase(url)
            _ = try await database.write { connection in
                try connection.execute("UPDATE audit_entry SET user_name = 'Mallory' WHERE workspace_id = 2")
            }
            try await database.close()
            let broken = try await verify()
            let other = try await verify("--workspace", "Navy")
            let unknown = try await verify("--workspace", "Air Force")

            #expect(whole.status == 0)
            let lines = whole.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(
                lines.first?.wholeMatch(
                    of: /Workspace 1 "Navy": entries 1 to 1 are whole, the last hash is [0-9a-f]{64}\./) != nil)
            #expect(broken.status == 1)
            #expect(broken.output.hasPrefix(String(lines[0])))
            #expect(broken.output.contains("Workspace 2 \"Army\": entry 1 was changed"))
            #expect(broken.errors.contains("The audit log is not what it was."))
            #expect(other.status == 0)
            #expect(other.output.split(separator: "\n") == [lines[0]])
            #expect(unknown.status == 1)
        }
    }

    @Test("audit verify works beside a running server")
    func besideServer() async throws {
        try await withDatabaseURL { url in
            try await withServer(database: url) { _, caller in
                _ = try await caller.registered()

                let outcome = try await Program.run(["audit", "verify", "--database", url])

                #expect(outcome.status == 0)
                #expect(outcome.output.contains("entries 1 to 1 are whole"))
            }
        }
    }
}
