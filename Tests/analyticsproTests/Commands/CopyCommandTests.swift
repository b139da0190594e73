import AnalyticsTesting
import Foundation
import Testing

@Suite struct CopyCommandTests {
    @Test("a server goes on in another database where it was, tokens and all", .timeLimit(.patient))
    func move() async throws {
        try await withTemporaryFolder { folder in
            try await withDatabaseURL { target in
                let source = "sqlite:\(folder)/source.sqlite"
                let demo = try await Program.run(["demo", "--database", source])
                let password = try #require(demo.output.split(separator: "\n").last?.split(separator: " ").last)
                let login = #"{"email": "demo@example.com", "password": "\#(password)"}"#
                let paths = [
                    "/api/v1/analytics/kpi", "/api/v1/analytics/chart/revenue", "/api/v1/analytics?per_page=100",
                    "/api/v1/analytics/categories",
                ]
                let (token, before) = try await withServer(database: source) { server, caller in
                    let token = try await caller.post("/api/v1/auth/login", login)["data.token"] as? String
                    return (token, try await Self.answers(paths, Caller(url: server.url, token: token)))
                }

                let outcome = try await Program.run(["copy", "--from", source, "--to", target])
                let after = try await withServer(database: target) { server, _ in
                    try await Self.answers(paths, Caller(url: server.url, token: token))
                }

                #expect(outcome.status == 0)
                #expect(outcome.output.hasPrefix("Copied 3,"))
                #expect(outcome.output.contains("both were compared and are equal"))
                #expect(after == before)
            }
        }
    }

    @Test("a source that is used or not there, and the same database twice, are refused", .timeLimit(.patient))
    func refused() async throws {
        try await withTemporaryFolder { folder in
            let (source, target) = ("sqlite:\(folder)/a.sqlite", "sqlite:\(folder)/b.sqlite")
            let missing = try await Program.run(["copy", "--from", source, "--to", target])
            let (same, used) = try await withServer(database: source) { _, _ in
                (
                    try await Program.run(["copy", "--from", source, "--to", source]),
                    try await Program.run(["copy", "--from", source, "--to", target])
                )
            }

            #expect(missing.errors == "Error: There is no database \(folder)/a.sqlite.\n")
            #expect(same.errors == "Error: Both databases are the same: \(folder)/a.sqlite.\n")
            #expect(
                used.errors
                    == "Error: The database \(folder)/a.sqlite is in use by another process. Stop the server first.\n")
            #expect([missing, same, used].map(\.status) == [1, 1, 1])
        }
    }

    private static func answers(_ paths: [String], _ caller: Caller) async throws -> [String] {
        var answers: [String] = []
        for path in paths {
            let answer = try await caller.get(path)
            #expect(answer.status == 200)
            // The address of the server is no data.
            answers.append(answer.text.replacing(caller.url, with: ""))
        }
        return answers
    }
}
