import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct FailedSignInLogTests {
    @Test(
        "the failures of an account are one entry each time, with their number and addresses",
        arguments: TestDatabase.engines)
    func entries(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let id = ada.workspace.id
            let bob = try await accounts.fixture(email: "bob@example.com", in: id, as: .viewer)
            let log = FailedSignInLog(database: database)
            let later = Instant.t0.advanced(bySeconds: 5)

            for number in 1...7 {
                log.note(.login, of: ada.user, from: "192.0.2.\(number)", at: number == 3 ? later : .t0)
            }
            log.note(.login, of: bob.user, from: "192.0.2.9", at: .t0)
            log.note(.passwordChange(tokenID: 4), of: bob.user, from: nil, at: .t0)
            try await log.write()
            try await log.write()

            let entries = try await database.auditEntries(workspaceID: id).filter { $0.id > 2 }
            #expect(entries.count == 3)
            let ofAda = try #require(entries.first { $0.objectID == ada.user.id })
            #expect(ofAda.action == .userLoginFailed)
            #expect(ofAda.at == later)
            #expect(ofAda.author == Author())
            #expect(
                ofAda.changes == [
                    AuditChange("count", from: nil, to: "7"),
                    AuditChange(
                        "addresses", from: nil,
                        to: "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 and others"),
                ])
            let login = try #require(entries.first { $0.action == .userLoginFailed && $0.objectID == bob.user.id })
            #expect(login.author == Author(address: "192.0.2.9"))
            let change = try #require(entries.first { $0.action == .userPasswordFailed })
            #expect(change.author == Author(person: .init(bob.user), tokenID: 4))
        }
    }

    @Test("an account that was removed meanwhile is passed over", arguments: TestDatabase.engines)
    func removed(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let bob = try await accounts.fixture(email: "bob@example.com", in: ada.workspace.id, as: .viewer)
            let log = FailedSignInLog(database: database)
            log.note(.login, of: bob.user, from: nil, at: .t0)
            log.note(.login, of: ada.user, from: nil, at: .t0)
            _ = try await MemberStore(database: database).remove(
                bob.user.id, workspaceID: ada.workspace.id, by: .operator, now: .t0)

            try await log.write()

            let entries = try await database.auditEntries(workspaceID: ada.workspace.id)
            #expect(entries.filter { $0.action == .userLoginFailed }.map(\.objectID) == [ada.user.id])
        }
    }
}
