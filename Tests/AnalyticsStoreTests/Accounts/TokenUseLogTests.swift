import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct TokenUseLogTests {
    private let lastUses: SQL =
        "SELECT id || ' ' || COALESCE(CAST(last_used_at AS TEXT), 'never') FROM access_token ORDER BY id"

    private func withTokens(
        _ engine: TestDatabase.Engine, _ body: (any Database, TokenUseLog, Member) async throws -> Void
    ) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            for name in ["a", "b", "c"] {
                _ = try await tokens.fixture(name: name, scopes: .all, for: member.user, now: .t0)
            }
            try await body(database, TokenUseLog(tokens: tokens), member)
        }
    }

    @Test("nothing is written before it is asked for", arguments: TestDatabase.engines)
    func unwritten(engine: TestDatabase.Engine) async throws {
        try await withTokens(engine) { database, log, member in
            log.note(tokenID: 1, workspaceID: member.workspace.id, at: .t0)

            let uses = try await database.texts(lastUses)
            #expect(uses == ["1 never", "2 never", "3 never"])
        }
    }

    @Test("the last use of each token is written", arguments: TestDatabase.engines)
    func written(engine: TestDatabase.Engine) async throws {
        try await withTokens(engine) { database, log, member in
            log.note(tokenID: 1, workspaceID: member.workspace.id, at: .t0)
            log.note(tokenID: 3, workspaceID: member.workspace.id, at: .t0.advanced(bySeconds: 1))
            log.note(tokenID: 1, workspaceID: member.workspace.id, at: .t0.advanced(bySeconds: 2))

            try await log.write()

            #expect(try await database.texts(lastUses) == ["1 1795428002000", "2 never", "3 1795428001000"])
        }
    }

    @Test("a use is written once, and one without uses writes nothing", arguments: TestDatabase.engines)
    func once(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let member = try await AccountStore(database: base).fixture()
            let tokens = TokenStore(database: database)
            _ = try await tokens.fixture(name: "a", scopes: .all, for: member.user, now: .t0)
            let log = TokenUseLog(tokens: tokens)
            log.note(tokenID: 1, workspaceID: member.workspace.id, at: .t0)
            let before = database.commits

            try await log.write()
            try await log.write()

            #expect(database.commits - before == 1)
        }
    }

    @Test("uses of a token that was revoked meanwhile are no error", arguments: TestDatabase.engines)
    func revoked(engine: TestDatabase.Engine) async throws {
        try await withTokens(engine) { database, log, member in
            log.note(tokenID: 1, workspaceID: member.workspace.id, at: .t0)
            log.note(tokenID: 2, workspaceID: member.workspace.id, at: .t0)
            try await TokenStore(database: database).revoke(1, of: member.user, by: .operator, now: .t0)

            try await log.write()

            #expect(try await database.texts(lastUses) == ["2 1795428000000", "3 never"])
        }
    }
}
