import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Foundation
import Testing

@Suite struct TokenStoreTests {
    @Test("a token leads to its user, its workspace and its scopes", arguments: TestDatabase.engines)
    func session(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            let scopes = TokenScopes.only([.viewAnalytics, .ingestAnalytics])
            let expiry = Instant.t0.advanced(bySeconds: 3600)

            let issued = try await tokens.fixture(
                name: "till", scopes: scopes, expiresAt: expiry, for: member.user, now: .t0)

            #expect(
                issued.token
                    == AccessToken(id: 1, kind: .made, name: "till", scopes: scopes, expiresAt: expiry, createdAt: .t0))
            #expect(issued.secret.id == 1)
            let session = try await tokens.session(tokenID: 1)
            #expect(session?.token == issued.token)
            #expect(session?.member == member)
            #expect(session?.matches(issued.secret) == true)
        }
    }

    @Test("a token without expiry and with all scopes stays so", arguments: TestDatabase.engines)
    func defaults(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()

            let issued = try await tokens.fixture(name: "t", scopes: .all, for: member.user, now: .t0)

            let session = try await tokens.session(tokenID: issued.token.id)
            #expect(session?.token.expiresAt == nil)
            #expect(session?.token.scopes == .all)
        }
    }

    @Test("a token's secret matches itself alone", arguments: TestDatabase.engines)
    func matches(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            let first = try await tokens.fixture(name: "a", scopes: .all, for: member.user, now: .t0)
            let second = try await tokens.fixture(name: "b", scopes: .all, for: member.user, now: .t0)

            let session = try await tokens.session(tokenID: first.token.id)

            #expect(first.secret.secret != second.secret.secret)
            #expect(session?.matches(first.secret) == true)
            #expect(session?.matches(second.secret) == false)
            #expect(session?.secretHash.count == 32)
        }
    }

    @Test("a secret is nowhere in the database's files, before and after closing")
    func secret() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/test.sqlite")
            try await Migrator(database: database).migrate(now: .t0)
            let made = try await AccountStore(database: database).create(
                .init(name: "Ada", email: EmailAddress(trusted: "a@b.c"), passwordHash: "-"),
                in: .newWorkspace(name: "Acme"), token: .init(name: "a-name-to-find"), now: .t0)
            let member = try #require(made.member)
            let first = try #require(made.token)
            let second = try await TokenStore(database: database).fixture(
                name: "t", scopes: .all, for: member.user, now: .t0)
            let bytesWhileOpen = try Self.bytes(in: folder)

            try await database.close()

            for bytes in [bytesWhileOpen, try Self.bytes(in: folder)] {
                #expect(bytes.range(of: Data("a-name-to-find".utf8)) != nil)
                for secret in [first.secret, second.secret] {
                    #expect(bytes.range(of: Data(secret.secret.prefix(20).utf8)) == nil)
                    #expect(bytes.range(of: Data(secret.secret.suffix(28).utf8)) == nil)
                }
            }
        }
    }

    @Test("an id that no token has leads nowhere", arguments: TestDatabase.engines, [Int64.min, 0, 2, .max])
    func unknown(engine: TestDatabase.Engine, id: Int64) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            _ = try await tokens.fixture(name: "t", scopes: .all, for: member.user, now: .t0)

            #expect(try await tokens.session(tokenID: id) == nil)
        }
    }

    @Test("a revoked token leads nowhere, and revoking it again is no error", arguments: TestDatabase.engines)
    func revoked(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            let first = try await tokens.fixture(name: "a", scopes: .all, for: member.user, now: .t0)
            let second = try await tokens.fixture(name: "b", scopes: .all, for: member.user, now: .t0)

            for _ in 0..<2 {
                try await tokens.revoke(first.token.id, of: member.user, by: .operator, now: .t0)
            }

            #expect(try await tokens.session(tokenID: first.token.id) == nil)
            #expect(try await tokens.session(tokenID: second.token.id)?.token == second.token)
        }
    }

    @Test("another workspace's token is not revoked", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let bob = try await accounts.fixture(email: "bob@example.com", workspace: "Other")
            let issued = try await tokens.fixture(name: "t", scopes: .all, for: ada.user, now: .t0)

            try await tokens.revoke(issued.token.id, of: bob.user, by: .operator, now: .t0)

            #expect(try await tokens.session(tokenID: issued.token.id)?.token == issued.token)
        }
    }

    @Test("the id of a revoked token is never given again", arguments: TestDatabase.engines)
    func ids(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let member = try await AccountStore(database: database).fixture()
            let first = try await tokens.fixture(name: "a", scopes: .all, for: member.user, now: .t0)
            try await tokens.revoke(first.token.id, of: member.user, by: .operator, now: .t0)

            let second = try await tokens.fixture(name: "b", scopes: .all, for: member.user, now: .t0)

            #expect(first.token.id == 1)
            #expect(second.token.id == 2)
        }
    }
}

extension TokenStoreTests {
    fileprivate static func bytes(in folder: String) throws -> Data {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().reduce(into: Data()) { bytes, name in
            bytes.append(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
        }
    }
}
