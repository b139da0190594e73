import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Foundation
import Testing

@Suite struct WorkspaceStoreTests {
    private func zone(_ name: String) throws -> TimeZone {
        try #require(TimeZone(identifier: name))
    }

    @Test("settings are kept together and written down with what they were", arguments: TestDatabase.engines)
    func update(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspaces = WorkspaceStore(database: database)
            let ada = try await AccountStore(database: database).fixture()
            let author = Author(person: .init(ada.user), tokenID: 1, address: "192.0.2.1")
            let later = Instant.t0.advanced(bySeconds: 60)
            let berlin = try zone("Europe/Berlin")

            let updated = try await workspaces.update(
                id: ada.workspace.id, .init(name: "Acme GmbH", timeZone: berlin, currency: "EUR"), by: author,
                now: later)

            #expect(
                updated == Workspace(id: ada.workspace.id, name: "Acme GmbH", timeZone: berlin, currency: "EUR"))
            #expect(try await workspaces.workspace(id: ada.workspace.id) == updated)
            #expect(
                try await database.auditEntries(workspaceID: ada.workspace.id).first
                    == AuditEntry(
                        id: 2, at: later, author: author, action: .workspaceUpdated, objectID: ada.workspace.id,
                        changes: [
                            AuditChange("name", from: "Acme", to: "Acme GmbH"),
                            AuditChange("timezone", from: "UTC", to: "Europe/Berlin"),
                            AuditChange("currency", from: "USD", to: "EUR"),
                        ]))
        }
    }

    @Test("a setting that is left out stays as it is", arguments: TestDatabase.engines)
    func parts(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspaces = WorkspaceStore(database: database)
            let id = try await AccountStore(database: database).fixture().workspace.id
            let tokyo = try zone("Asia/Tokyo")

            let named = try await workspaces.update(id: id, .init(name: "Other"), by: .operator, now: .t0)
            let zoned = try await workspaces.update(id: id, .init(timeZone: tokyo), by: .operator, now: .t0)
            let priced = try await workspaces.update(id: id, .init(currency: "JPY"), by: .operator, now: .t0)

            #expect(named == Workspace(id: id, name: "Other", timeZone: .gmt, currency: "USD"))
            #expect(zoned == Workspace(id: id, name: "Other", timeZone: tokyo, currency: "USD"))
            #expect(priced == Workspace(id: id, name: "Other", timeZone: tokyo, currency: "JPY"))
            #expect(
                try await database.auditEntries(workspaceID: id).prefix(3).map { $0.changes.map(\.name) }
                    == [["currency"], ["timezone"], ["name"]])
        }
    }

    @Test("the zone without an offset is UTC again", arguments: TestDatabase.engines)
    func utc(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspaces = WorkspaceStore(database: database)
            let id = try await AccountStore(database: database).fixture().workspace.id
            let tokyo = try zone("Asia/Tokyo")
            _ = try await workspaces.update(id: id, .init(timeZone: tokyo), by: .operator, now: .t0)

            _ = try await workspaces.update(id: id, .init(timeZone: .gmt), by: .operator, now: .t0)

            #expect(try await workspaces.workspace(id: id)?.timeZone == .gmt)
            #expect(try await database.texts("SELECT time_zone FROM workspace") == ["UTC"])
        }
    }

    @Test("settings as they are change nothing and are not written down", arguments: TestDatabase.engines)
    func same(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspaces = WorkspaceStore(database: database)
            let ada = try await AccountStore(database: database).fixture()
            let before = try await database.contents()

            let nothing = try await workspaces.update(id: ada.workspace.id, .init(), by: .operator, now: .t0)
            let same = try await workspaces.update(
                id: ada.workspace.id, .init(name: "Acme", timeZone: .gmt, currency: "USD"), by: .operator, now: .t0)

            #expect(nothing == ada.workspace)
            #expect(same == ada.workspace)
            #expect(try await database.contents() == before)
        }
    }

    @Test("another workspace's settings stay, and one that is not there has none", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let workspaces = WorkspaceStore(database: database)
            let ada = try await accounts.fixture()
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other")

            _ = try await workspaces.update(
                id: ada.workspace.id, .init(name: "New", currency: "EUR"), by: .operator, now: .t0)
            let missing = try await workspaces.update(id: 99, .init(name: "New"), by: .operator, now: .t0)

            #expect(missing == nil)
            #expect(try await workspaces.workspace(id: eve.workspace.id) == eve.workspace)
            #expect(try await database.auditEntries(workspaceID: eve.workspace.id).count == 1)
        }
    }

    @Test("a name is found exactly as it is written, and never as a part", arguments: TestDatabase.engines)
    func named(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspaces = WorkspaceStore(database: database)
            let ada = try await AccountStore(database: database).fixture()

            #expect(try await workspaces.all(named: "Acme") == [ada.workspace])
            for name in ["acme", "Acme ", "Acm", "%", ""] {
                #expect(try await workspaces.all(named: name).isEmpty, "\(name)")
            }
        }
    }

    @Test("the first workspaces come by id, and none where none are wanted", arguments: TestDatabase.engines)
    func first(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let workspaces = WorkspaceStore(database: database)
            #expect(try await workspaces.first(10).isEmpty)
            let ada = try await accounts.fixture()
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other")

            #expect(try await workspaces.first(0).isEmpty)
            #expect(try await workspaces.first(1) == [ada.workspace])
            #expect(try await workspaces.first(10) == [ada.workspace, eve.workspace])
        }
    }
}
