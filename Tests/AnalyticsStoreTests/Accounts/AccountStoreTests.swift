import AnalyticsCore
import AnalyticsTesting
import Foundation
import Testing

@testable import AnalyticsStore

@Suite struct AccountStoreTests {
    private func user(
        _ email: String = "ada@example.com", name: String = "Ada Lovelace"
    ) -> AccountStore.NewUser {
        AccountStore.NewUser(name: name, email: EmailAddress(trusted: email), passwordHash: "$hash$")
    }

    @Test(
        "an account in a new workspace has the ids 1, the defaults, and can be found", arguments: TestDatabase.engines)
    func newWorkspace(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)

            let made = try await accounts.create(user(), in: .newWorkspace(name: "Acme"), now: .t0)

            let expected = Member(
                user: User(
                    id: 1, workspaceID: 1, name: "Ada Lovelace", email: EmailAddress(trusted: "ada@example.com"),
                    role: .admin, createdAt: .t0),
                workspace: Workspace(id: 1, name: "Acme", timeZone: .gmt, currency: "USD"))
            #expect(made.member == expected)
            #expect(made.token == nil)
            let found = try await accounts.credentials(email: EmailAddress(trusted: "ada@example.com"))
            #expect(found?.member == expected)
            #expect(found?.passwordHash == "$hash$")
            #expect(try await WorkspaceStore(database: database).workspace(id: 1) == expected.workspace)
        }
    }

    @Test("an account in a workspace that is there makes no other", arguments: TestDatabase.engines)
    func sameWorkspace(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let first = try await accounts.fixture()

            let second = try await accounts.create(
                user("bob@example.com", name: "Bob"), in: .workspace(id: first.workspace.id, .viewer), now: .t0)

            #expect(second.member?.user.id == 2)
            #expect(second.member?.user.role == .viewer)
            #expect(second.member?.workspace == first.workspace)
            #expect(try await WorkspaceStore(database: database).first(10) == [first.workspace])
        }
    }

    @Test("every role is kept", arguments: Role.allCases)
    func roles(role: Role) async throws {
        try await withDatabase { database in
            let accounts = AccountStore(database: database)

            let first = try await accounts.fixture()

            let made = try await accounts.create(
                user("bob@example.com"), in: .workspace(id: first.workspace.id, role), now: .t0)

            #expect(made.member?.user.role == role)
        }
    }

    @Test("a token is made with the account where one has a name", arguments: TestDatabase.engines)
    func token(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)

            let made = try await accounts.create(
                user(), in: .newWorkspace(name: "Acme"), token: .init(name: "laptop"), now: .t0)

            let token = try #require(made.token)
            #expect(token.token == AccessToken(id: 1, kind: .login, name: "laptop", scopes: .all, createdAt: .t0))
            let session = try await TokenStore(database: database).session(tokenID: 1)
            #expect(session?.member == made.member)
            #expect(session?.matches(token.secret) == true)
        }
    }

    @Test("an address that is taken makes nothing at all", arguments: TestDatabase.engines)
    func taken(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            let before = try await database.contents()

            let made = try await accounts.create(
                user(name: "Another"), in: .newWorkspace(name: "Other"), token: .init(name: "laptop"), now: .t0)

            guard case .emailTaken = made else { throw StoreError(.programming, "not refused: \(made)") }
            #expect(try await database.contents() == before)
        }
    }

    @Test("of many that ask for one address at the same moment exactly one gets it", arguments: TestDatabase.engines)
    func race(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)

            let winners = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 1...50 {
                    group.addTask {
                        try await accounts.create(
                            user(name: "User \(number)"), in: .newWorkspace(name: "W\(number)"),
                            token: .init(name: "t"),
                            now: .t0
                        ).member?.user.name
                    }
                }
                return try await group.reduce(into: [String]()) { names, name in
                    if let name { names.append(name) }
                }
            }

            #expect(winners.count == 1)
            #expect(try await database.texts("SELECT name FROM user_account") == winners)
            #expect(try await database.integer("SELECT COUNT(*) FROM workspace") == 1)
            #expect(try await database.integer("SELECT COUNT(*) FROM access_token") == 1)
        }
    }

    @Test(
        "the schema itself refuses a second account of one address, in any workspace", arguments: TestDatabase.engines)
    func uniqueIndex(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            let other = try await accounts.fixture(email: "bob@example.com", workspace: "Other")

            let error = await #expect(throws: StoreError.self) {
                try await database.run(
                    """
                    INSERT INTO user_account (workspace_id, id, name, email, password_hash, role, created_at)
                    VALUES (\(other.workspace.id), 99, 'Eve', 'ada@example.com', '-', 'admin', 0)
                    """)
            }

            #expect(error?.code == .conflict)
        }
    }

    @Test("a workspace that is not there is a conflict and leaves nothing", arguments: TestDatabase.engines)
    func noWorkspace(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let before = try await database.contents()

            let error = await #expect(throws: StoreError.self) {
                try await accounts.create(user(), in: .workspace(id: 7, .viewer), now: .t0)
            }

            #expect(error?.code == .conflict)
            #expect(try await database.contents() == before)
        }
    }

    @Test("what is not there is nil", arguments: TestDatabase.engines)
    func missing(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()

            #expect(try await accounts.credentials(email: EmailAddress(trusted: "bob@example.com")) == nil)
            #expect(try await WorkspaceStore(database: database).workspace(id: 2) == nil)
            #expect(try await WorkspaceStore(database: database).all(named: "acme").isEmpty)
        }
    }

    @Test(
        "workspaces come by id, at most as many as asked for, and at most two of one name",
        arguments: TestDatabase.engines)
    func workspaces(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            for (number, name) in ["Acme", "Other", "Acme", "Acme"].enumerated() {
                _ = try await accounts.fixture(email: "\(number)@example.com", workspace: name)
            }

            #expect(try await WorkspaceStore(database: database).first(3).map(\.id) == [1, 2, 3])
            #expect(try await WorkspaceStore(database: database).all(named: "Acme").map(\.id) == [1, 3])
            #expect(try await WorkspaceStore(database: database).all(named: "Other").map(\.id) == [2])
        }
    }

    @Test("a zone that this machine does not know is corrupt, not UTC", arguments: TestDatabase.engines)
    func unknownZone(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            try await database.run("UPDATE workspace SET time_zone = 'Mars/Olympus_Mons'")

            let error = await #expect(throws: StoreError.self) {
                try await WorkspaceStore(database: database).workspace(id: 1)
            }

            #expect(error?.code == .corrupt)
        }
    }

    @Test("a workspace's zone and currency are read", arguments: TestDatabase.engines)
    func zone(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            _ = try await accounts.fixture()
            try await database.run("UPDATE workspace SET time_zone = 'Europe/Berlin', currency = 'EUR'")

            let workspace = try await WorkspaceStore(database: database).workspace(id: 1)

            #expect(workspace?.timeZoneName == "Europe/Berlin")
            #expect(workspace?.currency == "EUR")
        }
    }

    @Test(
        "an account with a password hash of another kind is found, in whatever workspace",
        arguments: TestDatabase.engines)
    func passwordHashes(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let before = try await accounts.hasPasswordHash(notBeginningWith: "$scrypt$ln=14,r=8,p=5$")
            _ = try await accounts.fixture()
            _ = try await accounts.fixture(email: "grace@example.com", workspace: "Other")

            let same = try await accounts.hasPasswordHash(notBeginningWith: "$scrypt$ln=4,r=1,p=1$")
            let other = try await accounts.hasPasswordHash(notBeginningWith: "$scrypt$ln=14,r=8,p=5$")

            #expect([before, same, other] == [false, false, true])
        }
    }
}
