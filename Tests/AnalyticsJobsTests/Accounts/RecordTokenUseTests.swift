import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import Logging
import ServiceLifecycle
import Testing

@Suite struct RecordTokenUseTests {
    private func lastUse(_ database: any Database) async throws -> Instant? {
        try await database.read { connection in
            try connection.first("SELECT last_used_at FROM access_token WHERE id = 1") { try $0.optionalInstant(0) }
                ?? nil
        }
    }

    @Test("what was noted is written every ten seconds", arguments: TestDatabase.engines)
    func writes(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            let token = try await tokens.fixture(name: "t", scopes: .all, for: member.user, now: .t0).token
            let log = TokenUseLog(tokens: tokens)
            let job = RecordTokenUse(log: log)

            try await job.run()
            #expect(try await lastUse(database) == nil)
            log.note(tokenID: token.id, workspaceID: member.workspace.id, at: .t0)
            try await job.run()

            #expect(try await lastUse(database) == .t0)
            #expect(job.schedule == .every(.seconds(10)))
        }
    }

    @Test(
        "what was noted last is written when the program stops", .timeLimit(.patient),
        arguments: TestDatabase.engines)
    func stop(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            let token = try await tokens.fixture(name: "t", scopes: .all, for: member.user, now: .t0).token
            let log = TokenUseLog(tokens: tokens)
            log.note(tokenID: token.id, workspaceID: member.workspace.id, at: .t0)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let runner = JobRunner(jobs: [RecordTokenUse(log: log)], logger: logger)
            let group = ServiceGroup(configuration: .init(services: [.init(service: runner)], logger: logger))

            async let running: Void = group.run()
            await group.triggerGracefulShutdown()
            try await running

            #expect(try await lastUse(database) == .t0)
        }
    }
}
