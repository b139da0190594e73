import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct KnownOriginTests {
    private func network(_ text: String) throws -> KnownOrigin {
        .network(try #require(NetworkAddress(text)))
    }

    @Test("a network and a browser are known to the user who logged in there alone", arguments: TestDatabase.engines)
    func known(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture().user
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other").user
            let origins = [try network("192.0.2.1"), .browser(secret: "s")]
            let others = [try network("192.0.2.2"), .browser(secret: "t"), .browser(secret: "192.0.2.1")]

            _ = try await TokenStore(database: database).issueForLogin(
                NewLoginToken(name: "login"), of: ada, from: nil, at: origins, now: .t0)

            #expect(try await accounts.known(origins + others, of: ada) == Set(origins))
            #expect(try await accounts.known(origins, of: eve).isEmpty)
            // Of version 6 a network is known and no single address; what is kept tells of neither.
            #expect(try network("2001:db8::1") == network("2001:db8::2"))
            #expect(try await database.contents()["known_origin"]?.contains { $0.contains("192.0.2") } == false)
        }
    }

    @Test("the twenty that were seen last are known", arguments: TestDatabase.engines)
    func most(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let tokens = TokenStore(database: database)
            let user = try await accounts.fixture().user
            func logIn(_ number: Int, at second: Int64) async throws {
                _ = try await tokens.issueForLogin(
                    NewLoginToken(name: "login"), of: user, from: nil, at: [.browser(secret: "\(number)")],
                    now: Instant.t0.advanced(bySeconds: second))
            }

            for number in 1...20 { try await logIn(number, at: Int64(number)) }
            try await logIn(1, at: 30)
            try await logIn(21, at: 31)

            let all = (1...21).map { KnownOrigin.browser(secret: "\($0)") }
            #expect(try await accounts.known(all, of: user) == Set(all).subtracting([.browser(secret: "2")]))
        }
    }

    @Test(
        "an account that moves to another workspace is known there from where it moved", arguments: TestDatabase.engines
    )
    func moved(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let home = try await accounts.fixture().workspace.id
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other")
            let (former, new) = (try network("192.0.2.1"), try network("192.0.2.2"))
            _ = try await TokenStore(database: database).issueForLogin(
                NewLoginToken(name: "login"), of: eve.user, from: nil, at: [former], now: .t0)
            let invited = try await InvitationStore(database: database).create(
                email: eve.user.email, role: .viewer, workspaceID: home, by: .operator, now: .t0)

            let moved = try await accounts.move(
                eve, name: "Eve", byInvitation: try #require(invited.value).code, token: NewLoginToken(name: "t"),
                from: nil, at: [new], now: .t0)

            #expect(try await accounts.known([former, new], of: try #require(moved.member).user) == [new])
            #expect(try await database.integer("SELECT COUNT(*) FROM known_origin") == 1)
        }
    }
}
