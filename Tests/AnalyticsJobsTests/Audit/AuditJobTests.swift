import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct AuditJobTests {
    @Test(
        "entries that are old enough are removed in every workspace, and what is left is whole",
        arguments: TestDatabase.engines)
    func prune(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let log = AuditStore(database: database)
            let clock = TestClock()
            for name in ["ada", "bob", "eve"] {
                _ = try await accounts.fixture(email: "\(name)@example.com", workspace: name)
            }
            clock.advance(seconds: 30 * 86_400)
            _ = try await WorkspaceStore(database: database).update(
                id: 2, .init(name: "New"), by: .operator, now: clock.now)
            let job = PruneAuditLog(log: log, keptDays: 30) { clock.now }

            try await job.run()
            let early = try await log.verify(workspaceID: 1)?.removed
            clock.advance(seconds: 1)
            try await job.run()

            #expect(early == 0)
            for (id, last) in [(1, 1), (2, 2), (3, 1)] as [(Int64, Int64)] {
                let found = try #require(try await log.verify(workspaceID: id))
                #expect(found.fault == nil)
                #expect(found.removed == 1)
                #expect(found.last == last)
            }
        }
    }

    @Test("entries without a hash are chained, all of them")
    func chain() async throws {
        try await withDatabase { database in
            _ = try await AccountStore(database: database).fixture()
            _ = try await database.write { try $0.execute("UPDATE audit_entry SET chain_hash = NULL") }

            try await ChainAuditLog(log: AuditStore(database: database)).run()

            #expect(try await AuditStore(database: database).verify(workspaceID: 1)?.fault == nil)
        }
    }

    @Test("a token that has expired is removed a day later, one without an end never")
    func tokens() async throws {
        try await withDatabase { database in
            let user = try await AccountStore(database: database).fixture().user
            let tokens = TokenStore(database: database)
            let clock = TestClock()
            _ = try await tokens.fixture(expiresAt: clock.now.advanced(bySeconds: 60), for: user)
            _ = try await tokens.fixture(for: user)
            let job = PruneTokens(tokens: tokens) { clock.now }
            func count() async throws -> Int {
                try await tokens.list(ListSlice(.offset(0), limit: 9), of: user).items.count
            }

            clock.advance(seconds: 86_459)
            try await job.run()
            #expect(try await count() == 2)
            clock.advance(seconds: 1)
            try await job.run()
            #expect(try await count() == 1)
        }
    }
}
