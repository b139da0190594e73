import AnalyticsTesting
import Foundation
import Testing

@Suite struct ImportCommandTests {
    @Test("without a server it imports into the only workspace, and the next server shows it", .timeLimit(.minutes(3)))
    func alone() async throws {
        try await withSales { database, file in
            let caller = try await withServer(database: database) { _, caller in try await caller.registered() }

            let outcome = try await Program.run([
                "import", file, "--shift-to-today", "--database", database,
            ])

            #expect(outcome.errors == "")
            #expect(outcome.output == "Imported 600 data points into the workspace \"Ada Lovelace's workspace\".\n")
            try await withServer(database: database) { server, _ in
                let shares = try await Caller(url: server.url, token: caller.token).get("/api/v1/analytics/categories")
                // The last 30 of the 40 days.
                #expect(shares["data.total"] as? Int == 35_991)
            }
        }
    }

    @Test("beside a running server its next answer shows the points, also one that was cached", .timeLimit(.minutes(3)))
    func besideServer() async throws {
        try await withSales { database, file in
            try await withServer(database: database) { _, caller in
                let caller = try await caller.registered()
                let range = "?from=2010-12-01&to=\(GeneratedSales.lastDay)"
                let before = try await caller.get("/api/v1/analytics/kpi" + range)

                let outcome = try await Program.run(["import", file, "--database", database])

                let after = try await caller.get("/api/v1/analytics/kpi" + range)
                let list = try await caller.get("/api/v1/analytics")
                #expect(outcome.status == 0)
                #expect(before["data.kpis.revenue.value"] as? Int == 0)
                #expect(after.text.contains(#""revenue":{"value":\#(GeneratedSales.revenue),"#))
                #expect(list["meta.total"] as? Int == GeneratedSales.count)
            }
        }
    }

    @Test("a file with bad lines is refused with their numbers, and nothing of it is stored", .timeLimit(.minutes(3)))
    func badLines() async throws {
        try await withSales { database, file in
            try (GeneratedSales.csv + "revenue,abc,2011-01-09,France,\nusers,1,2011-02-30,,\n")
                .write(toFile: file, atomically: true, encoding: .utf8)
            try await withServer(database: database) { _, caller in
                let caller = try await caller.registered()

                let outcome = try await Program.run(["import", file, "--database", database])

                let list = try await caller.get("/api/v1/analytics")
                #expect(outcome.status == 1)
                #expect(outcome.output == "")
                #expect(
                    outcome.errors == """
                        Error: line 602: The value field must be a number.
                        line 603: The recorded at field must match the format Y-m-d.

                        """)
                #expect(list["meta.total"] as? Int == 0)
            }
        }
    }

    @Test("it reads standard input", .timeLimit(.minutes(3)))
    func standardInput() async throws {
        try await withDatabaseURL { database in
            _ = try await Program.run(["user", "create", "--name", "Ada", "--email", "a@b.c", "--database", database])

            let outcome = try await Program.run(["import", "-", "--database", database], input: GeneratedSales.csv)

            #expect(outcome.output == "Imported 600 data points into the workspace \"Ada's workspace\".\n")
        }
    }

    @Test("a file that is not there and a workspace that is not there are named", .timeLimit(.minutes(3)))
    func missing() async throws {
        try await withSales { database, file in
            let noFile = try await Program.run(["import", "/nonexistent.csv", "--database", database])
            let noWorkspace = try await Program.run(["import", file, "--database", database])
            let unknown = try await Program.run(
                ["import", file, "--workspace", "A + B", "--database", database])

            #expect(noFile.errors == "Error: There is no file /nonexistent.csv.\n")
            #expect(
                noWorkspace.errors
                    == "Error: There is no workspace yet. Make one with: analyticspro user create\n")
            #expect(unknown.errors == "Error: No workspace has the id or the exact name \"A + B\".\n")
            #expect([noFile, noWorkspace, unknown].map(\.status) == [1, 1, 1])
        }
    }

    private func withSales(_ body: (_ database: String, _ file: String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/sales.csv"
            try GeneratedSales.csv.write(toFile: file, atomically: true, encoding: .utf8)
            try await withDatabaseURL { try await body($0, file) }
        }
    }
}
