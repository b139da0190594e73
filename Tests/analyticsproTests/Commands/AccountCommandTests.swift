import AnalyticsTesting
import Foundation
import Testing

@Suite struct AccountCommandTests {
    @Test("a user made without a server can log in with the printed password", .timeLimit(.patient))
    func createUser() async throws {
        try await withDatabaseURL { database in
            let outcome = try await Program.run([
                "user", "create", "--name", "Grace Hopper", "--email", "Grace@Example.com", "--new-workspace", "Navy",
                "--database", database,
            ])
            let lines = outcome.output.split(separator: "\n")
            let password = try #require(lines.last?.split(separator: " ").last)

            #expect(lines.first == "Made the account grace@example.com (admin) in the workspace \"Navy\" (id 1).")
            try await withServer(database: database) { _, caller in
                let answer = try await caller.post(
                    "/api/v1/auth/login", #"{"email": "grace@example.com", "password": "\#(password)"}"#)
                #expect(answer.status == 200)
                #expect(answer["data.user.workspace.name"] as? String == "Navy")
            }
        }
    }

    @Test("a viewer's token, made beside a running server, reads and does not write", .timeLimit(.patient))
    func createToken() async throws {
        try await withDatabaseURL { database in
            try await withServer(database: database) { server, caller in
                _ = try await caller.registered()
                let user = try await Program.run(
                    [
                        "user", "create", "--name", "Vi", "--email", "vi@example.com", "--role", "viewer",
                        "--workspace", "1", "--password-stdin", "--database", database,
                    ], input: "a password of mine\n")
                let token = try await Program.run([
                    "token", "create", "--email", "vi@example.com", "--database", database,
                ])
                let viewer = Caller(url: server.url, token: token.output.trimmingCharacters(in: .newlines))

                let read = try await viewer.get("/api/v1/analytics")
                let write = try await viewer.post("/api/v1/analytics", #"{"metric_type": "users", "value": 1}"#)

                #expect(!user.output.contains("Password"))
                #expect(read.status == 200)
                #expect(write.status == 403)
                #expect(write["required"] as? String == "ingest-analytics")
            }
        }
    }

    @Test("what is wrong with an account is said, all of it", .timeLimit(.patient))
    func faults() async throws {
        try await withDatabaseURL { database in
            let outcome = try await Program.run([
                "user", "create", "--name", "A", "--email", "no address", "--role", "king", "--database", database,
            ])

            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("The name field must be at least 2 characters."))
            #expect(outcome.errors.contains("The email field must be a valid email address."))
            #expect(
                outcome.errors.contains("The selected role is invalid. It must be admin, manager, analyst or viewer."))
        }
    }

    @Test("the demo has figures of today for all seven metrics", .timeLimit(.patient))
    func demo() async throws {
        try await withDatabaseURL { database in
            let outcome = try await Program.run(["demo", "--database", database])
            let password = try #require(outcome.output.split(separator: "\n").last?.split(separator: " ").last)

            try await withServer(database: database) { server, caller in
                let login = try await caller.post(
                    "/api/v1/auth/login", #"{"email": "demo@example.com", "password": "\#(password)"}"#)
                let kpi = try await Caller(url: server.url, token: login["data.token"] as? String)
                    .get("/api/v1/analytics/kpi?period=30")

                for metric in [
                    "revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views",
                ] {
                    #expect((kpi["data.kpis.\(metric).count"] as? Int ?? 0) >= 30, "\(metric)")
                    #expect((kpi["data.kpis.\(metric).value"] as? Double ?? 0) > 0, "\(metric)")
                }
            }
        }
    }

    @Test("migrate brings the schema up to date once")
    func migrate() async throws {
        try await withDatabaseURL { database in
            let arguments = ["migrate", "--database", database]

            let outputs = [try await Program.run(arguments).output, try await Program.run(arguments).output]

            #expect(
                outputs == [
                    "Done: accounts, analytics, contract, processes, imports, external ids, alerts, events, notifications, reports, report mail, embeds, alert flaps, notice digests, mail consent, usage, sealed secrets, tokens, audit chain.\n",
                    "The schema is up to date.\n",
                ])
        }
    }
}
