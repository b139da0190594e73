import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

/// Tokens that are made with others.
@Suite(.timeLimit(.patient)) struct TokenFamilyTests {
    private struct Rig {
        let database: any Database
        let tokens: TokenStore
        let user: User

        func login(_ name: String = "login", endsAt end: Instant? = nil, isBrowser: Bool = false) async throws -> Int64
        {
            try await tokens.issueForLogin(
                NewLoginToken(name: name, expiresAt: end, isBrowser: isBrowser), of: user, from: nil, now: .t0
            ).token.id
        }

        func make(
            with parent: Int64, endsAt end: Instant? = nil, atMost most: Int? = nil, now: Instant = .t0
        ) async throws -> Int64 {
            let issued = try await tokens.issue(
                name: "made", scopes: .all, expiresAt: end, for: user, atMost: most,
                by: Author(person: .init(user), tokenID: parent), now: now)
            return try #require(issued.value).token.id
        }

        func revoke(_ id: Int64, now: Instant = .t0) async throws -> Int {
            try await tokens.revoke(id, of: user, by: .operator, now: now)
        }

        func ids() async throws -> [Int64] {
            try await database.integers("SELECT id FROM access_token ORDER BY id")
        }
    }

    private func withRig(
        _ engine: TestDatabase.Engine, _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        try await withDatabase(engine) { database in
            let member = try await AccountStore(database: database).fixture()
            try await body(Rig(database: database, tokens: TokenStore(database: database), user: member.user))
            try await expectCountsMatchRows(database)
        }
    }

    @Test("revoking a token ends all that was made with it, and nothing else", arguments: TestDatabase.engines)
    func cascade(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig in
            let login = try await rig.login()
            let other = try await rig.login()
            let child = try await rig.make(with: login)
            let grandchild = try await rig.make(with: child)
            let sibling = try await rig.make(with: login)
            let stranger = try await rig.make(with: other)

            let revoked = try await rig.revoke(child)
            let again = try await rig.revoke(child)

            #expect(revoked == 2)
            #expect(again == 0)
            #expect(try await rig.ids() == [login, other, sibling, stranger])
            let entry = try #require(try await rig.database.auditEntries(workspaceID: rig.user.workspaceID).first)
            #expect(entry.action == .tokenRevoked)
            #expect(entry.objectID == child)
            #expect(
                entry.changes == [
                    AuditChange("revoked_tokens", from: nil, to: "1"),
                    AuditChange("revoked_token_ids", from: String(grandchild), to: nil),
                ])
        }
    }

    @Test(
        "what was made with a token that logs out stays, and ends with the one before that",
        arguments: TestDatabase.engines)
    func logout(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig in
            let login = try await rig.login()
            let child = try await rig.make(with: login)
            let grandchild = try await rig.make(with: child)

            #expect(try await rig.tokens.end(child, of: rig.user, by: .operator, now: .t0))
            #expect(try await rig.ids() == [login, grandchild])
            let revoked = try await rig.revoke(login)

            #expect(revoked == 2)
            #expect(try await rig.ids() == [])
        }
    }

    @Test(
        "the end of a browser's session, also of one that is removed when it is over, ends nothing that was made with it",
        arguments: TestDatabase.engines, [false, true])
    func browserEnd(engine: TestDatabase.Engine, isRevokedLater: Bool) async throws {
        try await withRig(engine) { rig in
            let end = Instant.t0.advanced(bySeconds: 60)
            let browser = try await rig.login(endsAt: end, isBrowser: true)
            let made = try await rig.make(with: browser)
            let grandchild = try await rig.make(with: made)

            if isRevokedLater {
                #expect(try await rig.revoke(browser, now: end) == 1)
            } else {
                #expect(try await rig.tokens.prune(endedBy: end.advanced(bySeconds: -1)) == 0)
                #expect(try await rig.tokens.prune(endedBy: end) == 1)
            }

            #expect(try await rig.ids() == [made, grandchild])
            #expect(try await rig.revoke(made) == 2)
        }
    }

    @Test("revoking a browser's session while it is good ends what was made with it", arguments: TestDatabase.engines)
    func browserRevoked(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig in
            let browser = try await rig.login(endsAt: Instant.t0.advanced(bySeconds: 60), isBrowser: true)
            _ = try await rig.make(with: browser)

            #expect(try await rig.revoke(browser) == 2)
        }
    }

    @Test(
        "a chain of tokens that expire one after the other leads on from the last to the first",
        arguments: TestDatabase.engines)
    func expiredChain(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig in
            let login = try await rig.login()
            let end = Instant.t0.advanced(bySeconds: 60)
            let first = try await rig.make(with: login, endsAt: end)
            let second = try await rig.make(with: first, endsAt: end)
            // No request makes such a token, but nothing in the table keeps it away.
            let last = try await rig.make(with: second)

            while try await rig.tokens.prune(limit: 1, endedBy: end) > 0 {}

            #expect(try await rig.ids() == [login, last])
            #expect(try await rig.revoke(login) == 2)
        }
    }

    @Test("a token cannot be made with one that was revoked or has expired", arguments: TestDatabase.engines)
    func endedParent(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig in
            let revoked = try await rig.login()
            let expired = try await rig.login(endsAt: Instant.t0.advanced(bySeconds: 60))
            _ = try await rig.revoke(revoked)

            await #expect(throws: EndedToken()) { try await rig.make(with: revoked) }
            await #expect(throws: EndedToken()) {
                try await rig.make(with: expired, now: Instant.t0.advanced(bySeconds: 60))
            }

            #expect(try await rig.ids() == [expired])
        }
    }

    @Test(
        "of a revocation and a token that is made at the same moment no child is left", arguments: TestDatabase.engines)
    func race(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig in
            for _ in 0..<10 {
                let parent = try await rig.login()

                async let made = try? rig.make(with: parent)
                async let revoked = rig.revoke(parent)
                _ = try await (made, revoked)

                #expect(try await rig.ids() == [])
            }
        }
    }

    @Test(
        "a user has so many tokens made with others, logins and expired ones not counted",
        arguments: TestDatabase.engines)
    func most(engine: TestDatabase.Engine) async throws {
        try await withRig(engine) { rig in
            let login = try await rig.login()
            for _ in 0..<4 { _ = try await rig.login() }
            let end = Instant.t0.advanced(bySeconds: 60)
            _ = try await rig.make(with: login, endsAt: end, atMost: 2)
            let second = try await rig.make(with: login, atMost: 2)

            let error = await #expect(throws: ValidationError.self) { try await rig.make(with: second, atMost: 2) }
            let later = try await rig.make(with: login, atMost: 2, now: end)
            await #expect(throws: ValidationError.self) { try await rig.make(with: login, atMost: 2, now: end) }
            _ = try await rig.revoke(later, now: end)
            _ = try await rig.make(with: login, atMost: 2, now: end)

            #expect(
                error?.issues.map(\.message) == [
                    "You must not have more than 2 tokens that were made with others. Revoke one first."
                ])
        }
    }

    @Test("tokens of before know how they came to be, and with which other", arguments: TestDatabase.engines)
    func migrated(engine: TestDatabase.Engine) async throws {
        try await withDatabaseURL(engine) { url in
            let database = try await openDatabase(url)
            try await Migrator(database: database, migrations: Array(Migration.all.prefix(15))).migrate(now: .t0)
            try await database.run(
                "INSERT INTO workspace (id, name, time_zone, currency, created_at) VALUES (1, 'A', 'UTC', 'USD', 0)")
            try await database.run(
                """
                INSERT INTO user_account (workspace_id, id, name, email, password_hash, role, created_at)
                VALUES (1, 1, 'a', 'a@b.c', '-', 'admin', 0)
                """)
            let hash = [UInt8](repeating: 0, count: 32)
            for (id, name, end) in [
                (1, "login", nil), (2, "dashboard", 5), (3, "dashboard", 5), (4, "cron", nil), (5, "cli", nil),
            ] as [(Int64, String, Int64?)] {
                try await database.run(
                    """
                    INSERT INTO access_token (
                        workspace_id, id, user_id, name, scopes, secret_hash, expires_at, created_at
                    )
                    VALUES (1, \(id), 1, \(name), '*', \(hash), \(end), 0)
                    """)
            }
            // Token 3 was made with token 2, token 4 with one that is gone, token 5 by the operator.
            for (number, id, parent) in [(1, 3, 2), (2, 4, 99), (3, 5, nil)] as [(Int64, Int64, Int64?)] {
                try await database.run(
                    """
                    INSERT INTO audit_entry (workspace_id, id, at, token_id, action, object_id, changes)
                    VALUES (1, \(number), 0, \(parent), 'token.created', \(id), '[]')
                    """)
            }

            try await Migrator(database: database).migrate(now: .t0)

            #expect(
                try await database.texts(
                    "SELECT id || ' ' || kind || ' ' || COALESCE(parent_id, 0) FROM access_token ORDER BY id")
                    == ["1 login 0", "2 browser 0", "3 made 2", "4 made 0", "5 made 0"])
            try await database.close()
        }
    }
}

