import AnalyticsTesting
import Foundation
import Testing

@Suite(.timeLimit(.patient)) struct SecretsCommandTests {
    private static let webhook = #"{"name": "Hook", "kind": "webhook", "url": "https://example.com/hook"}"#

    private func keyLines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    @Test("serve makes a key beside a SQLite file that its owner alone may read, and a rotation replaces it")
    func rotation() async throws {
        try await withTemporaryFolder { folder in
            let (database, key) = ("sqlite:\(folder)/test.sqlite", folder + "/test.sqlite.key")
            try await withServer(database: database) { _, caller in
                let caller = try await caller.registered()
                let made = try await caller.post("/api/v1/channels", Self.webhook)
                #expect(made.status == 201)
            }
            let before = try keyLines(key)
            let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int

            let outcome = try await Program.run(["secrets", "rotate", "--database", database])

            let after = try keyLines(key)
            #expect(mode == 0o600)
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("Sealed 1 secrets with the key "))
            #expect(before.count == 1)
            #expect(after.count == 1)
            #expect(before != after)
        }
    }

    @Test("without its key a server starts, names what it cannot open, and takes no new secret until the key is back")
    func lostKey() async throws {
        try await withTemporaryFolder { folder in
            let database = "sqlite:\(folder)/test.sqlite"
            let token = try await withServer(database: database) { _, caller in
                let caller = try await caller.registered()
                _ = try await caller.post("/api/v1/channels", Self.webhook)
                return caller.token
            }
            let key = folder + "/test.sqlite.key"
            try FileManager.default.moveItem(atPath: key, toPath: folder + "/elsewhere")

            try await withServer(database: database) { server, _ in
                let caller = Caller(url: server.url, token: token)
                let list = try await caller.get("/api/v1/channels")
                let made = try await caller.post("/api/v1/channels", Self.webhook)
                #expect(list.status == 200)
                #expect(made.status == 503)
                #expect(server.errorText.contains("channel 1/1 secret"))
                #expect(!FileManager.default.fileExists(atPath: key))
            }
            try FileManager.default.moveItem(atPath: folder + "/elsewhere", toPath: key)
            try await withServer(database: database) { server, _ in
                let caller = Caller(url: server.url, token: token)
                let made = try await caller.post("/api/v1/channels", Self.webhook)
                #expect(made.status == 201)
                #expect(!server.errorText.contains("channel 1/1 secret"))
            }
        }
    }

    @Test("a secret's setting may be the only line of a file, and not both", arguments: ["DATABASE_URL", "SMTP_URL"])
    func files(variable: String) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/secret"
            let text = variable == "SMTP_URL" ? "smtp://ada:pw@localhost:25" : "sqlite:\(folder)/other.sqlite"
            try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path))
            var environment = [variable + "_FILE": path]
            if variable == "SMTP_URL" { environment["MAIL_FROM"] = "a@example.com" }

            let alone = try await Program.run(["serve", "--print-settings"], environment: environment)
            environment[variable] = text
            let both = try await Program.run(["serve", "--print-settings"], environment: environment)
            environment[variable] = nil
            environment[variable + "_FILE"] = path + "-missing"
            let missing = try await Program.run(["serve", "--print-settings"], environment: environment)

            #expect(alone.status == 0)
            #expect(both.status == 1)
            #expect(both.errors.contains("must not both be set"))
            #expect(missing.status == 1)
            #expect(missing.errors.contains("cannot be read"))
        }
    }

    @Test("a password in a flag is warned of, and one in a variable is not")
    func exposure() async throws {
        try await withTemporaryFolder { folder in
            let database = "sqlite:\(folder)/test.sqlite"
            let flags = ["--smtp-url", "smtp://ada:pw@127.0.0.1:9", "--mail-from", "a@example.com"]
            try await withServer(database: database, arguments: flags) { server, _ in
                #expect(server.errorText.contains("can read the secret in --smtp-url"))
                #expect(!server.errorText.contains("ada:pw"))
            }
            try await withServer(
                database: database,
                environment: ["SMTP_URL": "smtp://ada:pw@127.0.0.1:9", "MAIL_FROM": "a@example.com"]
            ) { server, _ in
                #expect(!server.errorText.contains("can read the secret"))
            }
        }
    }
}
