import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct InvitationStoreTests {
    private static let grace = EmailAddress(trusted: "grace@example.com")
    private static let lifetime: Int64 = 7 * 86_400
    private static let taken = ValidationError(
        field: "email", code: .unique, message: "The email has already been taken.")

    private func invite(
        _ email: EmailAddress = Self.grace, to workspaceID: Int64, as role: Role = .analyst,
        by author: Author = .operator,
        in database: any Database, now: Instant = .t0
    ) async throws -> InvitationStore.Issued {
        let outcome = try await InvitationStore(database: database).create(
            email: email, role: role, workspaceID: workspaceID, by: author, now: now)
        return try #require(outcome.value)
    }

    private func accept(
        _ code: String, _ email: EmailAddress = Self.grace, in database: any Database, now: Instant = .t0
    ) async throws -> AccountStore.Registration {
        try await AccountStore(database: database).create(
            AccountStore.NewUser(name: "Grace", email: email, passwordHash: "$hash$"), in: .invitation(code: code),
            token: .init(name: "register"), now: now)
    }

    private func total(of workspaceID: Int64, in database: any Database) async throws -> Int {
        try await InvitationStore(database: database).list(ListSlice(.offset(0), limit: 1), workspaceID: workspaceID)
            .total
    }

    // MARK: - Making

    @Test("an invitation holds for its address and seven days, and is written down", arguments: TestDatabase.engines)
    func make(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()
            let author = Author(person: .init(ada.user), tokenID: 3)

            let issued = try await invite(to: ada.workspace.id, by: author, in: database)

            #expect(
                issued.invitation
                    == Invitation(
                        id: 1, workspaceID: ada.workspace.id, email: Self.grace, role: .analyst,
                        expiresAt: .t0.advanced(bySeconds: Self.lifetime), createdAt: .t0))
            #expect(issued.code.count == 40)
            #expect(
                try await database.auditEntries(workspaceID: ada.workspace.id).first
                    == AuditEntry(
                        id: 2, at: .t0, author: author, action: .invitationCreated, objectID: 1,
                        changes: [
                            AuditChange("email", from: nil, to: "grace@example.com"),
                            AuditChange("role", from: nil, to: "analyst"),
                        ]))
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a code is found for its address alone", arguments: TestDatabase.engines)
    func find(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let invitations = InvitationStore(database: database)
            let ada = try await AccountStore(database: database).fixture()
            let issued = try await invite(to: ada.workspace.id, in: database)
            let other = try await invite(EmailAddress(trusted: "eve@example.com"), to: ada.workspace.id, in: database)

            #expect(
                try await invitations.invitation(code: issued.code, email: Self.grace, now: .t0) == issued.invitation)
            #expect(try await invitations.invitation(code: other.code, email: Self.grace, now: .t0) == nil)
            #expect(try await invitations.invitation(code: "", email: Self.grace, now: .t0) == nil)
        }
    }

    @Test("a code is nowhere in the database", arguments: TestDatabase.engines)
    func secret(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()

            let issued = try await invite(to: ada.workspace.id, in: database)

            let lines = try await database.contents().values.joined()
            #expect(lines.contains { $0.contains("grace@example.com") })
            #expect(!lines.contains { $0.contains(issued.code) })
        }
    }

    @Test("another invitation of an address takes the place of the first", arguments: TestDatabase.engines)
    func again(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let invitations = InvitationStore(database: database)
            let ada = try await AccountStore(database: database).fixture()
            let workspaceID = ada.workspace.id
            let later = Instant.t0.advanced(bySeconds: 60)
            let first = try await invite(to: workspaceID, as: .admin, in: database)

            let second = try await invite(to: workspaceID, as: .viewer, in: database, now: later)

            #expect(first.code != second.code)
            #expect(try await invitations.invitation(code: first.code, email: Self.grace, now: later) == nil)
            #expect(
                try await invitations.invitation(code: second.code, email: Self.grace, now: later)
                    == second.invitation)
            let list = try await invitations.list(ListSlice(.offset(0), limit: 9), workspaceID: workspaceID)
            #expect(list.items == [second.invitation])
            #expect(list.total == 1)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a request that is repeated with its key invites once", arguments: TestDatabase.engines)
    func once(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let invitations = InvitationStore(database: database)
            let ada = try await AccountStore(database: database).fixture()
            let key = IdempotencyKey(
                workspaceID: ada.workspace.id, userID: ada.user.id, operation: "POST /invitations", text: "k",
                bodyHash: Array(repeating: 1, count: 32))
            let request = KeyedRequest<InvitationStore.Issued>(key: key) { issued in
                KeptAnswer(status: 201, body: Array("\(issued.invitation.id)".utf8))
            }

            let first = try await invitations.create(
                email: Self.grace, role: .viewer, workspaceID: ada.workspace.id, once: request, by: .operator, now: .t0)
            let second = try await invitations.create(
                email: Self.grace, role: .viewer, workspaceID: ada.workspace.id, once: request, by: .operator, now: .t0)

            let code = try #require(first.value).code
            #expect(second.keptAnswer == KeptAnswer(status: 201, body: Array("1".utf8)))
            #expect(try await invitations.invitation(code: code, email: Self.grace, now: .t0)?.id == 1)
            try await expectCountsMatchRows(database)
        }
    }

    // MARK: - Addresses with an account

    @Test("a colleague's address is taken", arguments: TestDatabase.engines)
    func colleague(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let bob = try await accounts.fixture(email: "bob@example.com", in: ada.workspace.id, as: .viewer)
            let before = try await database.contents()

            for user in [ada.user, bob.user] {
                await #expect(throws: Self.taken) {
                    try await invite(user.email, to: ada.workspace.id, in: database)
                }
            }

            #expect(try await database.contents() == before)
        }
    }

    @Test(
        "who is alone in a workspace is its admin, and still no colleague of oneself", arguments: TestDatabase.engines)
    func oneself(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()

            await #expect(throws: Self.taken) {
                try await invite(ada.user.email, to: ada.workspace.id, in: database)
            }
        }
    }

    @Test("the address of somebody with colleagues elsewhere is taken", arguments: TestDatabase.engines)
    func colleaguesElsewhere(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let grace = try await accounts.fixture(email: Self.grace.text, workspace: "Other")
            _ = try await accounts.fixture(email: "fred@example.com", in: grace.workspace.id, as: .viewer)

            await #expect(throws: Self.taken) { try await invite(to: ada.workspace.id, in: database) }
        }
    }

    @Test("the address of somebody with data elsewhere is taken, also while they are imported")
    func dataElsewhere() async throws {
        try await withDatabase { database in
            let ada = try await AccountStore(database: database).fixture()
            let grace = try await TestWorkspace(database, email: Self.grace.text)
            let stored = try #require(try await grace.ingest(.fixture()).first)

            await #expect(throws: Self.taken) { try await invite(to: ada.workspace.id, in: database) }
            _ = try await grace.corrections.remove(stored.id, workspaceID: grace.id, by: .operator, now: .t0)
            let dataImport = try await grace.beginImport()
            await #expect(throws: Self.taken) { try await invite(to: ada.workspace.id, in: database) }
            try await grace.delete(dataImport)

            let issued = try await invite(to: ada.workspace.id, in: database)
            #expect(issued.invitation.email == Self.grace)
        }
    }

    // MARK: - Accepting

    @Test("a code lets its address in once, with the role", arguments: TestDatabase.engines)
    func join(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()
            let issued = try await invite(to: ada.workspace.id, in: database)

            let made = try await accept(issued.code, in: database)

            let member = try #require(made.member)
            #expect(member.user.role == .analyst)
            #expect(member.workspace == ada.workspace)
            #expect(
                try await InvitationStore(database: database)
                    .invitation(code: issued.code, email: Self.grace, now: .t0) == nil)
            #expect(try await total(of: ada.workspace.id, in: database) == 0)
            let entry = try #require(try await database.auditEntries(workspaceID: ada.workspace.id).first)
            #expect(entry.action == .userJoined)
            #expect(entry.author == Author(person: .init(member.user), tokenID: made.token?.token.id))
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a used code is good for nothing, though the user it made is gone", arguments: TestDatabase.engines)
    func oneTime(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()
            let issued = try await invite(to: ada.workspace.id, in: database)
            let member = try #require(try await accept(issued.code, in: database).member)
            _ = try await MemberStore(database: database).remove(
                member.user.id, workspaceID: ada.workspace.id, by: .operator, now: .t0)
            let before = try await database.contents()

            let again = try await accept(issued.code, in: database)

            guard case .invitationInvalid = again else { throw StoreError(.programming, "not refused: \(again)") }
            #expect(try await database.contents() == before)
        }
    }

    @Test("of two that use a code at the same moment one gets in", arguments: TestDatabase.engines)
    func race(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()
            let code = try await invite(to: ada.workspace.id, in: database).code

            async let first = accept(code, in: database)
            async let second = accept(code, in: database)
            let members = try await [first.member, second.member]

            #expect(members.compactMap { $0 }.count == 1)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a code is no good for another address, and stays good for its own", arguments: TestDatabase.engines)
    func bound(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await AccountStore(database: database).fixture()
            let issued = try await invite(to: ada.workspace.id, in: database)
            let before = try await database.contents()

            let other = try await accept(issued.code, EmailAddress(trusted: "eve@example.com"), in: database)
            let after = try await database.contents()
            let made = try await accept(issued.code, in: database)

            guard case .invitationInvalid = other else { throw StoreError(.programming, "not refused: \(other)") }
            #expect(after == before)
            #expect(made.member?.user.email == Self.grace)
        }
    }

    @Test("a code holds to the last second of the seventh day and no longer", arguments: TestDatabase.engines)
    func expiry(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let invitations = InvitationStore(database: database)
            let ada = try await AccountStore(database: database).fixture()
            let issued = try await invite(to: ada.workspace.id, in: database)
            let last = Instant.t0.advanced(bySeconds: Self.lifetime - 1)
            let over = Instant.t0.advanced(bySeconds: Self.lifetime)

            let atLast = try await invitations.invitation(code: issued.code, email: Self.grace, now: last)
            let atEnd = try await invitations.invitation(code: issued.code, email: Self.grace, now: over)
            let late = try await accept(issued.code, in: database, now: over)
            let list = try await invitations.list(ListSlice(.offset(0), limit: 9), workspaceID: ada.workspace.id)
            let made = try await accept(issued.code, in: database, now: last)

            #expect(atLast == issued.invitation)
            #expect(atEnd == nil)
            guard case .invitationInvalid = late else { throw StoreError(.programming, "not refused: \(late)") }
            #expect(list.items == [issued.invitation])
            #expect(made.member?.workspace == ada.workspace)
        }
    }

    // MARK: - Moving

    @Test(
        "an account that is alone without data moves: its old workspace and tokens are gone",
        arguments: TestDatabase.engines)
    func move(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let tokens = TokenStore(database: database)
            let ada = try await accounts.fixture()
            let grace = try await accounts.fixture(email: Self.grace.text, workspace: "Other")
            let former = try await tokens.fixture(for: grace.user)
            _ = try await invite(EmailAddress(trusted: "eve@example.com"), to: grace.workspace.id, in: database)
            let issued = try await invite(to: ada.workspace.id, as: .manager, in: database)

            let moved = try await accounts.move(
                grace, name: "Grace Hopper", byInvitation: issued.code, token: .init(name: "register"),
                from: "192.0.2.1",
                now: .t0)

            let member = try #require(moved.member)
            let token = try #require(moved.token)
            #expect(
                member.user
                    == User(
                        id: grace.user.id, workspaceID: ada.workspace.id, name: "Grace Hopper", email: Self.grace,
                        role: .manager, createdAt: grace.user.createdAt))
            #expect(member.workspace == ada.workspace)
            #expect(try await tokens.session(tokenID: former.token.id) == nil)
            #expect(try await tokens.session(tokenID: token.token.id)?.member == member)
            #expect(try await WorkspaceStore(database: database).first(9) == [ada.workspace])
            #expect(try await database.integers("SELECT DISTINCT workspace_id FROM audit_entry") == [ada.workspace.id])
            #expect(try await total(of: ada.workspace.id, in: database) == 0)
            let account = try await accounts.credentials(email: Self.grace)
            #expect(account?.passwordHash == "$scrypt$ln=4,r=1,p=1$AA$AA")
            let entry = try #require(try await database.auditEntries(workspaceID: ada.workspace.id).first)
            #expect(entry.action == .userJoined)
            #expect(
                entry.author
                    == Author(person: .init(member.user), tokenID: token.token.id, address: "192.0.2.1"))
            try await expectCountsMatchRows(database)
        }
    }

    @Test("an account with data by now does not move, and the invitation stays", arguments: TestDatabase.engines)
    func moveWithData(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let workspace = try await TestWorkspace(database, email: Self.grace.text)
            let grace = try #require(try await accounts.credentials(email: Self.grace)).member
            let issued = try await invite(to: ada.workspace.id, in: database)
            try await workspace.ingest(.fixture())
            let before = try await database.contents()

            let moved = try await accounts.move(
                grace, name: "Grace", byInvitation: issued.code, token: .init(name: "register"), from: nil, now: .t0)

            guard case .emailTaken = moved else { throw StoreError(.programming, "not refused: \(moved)") }
            #expect(try await database.contents() == before)
        }
    }

    @Test("an account with colleagues by now does not move", arguments: TestDatabase.engines)
    func moveWithColleagues(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let grace = try await accounts.fixture(email: Self.grace.text, workspace: "Other")
            let issued = try await invite(to: ada.workspace.id, in: database)
            _ = try await accounts.fixture(email: "fred@example.com", in: grace.workspace.id, as: .viewer)
            let before = try await database.contents()

            let moved = try await accounts.move(
                grace, name: "Grace", byInvitation: issued.code, token: .init(name: "register"), from: nil, now: .t0)

            guard case .emailTaken = moved else { throw StoreError(.programming, "not refused: \(moved)") }
            #expect(try await database.contents() == before)
        }
    }

    @Test("nobody moves by another's invitation or by one that is over", arguments: TestDatabase.engines)
    func moveInvalid(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let grace = try await accounts.fixture(email: Self.grace.text, workspace: "Other")
            let own = try await invite(to: ada.workspace.id, in: database)
            let other = try await invite(EmailAddress(trusted: "eve@example.com"), to: ada.workspace.id, in: database)
            let before = try await database.contents()

            let byOther = try await accounts.move(
                grace, name: "Grace", byInvitation: other.code, token: .init(name: "register"), from: nil, now: .t0)
            let late = try await accounts.move(
                grace, name: "Grace", byInvitation: own.code, token: .init(name: "register"), from: nil,
                now: .t0.advanced(bySeconds: Self.lifetime))

            for refusal in [byOther, late] {
                guard case .invitationInvalid = refusal else {
                    throw StoreError(.programming, "not refused: \(refusal)")
                }
            }
            #expect(try await database.contents() == before)
        }
    }

    // MARK: - Listing and revoking

    @Test("invitations come newest first, with how many the workspace has", arguments: TestDatabase.engines)
    func list(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let invitations = InvitationStore(database: database)
            let ada = try await accounts.fixture()
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other")
            var made: [Invitation] = []
            for number in 1...3 {
                let email = EmailAddress(trusted: "\(number)@example.com")
                made.append(try await invite(email, to: ada.workspace.id, in: database).invitation)
                _ = try await invite(email, to: eve.workspace.id, in: database)
            }

            let first = try await invitations.list(ListSlice(.offset(0), limit: 2), workspaceID: ada.workspace.id)
            let rest = try await invitations.list(
                ListSlice(.below(made[1].id), limit: 2), workspaceID: ada.workspace.id)
            let deep = try await invitations.list(ListSlice(.offset(2), limit: 2), workspaceID: ada.workspace.id)

            #expect(first.items == [made[2], made[1]])
            #expect(first.hasMore)
            #expect(first.total == 3)
            #expect(rest.items == [made[0]])
            #expect(!rest.hasMore)
            #expect(deep == rest)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a revoked code is good for nothing, and revoking it again finds nothing", arguments: TestDatabase.engines)
    func revoke(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let invitations = InvitationStore(database: database)
            let ada = try await AccountStore(database: database).fixture()
            let issued = try await invite(to: ada.workspace.id, in: database)

            let first = try await invitations.revoke(
                issued.invitation.id, workspaceID: ada.workspace.id, by: .operator, now: .t0)
            let second = try await invitations.revoke(
                issued.invitation.id, workspaceID: ada.workspace.id, by: .operator, now: .t0)

            #expect(first)
            #expect(!second)
            #expect(try await invitations.invitation(code: issued.code, email: Self.grace, now: .t0) == nil)
            #expect(try await total(of: ada.workspace.id, in: database) == 0)
            let entries = try await database.auditEntries(workspaceID: ada.workspace.id)
            #expect(entries.map(\.action) == [.invitationRevoked, .invitationCreated, .userRegistered])
            #expect(entries.first?.objectID == issued.invitation.id)
            #expect(
                entries.first?.changes == [
                    AuditChange("email", from: "grace@example.com", to: nil),
                    AuditChange("role", from: "analyst", to: nil),
                ])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("another workspace's invitation is not revoked", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let accounts = AccountStore(database: database)
            let ada = try await accounts.fixture()
            let eve = try await accounts.fixture(email: "eve@example.com", workspace: "Other")
            let issued = try await invite(to: ada.workspace.id, in: database)
            let before = try await database.contents()

            let isRevoked = try await InvitationStore(database: database).revoke(
                issued.invitation.id, workspaceID: eve.workspace.id, by: .operator, now: .t0)

            #expect(!isRevoked)
            #expect(try await database.contents() == before)
        }
    }
}