/// Whatever is done in whatever order.
@Suite(.timeLimit(.patient)) struct TokenFamilyModelTests {
    /// A token as the model knows it.
    private struct Known {
        let kind: AccessToken.Kind
        let scopes: Set<Permission>
        let end: Instant?
        /// The tokens whose revocation it must not outlive.
        var ancestors: Set<Int64>
    }

    private static func scopes(_ permissions: Set<Permission>) -> TokenScopes {
        permissions == Set(Permission.allCases) ? .all : .only(permissions)
    }

    @Test(
        "no token outlives the revocation of what it was made with, or may more, or for longer",
        arguments: TestDatabase.engines, [1, 2, 3] as [UInt64])
    func model(engine: TestDatabase.Engine, seed: UInt64) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let accounts = AccountStore(database: database)
            let user = try await accounts.fixture().user
            var generator = SeededGenerator(seed: seed)
            var known: [Int64: Known] = [:]
            var revoked: Set<Int64> = []
            var now = Instant.t0

            /// Takes tokens out of the model because they were revoked, with all that descends from them.
            func revoke(_ ids: Set<Int64>) -> Set<Int64> {
                let gone = Set(known.filter { !$0.value.ancestors.isDisjoint(with: ids) || ids.contains($0.key) }.keys)
                for id in gone { known[id] = nil }
                revoked.formUnion(gone)
                return gone
            }
            func isOver(_ token: Known) -> Bool { token.end.map { $0 <= now } ?? false }

            for step in 0..<120 {
                let chosen = known.keys.sorted().randomElement(using: &generator)
                let author = Author(person: .init(user), tokenID: chosen)
                switch Int.random(in: 0..<12, using: &generator) {
                case 0:
                    let token = try await tokens.issueForLogin(
                        NewLoginToken(name: "login"), of: user, from: nil, now: now)
                    known[token.token.id] = Known(
                        kind: .login, scopes: Set(Permission.allCases), end: nil, ancestors: [])
                case 1:
                    let end = now.advanced(bySeconds: 100)
                    let token = try await tokens.issueForLogin(
                        NewLoginToken(name: "dashboard", expiresAt: end, isBrowser: true), of: user, from: nil, now: now
                    )
                    known[token.token.id] = Known(
                        kind: .browser, scopes: Set(Permission.allCases), end: end, ancestors: [])
                case 2...6:
                    guard let chosen, let parent = known[chosen] else { continue }
                    // As the route decides: not more than its maker, and not for longer unless that is a browser.
                    let few = parent.scopes.filter { _ in Bool.random(using: &generator) }
                    let permissions = few.isEmpty ? parent.scopes : few
                    let latest = parent.kind == .browser ? nil : parent.end
                    let own =
                        Bool.random(using: &generator)
                        ? nil : now.advanced(bySeconds: .random(in: 1...150, using: &generator))
                    let end = [latest, own].compactMap(\.self).min()
                    do {
                        let made = try #require(
                            try await tokens.issue(
                                name: "made", scopes: Self.scopes(permissions), expiresAt: end, for: user, by: author,
                                now: now
                            ).value)
                        #expect(!isOver(parent), "\(step)")
                        known[made.token.id] = Known(
                            kind: .made, scopes: permissions, end: end,
                            ancestors: parent.ancestors.union([chosen]))
                    } catch is EndedToken {
                        #expect(isOver(parent), "\(step)")
                    }
                case 7:
                    guard let chosen, let token = known[chosen] else { continue }
                    let count = try await tokens.revoke(chosen, of: user, by: .operator, now: now)
                    if isOver(token) {
                        known[chosen] = nil
                        #expect(count == 1, "\(step)")
                    } else {
                        #expect(count == revoke([chosen]).count, "\(step)")
                    }
                case 8:
                    guard let chosen else { continue }
                    _ = try await tokens.end(chosen, of: user, by: .operator, now: now)
                    known[chosen] = nil
                case 9:
                    now = now.advanced(bySeconds: .random(in: 1...60, using: &generator))
                case 10:
                    _ = try await tokens.prune(endedBy: now)
                    known = known.filter { !isOver($0.value) }
                default:
                    guard let chosen, Int.random(in: 0..<4, using: &generator) == 0 else { continue }
                    let isAll = Bool.random(using: &generator)
                    let count = try await accounts.changePassword(
                        of: user, toHash: "-", ending: isAll ? .all(but: chosen) : .browsers(but: chosen),
                        by: author, now: now)
                    if isAll {
                        var kept = known[chosen]
                        kept?.ancestors = []
                        revoked.formUnion(known.keys.filter { $0 != chosen })
                        #expect(count == known.count - 1, "\(step)")
                        known = [chosen: kept].compactMapValues(\.self)
                    } else {
                        let ended = known.filter { $0.value.kind == .browser && $0.key != chosen }.map(\.key)
                        #expect(count == ended.count, "\(step)")
                        for id in ended { known[id] = nil }
                    }
                }

                let ids = try await database.integers("SELECT id FROM access_token ORDER BY id")
                #expect(ids == known.keys.sorted(), "\(step)")
                #expect(revoked.isDisjoint(with: ids), "\(step)")
                for session in try await tokens.sessions(tokenIDs: ids) {
                    let token = try #require(known[session.token.id])
                    #expect(token.ancestors.isDisjoint(with: revoked), "\(step)")
                    #expect(session.token.kind == token.kind, "\(step)")
                    #expect(session.token.scopes == Self.scopes(token.scopes), "\(step)")
                    #expect(session.token.expiresAt == token.end, "\(step)")
                }
            }
            try await expectCountsMatchRows(database)
        }
    }
}
