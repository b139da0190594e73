import AnalyticsTesting
import Foundation
import Testing

@Suite struct ImportCommandTests {
    @Test("without a server it imports into the only workspace, and the next server shows it", .timeLimit(.patient))
    func alone() async throws {
        try await withSales { database, file in
            let caller = try await withServer(database: database) { _, caller in try await caller.registered() }

            let outcome = try await Program.run([
                "import", file, "--shift-to-today", "--database", database,
            ])

            #expect(outcome.errors == "")
            #expect(
                outcome.output
                    == "Imported 600 data points into the workspace \"Ada Lovelace's workspace\", as import 1.\n")
            try await withServer(database: database) { server, _ in
                let shares = try await Caller(url: server.url, token: caller.token).get("/api/v1/analytics/categories")
                // The last 30 of the 40 days.
                #expect(shares["data.total"] as? Int == 35_991)
            }
        }
    }

    @Test(
        "beside a running server its next answer shows the points, also one that was cached", .timeLimit(.patient))
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

    @Test("a file with bad lines is refused with their numbers, and nothing of it is stored", .timeLimit(.patient))
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

    @Test("it reads standard input", .timeLimit(.patient))
    func standardInput() async throws {
        try await withDatabaseURL { database in
            _ = try await Program.run(["user", "create", "--name", "Ada", "--email", "a@b.c", "--database", database])

            let outcome = try await Program.run(["import", "-", "--database", database], input: GeneratedSales.csv)

            #expect(outcome.output == "Imported 600 data points into the workspace \"Ada's workspace\", as import 1.\n")
        }
    }

    @Test("a file that is not there and a workspace that is not there are named", .timeLimit(.patient))
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

    @Test(
        "to a server elsewhere it goes through the API: with progress, moved days and the same errors",
        .timeLimit(.patient))
    func remote() async throws {
        try await withSales { database, file in
            let bad = file + ".bad"
            try (GeneratedSales.csv + "revenue,abc,2011-01-09,France,\n").write(
                toFile: bad, atomically: true, encoding: .utf8)
            try await withServer(database: database) { server, caller in
                let caller = try await caller.registered()
                let token = try #require(caller.token)
                let remote = ["--url", server.url + "/", "--token", token]

                let dryRun = try await Program.run(["import", file, "--dry-run"] + remote)
                let refused = try await Program.run(["import", bad] + remote)
                let before = try await caller.get("/api/v1/analytics")
                let outcome = try await Program.run(
                    ["import", file, "--shift-to-today", "--name", "Old sales"] + remote)

                #expect(
                    dryRun.output
                        == "600 data points could be imported into the workspace \"Ada Lovelace's workspace\". "
                        + "Nothing was stored.\n")
                #expect(refused.status == 1)
                #expect(refused.errors == "Error: line 602: The value field must be a number.\n")
                #expect(before["meta.total"] as? Int == 0)
                #expect(outcome.errors == "")
                #expect(
                    outcome.output
                        == "Imported 600 data points into the workspace \"Ada Lovelace's workspace\", as import 3.\n")
                let shares = try await caller.get("/api/v1/analytics/categories")
                #expect(shares["data.total"] as? Int == 35_991)
                let imports = try await caller.get("/api/v1/analytics/imports")
                let list = try #require(imports["data"] as? [[String: Any]])
                #expect(list.map { $0["name"] as? String } == ["Old sales", "sales.csv.bad", "sales.csv"])
                #expect(list.map { $0["status"] as? String } == ["completed", "failed", "completed"])
                #expect(list.map { $0["bytes_total"] as? Int }.first == GeneratedSales.csv.utf8.count)
            }
        }
    }

    @Test("what a server elsewhere refuses, or one that is none, is told in a line", .timeLimit(.patient))
    func remoteRefusals() async throws {
        try await withSales { database, file in
            try await withServer(database: database) { server, _ in
                let unknown = try await Program.run(["import", file, "--url", server.url, "--token", "1|x"])
                let noToken = try await Program.run(["import", file, "--url", server.url])
                let noURL = try await Program.run(["import", file, "--url", "server:8080", "--token", "1|x"])
                let nobody = try await Program.run(
                    ["import", file, "--url", "http://127.0.0.1:1", "--token", "1|x"])
                let workspace = try await Program.run(
                    ["import", file, "--url", server.url, "--token", "1|x", "--workspace", "1"])
                let noServer = try await Program.run(["import", file, "--token", "1|x", "--database", database])
                let format = try await Program.run(["import", file, "--format", "xml", "--database", database])

                #expect(unknown.errors == "Error: Unauthenticated.\n")
                #expect(
                    noToken.errors
                        == "Error: With --url a token of the server is needed: --token or ANALYTICSPRO_TOKEN.\n")
                #expect(noURL.errors.hasPrefix("Error: The URL must be one of a server"))
                #expect(nobody.errors.hasPrefix("Error: The server http://127.0.0.1:1 "))
                #expect(workspace.errors.contains("leave --workspace out"))
                #expect(noServer.errors == "Error: A --token is of use only with the --url of its server.\n")
                #expect(format.errors == "Error: The format must be csv or ndjson, not \"xml\".\n")
                let all = [unknown, noToken, noURL, nobody, workspace, noServer, format]
                #expect(all.allSatisfy { $0.status == 1 && $0.output == "" })
            }
        }
    }

    @Test(
        "NDJSON is known by its ending, and a dry run stores nothing",
        .timeLimit(.patient))
    func ndjson() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/users.ndjson"
            try
                (#"{"metric_type": "users", "value": 3, "recorded_at": "2020-01-01"}"# + "\n"
                + #"{"metric_type": "users", "value": 4, "recorded_at": "2020-01-02"}"# + "\n")
                .write(toFile: file, atomically: true, encoding: .utf8)
            try await withDatabaseURL { database in
                try await withServer(database: database) { _, caller in
                    let caller = try await caller.registered()

                    let dryRun = try await Program.run(["import", file, "--dry-run", "--database", database])
                    let none = try await caller.get("/api/v1/analytics")
                    let outcome = try await Program.run(
                        ["import", file, "--shift-to-today", "--database", database])

                    #expect(dryRun.output.hasPrefix("2 data points could be imported"))
                    #expect(none["meta.total"] as? Int == 0)
                    #expect(outcome.output.hasPrefix("Imported 2 data points"))
                    let kpi = try await caller.get("/api/v1/analytics/kpi")
                    #expect(kpi["data.kpis.users.value"] as? Int == 7)
                }
            }
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
