import AnalyticsTesting
import Foundation
import Synchronization
import Testing

@Suite struct ServeCommandTests {
    /// What clients tried to store, and what the server said was stored.
    private final class Journal: Sendable {
        let acknowledged = Mutex<Set<Int>>([])
        let tried = Mutex(0)
    }

    @Test("it prints one line when it is ready, and ends with status 0 on SIGTERM", .timeLimit(.patient))
    func ready() async throws {
        try await withTemporaryFolder { folder in
            let server = try await RunningServer.start(database: "sqlite:\(folder)/data/a.sqlite")

            let answer = try await Caller(url: server.url).get("/health")
            server.askToEnd()
            let status = await server.ended()

            #expect(answer.text == #"{"status":"ok"}"#)
            #expect(status == 0)
            #expect(server.outputText == "Listening on \(server.url)\n")
            #expect(server.errorText.contains("curl -s \(server.url)/api/v1/auth/register"))
        }
    }

    @Test("the first request that it prints works as printed", .timeLimit(.patient))
    func firstRequest() async throws {
        try await withDatabaseURL { database in
            try await withServer(database: database) { server, _ in
                while !server.errorText.contains("\"correct horse\"}'") {
                    try await Task.sleep(for: .milliseconds(5))
                }
                let command = try #require(server.errorText.split(separator: "\n").first { $0.contains("  curl") })
                let shell = ChildProcess.make(["/bin/sh", "-c", String(command)])
                let pipe = Pipe()
                shell.standardOutput = pipe
                let output = Gathered(pipe)
                try shell.start()
                await shell.ended()
                let answer = await output.all()

                #expect(answer.hasPrefix(#"{"message":"User registered successfully.","data":{"user":{"id":1,"#))
            }
        }
    }

