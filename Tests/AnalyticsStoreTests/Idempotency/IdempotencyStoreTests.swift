import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct IdempotencyStoreTests {
    private struct Refused: Error, Equatable {}

    private static let lifetime: Int64 = 24 * 3600

    private func key(
        _ text: String = "k", of user: User, operation: String = "POST /api/v1/things", body: UInt8 = 1
    ) -> IdempotencyKey {
        IdempotencyKey(
            workspaceID: user.workspaceID, userID: user.id, operation: operation, text: text,
            bodyHash: Array(repeating: body, count: 32))
    }

    /// Counts one more thing in the workspace's name, and gives how many there are.
    ///
    /// - Parameter isRefused: Whether it throws after that.
    private func count(
        _ key: IdempotencyKey?, in database: any Database, now: Instant = .t0, isRefused: Bool = false
    ) async throws -> Outcome<String> {
        let request = key.map { key in
            KeyedRequest<String>(key: key) { KeptAnswer(status: 201, body: Array("made \($0)".utf8)) }
        }
        return try await database.write(once: request, now: now) { connection in
            let count = try connection.first("UPDATE workspace SET name = name || '+' RETURNING name") {
                try $0.text(0)
            }
            if isRefused { throw Refused() }
            return count ?? ""
        }
    }

    /// A workspace without things.
    private func user(_ database: any Database, email: String = "ada@example.com") async throws -> User {
        try await AccountStore(database: database).fixture(email: email, workspace: "").user
    }

    private func answer(_ text: String) -> KeptAnswer {
        KeptAnswer(status: 201, body: Array(text.utf8))
    }

    @Test("a repeated request has the first one's answer and no second effect", arguments: TestDatabase.engines)
    func repeated(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let key = key(of: try await user(database))

            let first = try await count(key, in: database)
            let second = try await count(key, in: database, now: .t0.advanced(bySeconds: 60))

            #expect(first.value == "+")
            #expect(first.keptAnswer == nil)
            #expect(second.value == nil)
            #expect(second.keptAnswer == answer("made +"))
            #expect(try await database.texts("SELECT name FROM workspace") == ["+"])
            #expect(
                try await IdempotencyStore(database: database).answer(to: key, now: .t0) == answer("made +"))
        }
    }

    @Test("a request without a key is done each time", arguments: TestDatabase.engines)
    func withoutKey(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await user(database)

            let counts = [
                try await count(nil, in: database).value, try await count(nil, in: database).value,
            ]

            #expect(counts == ["+", "++"])
            #expect(try await database.integer("SELECT COUNT(*) FROM idempotency_key") == 0)
        }
    }

    @Test("what throws has no effect and leaves its key free", arguments: TestDatabase.engines)
    func refused(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let user = try await user(database)
            let before = try await database.contents()

            await #expect(throws: Refused()) { try await count(key(of: user), in: database, isRefused: true) }
            let after = try await database.contents()
            let again = try await count(key(of: user, body: 2), in: database)

            #expect(after == before)
            #expect(again.value == "+")
        }
    }

    @Test("an answer that cannot be kept undoes the effect", arguments: TestDatabase.engines)
    func together(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let user = try await user(database)
            let request = KeyedRequest<String>(key: key(of: user)) { _ in KeptAnswer(status: 500, body: []) }
            let before = try await database.contents()

            let error = await #expect(throws: StoreError.self) {
                try await database.write(once: request, now: .t0) { connection in
                    try connection.execute("UPDATE workspace SET name = 'changed'")
                    return ""
                }
            }

            #expect(error?.code == .conflict)
            #expect(try await database.contents() == before)
        }
    }

    @Test(
        "a key that was used for another body is refused, and the first answer stays", arguments: TestDatabase.engines)
    func mismatch(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let store = IdempotencyStore(database: database)
            let user = try await user(database)
            _ = try await count(key(of: user), in: database)
            let before = try await database.contents()

            await #expect(throws: IdempotencyMismatch()) { try await count(key(of: user, body: 2), in: database) }
            await #expect(throws: IdempotencyMismatch()) {
                try await store.answer(to: key(of: user, body: 2), now: .t0)
            }

            #expect(try await database.contents() == before)
            #expect(try await store.answer(to: key(of: user), now: .t0) == answer("made +"))
        }
    }

    @Test("a key is one of its user and operation, letter by letter", arguments: TestDatabase.engines)
    func apart(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await user(database)
            let bob = try await accounts.fixture(email: "bob@example.com", in: ada.workspaceID, as: .admin).user
            _ = try await count(key(of: ada), in: database)
            let others = [
                key(of: bob, body: 2), key(of: ada, operation: "POST /api/v1/others", body: 3),
                key("K", of: ada, body: 4), key("k ", of: ada, body: 5),
            ]

            for other in others {
                #expect(try await IdempotencyStore(database: database).answer(to: other, now: .t0) == nil)
                #expect(try await count(other, in: database).value != nil)
            }

            #expect(try await database.texts("SELECT name FROM workspace") == ["+++++"])
            #expect(try await database.integer("SELECT COUNT(*) FROM idempotency_key") == 5)
        }
    }

    @Test("another workspace's answer is not given", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await user(database)
            let eve = try await user(database, email: "eve@example.com")
            _ = try await count(key(of: ada), in: database)

            let kept = try await IdempotencyStore(database: database).answer(to: key(of: eve), now: .t0)
            let sameNumbers = IdempotencyKey(
                workspaceID: eve.workspaceID, userID: ada.id, operation: "POST /api/v1/things", text: "k",
                bodyHash: key(of: ada).bodyHash)

            #expect(kept == nil)
            #expect(try await IdempotencyStore(database: database).answer(to: sameNumbers, now: .t0) == nil)
        }
    }

    @Test("an answer holds to the last second of 24 hours and no longer", arguments: TestDatabase.engines)
    func expiry(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let store = IdempotencyStore(database: database)
            let user = try await user(database)
            let last = Instant.t0.advanced(bySeconds: Self.lifetime - 1)
            let over = Instant.t0.advanced(bySeconds: Self.lifetime)
            _ = try await count(key(of: user), in: database)

            let atLast = try await count(key(of: user), in: database, now: last)
            let gone = try await store.answer(to: key(of: user), now: over)
            let again = try await count(key(of: user, body: 2), in: database, now: over)
            let kept = try await store.answer(to: key(of: user, body: 2), now: over)

            #expect(atLast.keptAnswer == answer("made +"))
            #expect(gone == nil)
            #expect(again.value == "++")
            #expect(kept == answer("made ++"))
            #expect(try await database.integers("SELECT created_at FROM idempotency_key") == [over.milliseconds])
        }
    }

    @Test("pruning removes what no longer holds, oldest first and so many at a time", arguments: TestDatabase.engines)
    func prune(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let store = IdempotencyStore(database: database)
            let user = try await user(database)
            for seconds in [30, 0, 20, 10] as [Int64] {
                _ = try await count(key("\(seconds)", of: user), in: database, now: .t0.advanced(bySeconds: seconds))
            }
            let now = Instant.t0.advanced(bySeconds: Self.lifetime + 20)

            let first = try await store.prune(limit: 2, now: now)
            let left = try await database.texts("SELECT key FROM idempotency_key ORDER BY created_at")
            let second = try await store.prune(limit: 2, now: now)
            let third = try await store.prune(limit: 2, now: now)

            #expect([first, second, third] == [2, 1, 0])
            #expect(left == ["20", "30"])
            #expect(try await database.texts("SELECT key FROM idempotency_key") == ["30"])
            #expect(try await store.answer(to: key("30", of: user), now: now) == answer("made +"))
        }
    }

    @Test(
        "of many with one key at the same moment one is done, and all have its answer", arguments: TestDatabase.engines)
    func race(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let key = key(of: try await user(database))

            let outcomes = try await withThrowingTaskGroup(of: Outcome<String>.self) { group in
                for _ in 0..<50 { group.addTask { try await count(key, in: database) } }
                return try await group.reduce(into: [Outcome<String>]()) { $0.append($1) }
            }

            #expect(outcomes.compactMap(\.value) == ["+"])
            #expect(outcomes.compactMap(\.keptAnswer) == Array(repeating: answer("made +"), count: 49))
            #expect(try await database.texts("SELECT name FROM workspace") == ["+"])
        }
    }

    @Test("a token is made once, and its secret is not in what is kept", arguments: TestDatabase.engines)
    func token(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tokens = TokenStore(database: database)
            let user = try await user(database)
            let request = KeyedRequest<IssuedToken>(key: key(of: user)) { issued in
                KeptAnswer(status: 201, body: Array("\(issued.token.id)".utf8))
            }

            let first = try await tokens.issue(
                name: "t", scopes: .all, for: user, once: request, by: .operator, now: .t0)
            let second = try await tokens.issue(
                name: "t", scopes: .all, for: user, once: request, by: .operator, now: .t0)

            let issued = try #require(first.value)
            #expect(second.keptAnswer == answer("1"))
            #expect(try await tokens.session(tokenID: 1)?.matches(issued.secret) == true)
            #expect(try await tokens.list(ListSlice(.offset(0), limit: 9), of: user).total == 1)
            try await expectCountsMatchRows(database)
        }
    }
}
