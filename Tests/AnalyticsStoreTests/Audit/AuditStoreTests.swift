import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct AuditStoreTests {
    private struct Refused: Error, Equatable {}

    /// Adds entries of which each is about an object of another number.
    private func add(_ objectIDs: ClosedRange<Int64>, to workspaceID: Int64, in database: any Database) async throws {
        for id in objectIDs {
            try await database.write { connection in
                try connection.audit(.tokenRevoked, of: id, by: .operator, workspaceID: workspaceID, now: .t0)
            }
        }
    }

    @Test("entries are numbered from 1 without a gap, each workspace's for itself", arguments: TestDatabase.engines)
    func numbers(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture().workspace.id
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other").workspace.id

            for number in 11...13 as ClosedRange<Int64> {
                try await add(number...number, to: ada, in: database)
                try await add(number...number, to: eve, in: database)
            }
            try await add(14...14, to: eve, in: database)

            #expect(try await database.auditEntries(workspaceID: ada).map(\.id) == [4, 3, 2, 1])
            #expect(try await database.auditEntries(workspaceID: ada).map(\.objectID) == [13, 12, 11, 1])
            #expect(try await database.auditEntries(workspaceID: eve).map(\.id) == [5, 4, 3, 2, 1])
            #expect(try await database.auditEntries(workspaceID: eve).map(\.objectID) == [14, 13, 12, 11, 2])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("what is undone is not written down and takes no number", arguments: TestDatabase.engines)
    func rollback(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let id = try await AccountStore(database: database).fixture().workspace.id

            await #expect(throws: Refused()) {
                try await database.write { connection in
                    try connection.audit(.tokenRevoked, of: 1, by: .operator, workspaceID: id, now: .t0)
                    throw Refused()
                }
            }
            try await add(2...2, to: id, in: database)

            let entries = try await database.auditEntries(workspaceID: id)
            #expect(entries.map(\.id) == [2, 1])
            #expect(entries.map(\.action) == [.tokenRevoked, .userRegistered])
            #expect(entries.first?.objectID == 2)
        }
    }

    @Test("entries of many at the same moment have a number each", arguments: TestDatabase.engines)
    func concurrent(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let id = try await AccountStore(database: database).fixture().workspace.id

            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...50 as ClosedRange<Int64> {
                    group.addTask { try await add(number...number, to: id, in: database) }
                }
                try await group.waitForAll()
            }

            let entries = try await database.auditEntries(workspaceID: id)
            #expect(entries.map(\.id).sorted() == Array(1...51))
            #expect(entries.dropLast().compactMap(\.objectID).sorted() == Array(1...50))
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a page by its offset and one below an entry are the same", arguments: TestDatabase.engines)
    func pages(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let log = AuditStore(database: database)
            let id = try await AccountStore(database: database).fixture().workspace.id
            try await add(2...7, to: id, in: database)

            let whole = try await log.list(ListSlice(.offset(0), limit: 7), workspaceID: id)
            #expect(whole.items.map(\.id) == [7, 6, 5, 4, 3, 2, 1])
            #expect(!whole.hasMore)
            #expect(whole.total == 7)
            for offset in 0...8 {
                let byOffset = try await log.list(ListSlice(.offset(offset), limit: 3), workspaceID: id)
                let below = try await log.list(ListSlice(.below(Int64(8 - offset)), limit: 3), workspaceID: id)
                #expect(byOffset.items == Array(whole.items.dropFirst(offset).prefix(3)), "\(offset)")
                #expect(byOffset.hasMore == (offset + 3 < 7), "\(offset)")
                #expect(byOffset.total == 7, "\(offset)")
                #expect(below == byOffset, "\(offset)")
            }
        }
    }

    @Test(
        "a page far beyond the last entry is empty", arguments: TestDatabase.engines,
        [ListSlice(.offset(.max), limit: 100), ListSlice(.below(.min), limit: 100), ListSlice(.below(1), limit: 100)])
    func beyond(engine: TestDatabase.Engine, slice: ListSlice) async throws {
        try await withDatabase(engine) { database in
            let id = try await AccountStore(database: database).fixture().workspace.id

            let page = try await AuditStore(database: database).list(slice, workspaceID: id)

            #expect(page.items.isEmpty)
            #expect(!page.hasMore)
            #expect(page.total == 1)
        }
    }

    @Test("an entry is kept with all its parts", arguments: TestDatabase.engines, AuditAction.allCases)
    func parts(engine: TestDatabase.Engine, action: AuditAction) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()
            let id = ada.workspace.id
            let author = Author(person: .init(ada.user), tokenID: 9_007_199_254_740_991, address: "2001:db8::1")
            let later = Instant.t0.advanced(bySeconds: 1)
            let changes = [
                AuditChange("value", from: "0.0001", to: "-99999999999.9999"),
                AuditChange("category", from: nil, to: "\u{E9} e\u{301} \"\\\n\u{0}\u{1F600}"),
                AuditChange("source", from: "", to: nil),
            ]

            try await database.write { connection in
                try connection.audit(action, of: 42, changes, by: author, workspaceID: id, now: later)
                try connection.audit(action, of: nil, by: .operator, workspaceID: id, now: later)
            }

            #expect(
                try await database.auditEntries(workspaceID: id).prefix(2) == [
                    AuditEntry(id: 3, at: later, author: .operator, action: action, objectID: nil, changes: []),
                    AuditEntry(id: 2, at: later, author: author, action: action, objectID: 42, changes: changes),
                ])
        }
    }

    @Test("who did something stays as of then, when that user is gone", arguments: TestDatabase.engines)
    func removedAuthor(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let id = ada.workspace.id
            let bob = try await accounts.fixture(email: "bob@example.com", in: id, as: .admin)
            let author = Author(person: .init(bob.user))
            _ = try await WorkspaceStore(database: database).update(id: id, .init(name: "New"), by: author, now: .t0)

            _ = try await MemberStore(database: database).remove(bob.user.id, workspaceID: id, by: .operator, now: .t0)

            let entry = try #require(try await database.auditEntries(workspaceID: id).first { $0.id == 3 })
            #expect(entry.action == .workspaceUpdated)
            #expect(entry.author == author)
        }
    }

    @Test("another workspace's entries are not seen", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let log = AuditStore(database: database)
            let ada = try await accounts.fixture()
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other")
            try await add(1...20, to: ada.workspace.id, in: database)

            let page = try await log.list(ListSlice(.offset(0), limit: 100), workspaceID: eve.workspace.id)
            let below = try await log.list(ListSlice(.below(20), limit: 100), workspaceID: eve.workspace.id)
            let nowhere = try await log.list(ListSlice(.offset(0), limit: 100), workspaceID: 99)

            #expect(page.items.map(\.author.person?.email.text) == ["eve@example.com"])
            #expect(page.total == 1)
            #expect(below == page)
            #expect(nowhere.items.isEmpty)
            #expect(nowhere.total == 0)
        }
    }

    @Test("nothing is written down for a workspace that is not there", arguments: TestDatabase.engines)
    func noWorkspace(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let before = try await database.contents()

            let error = await #expect(throws: StoreError.self) { try await add(1...1, to: 99, in: database) }

            #expect(error?.code == .corrupt)
            #expect(try await database.contents() == before)
        }
    }

    @Test("changes that cannot be read are corrupt, and so is an action that is not known")
    func corrupt() async throws {
        try await withDatabase { database in
            let id = try await AccountStore(database: database).fixture().workspace.id

            for damage in ["changes = '{'", "action = 'user.danced'"] {
                try await database.run(SQL(trusted: "UPDATE audit_entry SET \(damage)"))
                let error = await #expect(throws: StoreError.self, "\(damage)") {
                    try await database.auditEntries(workspaceID: id)
                }
                #expect(error?.code == .corrupt, "\(damage)")
                try await database.run("UPDATE audit_entry SET changes = '[]', action = 'user.registered'")
            }
        }
    }
}