    @Test("a request in flight is answered before the end", .timeLimit(.patient))
    func drains() async throws {
        try await withDatabaseURL { database in
            // At the real cost, so that they take a while.
            let server = try await RunningServer.start(database: database, environment: ["PASSWORD_COST": ""])
            let caller = Caller(url: server.url)

            // Connections that are open already take no time later.
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for _ in 0..<6 { clients.addTask { _ = try await caller.get("/health") } }
                try await clients.waitForAll()
            }
            // Two passwords are hashed at a time, so when three of six are answered the others are in flight.
            let tokens = try await withThrowingTaskGroup(of: String?.self) { clients in
                for number in 0..<6 {
                    clients.addTask { try await caller.registered(email: "ada\(number)@example.com").token }
                }
                var tokens: [String?] = []
                for _ in 0..<3 { tokens.append(try await clients.next() ?? nil) }
                server.askToEnd()
                for try await token in clients { tokens.append(token) }
                return tokens
            }
            let status = await server.ended()

            #expect(tokens.compactMap(\.self).count == 6)
            #expect(status == 0)
        }
    }

    @Test("a second server on the same database ends at once and says why", .timeLimit(.patient))
    func second() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/a.sqlite"
            try await withServer(database: "sqlite:\(database)") { _, _ in
                let outcome = try await Program.run(["serve", "--port", "0", "--database", "sqlite:\(database)"])

                #expect(outcome.status == 1)
                #expect(
                    outcome.errors == "Error: The database \(database) is in use by another process. "
                        + "Is a server running already?\n")
                #expect(outcome.output == "")
            }
        }
    }

    @Test("a port that is taken is named in the error", .timeLimit(.patient))
    func portTaken() async throws {
        try await withTemporaryFolder { folder in
            try await withServer(database: "sqlite:\(folder)/a.sqlite") { server, _ in
                let port = try #require(server.url.split(separator: ":").last)
                let outcome = try await Program.run(
                    ["serve", "--port", String(port), "--database", "sqlite:\(folder)/b.sqlite"])

                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("Error: The server cannot listen on 127.0.0.1:\(port)"))
            }
        }
    }

    @Test("what a killed server had acknowledged is there after the next start", .timeLimit(.patient))
    func killed() async throws {
        try await withDatabaseURL { database in
            let first = try await RunningServer.start(database: database)
            let caller = try await Caller(url: first.url).registered()
            let journal = Journal()

            // 32 clients push points until the server is gone.
            await withTaskGroup(of: Void.self) { clients in
                for client in 0..<32 {
                    clients.addTask {
                        for number in 0..<10_000 {
                            journal.tried.withLock { $0 += 1 }
                            let answer = try? await caller.post(
                                "/api/v1/analytics",
                                #"{"metric_type": "orders", "value": \#(number), "category": "client \#(client % 5)"}"#)
                            guard let answer, answer.status == 201, let id = answer["data.id"] as? Int else { return }
                            journal.acknowledged.withLock { _ = $0.insert(id) }
                        }
                    }
                }
                while journal.acknowledged.withLock({ $0.count }) < 300,
                    (try? await Task.sleep(for: .milliseconds(5))) != nil
                {}
                await first.kill()
                // The others would try for a minute to reach who is gone.
                clients.cancelAll()
            }

            let second = try await RunningServer.start(database: database)
            let reader = Caller(url: second.url, token: caller.token)
            var stored: Set<Int> = []
            var total: Int?
            var path: String? = "/api/v1/analytics?per_page=100"
            while let next = path {
                let page = try await reader.get(next)
                let records = try #require(page["data"] as? [[String: Any]])
                stored.formUnion(records.compactMap { $0["id"] as? Int })
                total = page["meta.total"] as? Int
                path = (page["meta.next_cursor"] as? String).map { "/api/v1/analytics?per_page=100&cursor=\($0)" }
            }
            let kpi = try await reader.get("/api/v1/analytics/kpi")
            await second.kill()

            #expect(journal.acknowledged.withLock { $0.subtracting(stored) } == [])
            #expect(stored.count <= journal.tried.withLock { $0 })
            #expect(total == stored.count)
            #expect(kpi["data.kpis.orders.count"] as? Int == stored.count)
        }
    }

    @Test("no password and no token comes into the log, at any level", .timeLimit(.patient))
    func secrets() async throws {
        try await withDatabaseURL { database in
            let server = try await RunningServer.start(database: database, environment: ["LOG_LEVEL": "trace"])
            let caller = try await Caller(url: server.url).registered(password: "do-not-log-me")
            _ = try await caller.post(
                "/api/v1/auth/login", #"{"email": "ada@example.com", "password": "nor-me-either"}"#)
            _ = try await caller.get("/api/v1/auth/me")
            server.askToEnd()
            _ = await server.ended()

            let secret = try #require(caller.token?.split(separator: "|").last)
            #expect(server.errorText.contains("trace"))
            for text in ["do-not-log-me", "nor-me-either", String(secret)] {
                #expect(!server.errorText.contains(text))
            }
        }
    }

    @Test("only the operator can read what it makes", .timeLimit(.patient))
    func rights() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/data/a.sqlite"
            try await withServer(database: "sqlite:\(database)") { _, _ in
                for path in [folder + "/data", database, database + ".lock", database + ".socket"] {
                    let attributes = try FileManager.default.attributesOfItem(atPath: path)
                    let rights = try #require(attributes[.posixPermissions] as? NSNumber).intValue
                    #expect(rights & 0o077 == 0, "\(path)")
                }
            }
        }
    }

    @Test("reports are not kept for less time than their mail may take", arguments: ["1", "3", "-1", "36501"])
    func retention(days: String) async throws {
        try await withTemporaryFolder { folder in
            let outcome = try await Program.run(
                ["serve", "--port", "0", "--database", "sqlite:\(folder)/a.sqlite", "--report-retention=\(days)"])

            #expect(outcome.status == 1)
            #expect(
                outcome.errors.contains("The flag --report-retention must be 0 or from 4 to 36500 days, not \(days)"))
        }
    }
}
