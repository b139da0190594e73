import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct MemberStoreTests {
    @Test("users come newest first, with how many the workspace has", arguments: TestDatabase.engines)
    func list(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let members = MemberStore(database: database)
            let ada = try await accounts.fixture()
            let workspaceID = ada.workspace.id
            let bob = try await accounts.fixture(email: "bob@example.com", in: workspaceID, as: .viewer)
            _ = try await accounts.fixture(email: "eve@example.com", workspace: "Other")
            let cleo = try await accounts.fixture(email: "cleo@example.com", in: workspaceID, as: .admin)

            let first = try await members.list(ListSlice(.offset(0), limit: 2), workspaceID: workspaceID)
            let rest = try await members.list(ListSlice(.below(bob.user.id), limit: 2), workspaceID: workspaceID)
            let deep = try await members.list(ListSlice(.offset(2), limit: 2), workspaceID: workspaceID)

            #expect(first.items == [cleo, bob])
            #expect(first.hasMore)
            #expect(first.total == 3)
            #expect(rest.items == [ada])
            #expect(!rest.hasMore)
            #expect(rest.total == 3)
            #expect(deep == rest)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a new role is kept, counted and written down", arguments: TestDatabase.engines, Role.allCases)
    func changeRole(engine: TestDatabase.Engine, role: Role) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let members = MemberStore(database: database)
            let ada = try await accounts.fixture()
            let workspaceID = ada.workspace.id
            let former: Role = role == .viewer ? .admin : .viewer
            let bob = try await accounts.fixture(email: "bob@example.com", in: workspaceID, as: former)
            let author = Author(person: .init(ada.user), tokenID: 7, address: "192.0.2.1")
            let later = Instant.t0.advanced(bySeconds: 60)

            let change = try await members.changeRole(
                of: bob.user.id, to: role, workspaceID: workspaceID, by: author, now: later)

            let changed = try #require(try await members.member(bob.user.id, workspaceID: workspaceID))
            #expect(change == .done(changed))
            #expect(changed.user.role == role)
            #expect(changed.user.email == bob.user.email)
            #expect(try await members.member(ada.user.id, workspaceID: workspaceID) == ada)
            #expect(
                try await database.auditEntries(workspaceID: workspaceID).first
                    == AuditEntry(
                        id: 3, at: later, author: author, action: .userRoleChanged, objectID: bob.user.id,
                        changes: [AuditChange("role", from: former.rawValue, to: role.rawValue)]))
            try await expectCountsMatchRows(database)
        }
    }

    @Test("the role that a user has already changes nothing", arguments: TestDatabase.engines)
    func sameRole(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()
            let before = try await database.contents()

            let change = try await MemberStore(database: database).changeRole(
                of: ada.user.id, to: .admin, workspaceID: ada.workspace.id, by: .operator, now: .t0)

            #expect(change == .done(ada))
            #expect(try await database.contents() == before)
        }
    }

    @Test(
        "a removed user is gone with all tokens and kept answers, and is written down", arguments: TestDatabase.engines)
    func remove(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let members = MemberStore(database: database)
            let tokens = TokenStore(database: database)
            let ada = try await accounts.fixture()
            let workspaceID = ada.workspace.id
            let bob = try await accounts.fixture(email: "bob@example.com", in: workspaceID, as: .analyst)
            let kept = try await tokens.fixture(for: ada.user)
            for _ in 0..<2 { _ = try await tokens.fixture(for: bob.user) }
            for user in [ada.user, bob.user] {
                try await database.run(
                    """
                    INSERT INTO idempotency_key
                    VALUES (\(workspaceID), \(user.id), 'POST /', 'k', \([UInt8](repeating: 0, count: 32)), 201,
                        \([] as [UInt8]), \(Instant.t0))
                    """)
            }

            let change = try await members.remove(bob.user.id, workspaceID: workspaceID, by: .operator, now: .t0)

            #expect(change == .removed(bob, tokenCount: 2))
            #expect(try await members.member(bob.user.id, workspaceID: workspaceID) == nil)
            #expect(try await members.list(ListSlice(.offset(0), limit: 9), workspaceID: workspaceID).items == [ada])
            #expect(try await accounts.credentials(email: bob.user.email) == nil)
            #expect(try await database.integers("SELECT id FROM access_token") == [kept.token.id])
            #expect(try await database.integers("SELECT user_id FROM idempotency_key") == [ada.user.id])
            let entry = try #require(try await database.auditEntries(workspaceID: workspaceID).first)
            #expect(entry.action == .userRemoved)
            #expect(entry.objectID == bob.user.id)
            #expect(
                entry.changes == [
                    AuditChange("name", from: "Grace", to: nil),
                    AuditChange("email", from: "bob@example.com", to: nil),
                    AuditChange("role", from: "analyst", to: nil),
                    AuditChange("revoked_tokens", from: nil, to: "2"),
                    AuditChange("revoked_token_ids", from: "2 3", to: nil),
                ])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a user's address is free again once the user is removed", arguments: TestDatabase.engines)
    func freeAddress(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let bob = try await accounts.fixture(email: "bob@example.com", in: ada.workspace.id, as: .viewer)
            _ = try await MemberStore(database: database).remove(
                bob.user.id, workspaceID: ada.workspace.id, by: .operator, now: .t0)

            let again = try await accounts.fixture(email: "bob@example.com", in: ada.workspace.id, as: .viewer)

            #expect(again.user.id == bob.user.id + 1)
        }
    }

    @Test("the last admin is neither demoted nor removed, whoever else is there", arguments: TestDatabase.engines)
    func lastAdmin(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let members = MemberStore(database: database)
            let ada = try await accounts.fixture()
            let workspaceID = ada.workspace.id
            _ = try await accounts.fixture(email: "bob@example.com", in: workspaceID, as: .manager)
            _ = try await accounts.fixture(email: "eve@example.com", workspace: "Other")
            let before = try await database.contents()

            let demoted = try await members.changeRole(
                of: ada.user.id, to: .viewer, workspaceID: workspaceID, by: .operator, now: .t0)
            let removed = try await members.remove(ada.user.id, workspaceID: workspaceID, by: .operator, now: .t0)

            #expect(demoted == .lastAdmin)
            #expect(removed == .lastAdmin)
            #expect(try await database.contents() == before)
        }
    }

    @Test("one of two admins may go, and the other is the last one then", arguments: TestDatabase.engines)
    func twoAdmins(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let members = MemberStore(database: database)
            let ada = try await accounts.fixture()
            let workspaceID = ada.workspace.id
            let bob = try await accounts.fixture(email: "bob@example.com", in: workspaceID, as: .admin)

            let first = try await members.remove(ada.user.id, workspaceID: workspaceID, by: .operator, now: .t0)
            let second = try await members.remove(bob.user.id, workspaceID: workspaceID, by: .operator, now: .t0)

            #expect(first == .removed(ada, tokenCount: 0))
            #expect(second == .lastAdmin)
            try await expectCountsMatchRows(database)
        }
    }

    /// What is done to an admin.
    enum Loss: String, Sendable, CaseIterable {
        case demote, remove

        func take(_ userID: Int64, from database: any Database) async throws -> MemberStore.Change {
            let members = MemberStore(database: database)
            return switch self {
            case .demote:
                try await members.changeRole(of: userID, to: .viewer, workspaceID: 1, by: .operator, now: .t0)
            case .remove:
                try await members.remove(userID, workspaceID: 1, by: .operator, now: .t0)
            }
        }
    }

    @Test(
        "of the last two admins one stays, however both are taken at the same moment", arguments: Loss.allCases,
        Loss.allCases)
    func race(first: Loss, second: Loss) async throws {
        try await withDatabase { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let bob = try await accounts.fixture(email: "bob@example.com", in: ada.workspace.id, as: .admin)
            try #require(ada.workspace.id == 1)

            async let ofAda = first.take(ada.user.id, from: database)
            async let ofBob = second.take(bob.user.id, from: database)
            let changes = try await [ofAda, ofBob]

            #expect(changes.filter { $0 == .lastAdmin }.count == 1)
            #expect(try await database.integer("SELECT COUNT(*) FROM user_account WHERE role = 'admin'") == 1)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("another workspace's user is not found and stays as it is", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let members = MemberStore(database: database)
            let ada = try await accounts.fixture()
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other")
            let fred = try await accounts.fixture(email: "fred@example.com", in: eve.workspace.id, as: .viewer)
            let workspaceID = ada.workspace.id
            let before = try await database.contents()

            for userID in [eve.user.id, fred.user.id, 99] {
                let changed = try await members.changeRole(
                    of: userID, to: .manager, workspaceID: workspaceID, by: .operator, now: .t0)
                let removed = try await members.remove(userID, workspaceID: workspaceID, by: .operator, now: .t0)
                #expect(changed == .notFound)
                #expect(removed == .notFound)
                #expect(try await members.member(userID, workspaceID: workspaceID) == nil)
            }

            #expect(try await database.contents() == before)
        }
    }
}
