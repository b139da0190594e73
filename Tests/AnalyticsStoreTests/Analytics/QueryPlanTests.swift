import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct QueryPlanTests {
    private static let tables = [
        "data_point", "daily_rollup", "daily_category_rollup", "category", "data_import", "data_import_range",
        "data_import_rollup", "data_import_day", "data_import_rest", "completed_import_range", "day_revision",
        "user_account", "access_token", "known_origin", "workspace", "point_sequence", "invitation", "former", "latest",
        "audit_entry",
        "idempotency_key", "c", "r", "s", "t", "u", "v", "w",
    ]

    /// What reads a whole table, of all that was done in the closure.
    private func scans(of database: ObservedDatabase, _ body: () async throws -> Void) async throws -> [String] {
        let before = database.plans.count
        try await body()
        return database.plans[before...].filter { step in
            Self.tables.contains { step == "SCAN \($0)" || step.hasPrefix("SCAN \($0) ") }
        }
    }

    @Test(
        "a list looks for its points in the primary key, whatever the filter and the position",
        arguments: [TestDatabase.Engine.sqlite])
    func list(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(
                Array(repeating: .fixture(.revenue, "1", category: "a", source: "b"), count: 1_200))
            _ = try await workspace.beginImport([.fixture()])
            let filters = [
                PointFilter(), PointFilter(metric: .revenue), PointFilter(from: .d0, to: .d0),
                PointFilter(category: Label("a")), PointFilter(source: Label("b")),
                PointFilter(metric: .revenue, from: .d0, category: Label("a"), source: Label("b")),
            ]

            let before = database.plans.count

            let scans = try await scans(of: database) {
                for filter in filters {
                    for position in [.offset(0), .offset(1_100), .after(PointID(number: .max))] as [PointPosition] {
                        _ = try await workspace.list(filter, at: position, limit: 10)
                    }
                }
            }

            #expect(scans.isEmpty)
            let searches = Set(database.plans[before...].filter { $0.hasPrefix("SEARCH data_point ") })
            #expect(
                searches == ["SEARCH data_point USING PRIMARY KEY (workspace_id=? AND metric=? AND id>? AND id<?)"])
        }
    }

    @Test(
        "KPIs, charts and categories read only their days, and no data point", arguments: [TestDatabase.Engine.sqlite])
    func rollups(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture(category: "a"))
            let week = Period(days: 7, endingOn: .d0)
            let before = database.plans.count

            let scans = try await scans(of: database) {
                _ = try await workspace.rollups.totals(of: week, workspaceID: workspace.id)
                _ = try await workspace.rollups.dailyTotals(of: .users, in: week, workspaceID: workspace.id)
                _ = try await workspace.rollups.categoryTotals(of: .revenue, in: week, workspaceID: workspace.id)
            }

            #expect(scans.isEmpty)
            #expect(
                Set(database.plans[before...]) == [
                    "SEARCH daily_rollup USING PRIMARY KEY (workspace_id=? AND metric=? AND day>? AND day<?)",
                    "SEARCH daily_category_rollup USING PRIMARY KEY (workspace_id=? AND metric=? AND day>? AND day<?)",
                    "SEARCH category USING PRIMARY KEY (workspace_id=? AND metric=? AND id>?)",
                ])
        }
    }

    @Test("storing a point reads no table from end to end", arguments: [TestDatabase.Engine.sqlite])
    func ingest(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)

            let scans = try await scans(of: database) {
                try await workspace.ingest(.fixture(category: "a"))
                try await workspace.ingest(.fixture(category: "b"))
            }

            #expect(scans.isEmpty)
        }
    }

    @Test("imports look only for what is theirs", arguments: [TestDatabase.Engine.sqlite])
    func imports(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture(category: "a"))

            let scans = try await scans(of: database) {
                let kept = try await workspace.beginImport([.fixture(category: "b"), .fixture()])
                try await workspace.complete(kept)
                let discarded = try await workspace.beginImport([.fixture(category: "c"), .fixture()])
                try await workspace.delete(discarded)
                try await workspace.delete(kept)
                for slice in [ListSlice(.offset(0), limit: 10), ListSlice(.below(5), limit: 10)] {
                    _ = try await workspace.imports.list(slice, workspaceID: workspace.id)
                }
                _ = try await workspace.imports.unsettled(untouchedSince: .t0)
            }

            #expect(scans.isEmpty)
        }
    }

    @Test("a request's token and a login's address are found by an index", arguments: [TestDatabase.Engine.sqlite])
    func accounts(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)

            let scans = try await scans(of: database) {
                let member = try await AccountStore(database: database).fixture()
                _ = try await AccountStore(database: database).credentials(email: member.user.email)
                _ = try await TokenStore(database: database).session(tokenID: 1)
                let tokens = TokenStore(database: database)
                let login = try await tokens.issueForLogin(
                    NewLoginToken(name: "login"), of: member.user, from: nil, at: [.browser(secret: "s")], now: .t0)
                _ = try await AccountStore(database: database).known([.browser(secret: "s")], of: member.user)
                for _ in 0..<2 {
                    _ = try await tokens.issue(
                        name: "made", scopes: .all, for: member.user, atMost: 5,
                        by: Author(tokenID: login.token.id), now: .t0)
                }
                try await tokens.end(2, of: member.user, by: .operator, now: .t0)
                try await tokens.revoke(login.token.id, of: member.user, by: .operator, now: .t0)
                _ = try await tokens.prune(endedBy: .t0)
                _ = try await AccountStore(database: database).changePassword(
                    of: member.user, toHash: "-", ending: .browsers(but: 1), by: .operator, now: .t0)
            }

            #expect(scans.isEmpty)
        }
    }

    @Test(
        "a workspace's users, invitations, tokens and log are found by its key", arguments: [TestDatabase.Engine.sqlite]
    )
    func people(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let ada = try await AccountStore(database: database).fixture()
            let id = ada.workspace.id
            let email = EmailAddress(trusted: "grace@example.com")

            let scans = try await scans(of: database) {
                let invitations = InvitationStore(database: database)
                let invited = try await invitations.create(
                    email: email, role: .viewer, workspaceID: id, by: .operator, now: .t0)
                let code = try #require(invited.value).code
                _ = try await invitations.invitation(code: code, email: email, now: .t0)
                _ = try await AccountStore(database: database).create(
                    .init(name: "Grace", email: email, passwordHash: "-"), in: .invitation(code: code), now: .t0)
                for slice in [ListSlice(.offset(0), limit: 10), ListSlice(.below(5), limit: 10)] {
                    _ = try await MemberStore(database: database).list(slice, workspaceID: id)
                    _ = try await invitations.list(slice, workspaceID: id)
                    _ = try await TokenStore(database: database).list(slice, of: ada.user)
                    _ = try await AuditStore(database: database).list(slice, workspaceID: id)
                }
                let log = AuditStore(database: database)
                _ = try await log.verify(workspaceID: id)
                _ = try await log.chain()
                _ = try await log.prune(before: .t0, afterWorkspace: 0)
                _ = try await log.prune(before: Instant.t0.advanced(bySeconds: 1), afterWorkspace: 0)
                let members = MemberStore(database: database)
                _ = try await members.changeRole(of: 2, to: .admin, workspaceID: id, by: .operator, now: .t0)
                _ = try await members.remove(2, workspaceID: id, by: .operator, now: .t0)
            }

            #expect(scans.isEmpty)
        }
    }

    @Test("a correction reads no more than its point's day", arguments: [TestDatabase.Engine.sqlite])
    func corrections(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(.revenue, "1"), .fixture(.revenue, "2", category: "a"))
            _ = try await workspace.beginImport([.fixture()])

            let scans = try await scans(of: database) {
                let correction = PointCorrection(category: .set(Label("b")))
                _ = try await workspace.corrections.correct(
                    stored[0].id, correction, workspaceID: workspace.id, by: .operator, now: .t0)
                _ = try await workspace.corrections.remove(
                    stored[1].id, workspaceID: workspace.id, by: .operator, now: .t0)
            }

            #expect(scans.isEmpty)
        }
    }

    @Test(
        "a kept answer is found by its key, and those that are over by their age",
        arguments: [TestDatabase.Engine.sqlite])
    func keptAnswers(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let key = IdempotencyKey(
                workspaceID: workspace.id, userID: 1, operation: "POST /", text: "k",
                bodyHash: Array(repeating: 1, count: 32))
            let request = KeyedRequest<StoredBatch>(key: key) { _ in KeptAnswer(status: 201, body: []) }

            let scans = try await scans(of: database) {
                for _ in 0..<2 {
                    _ = try await workspace.queue.ingest([.fixture()], workspaceID: workspace.id, once: request)
                }
                _ = try await IdempotencyStore(database: database).prune(now: .t0)
            }

            #expect(scans.isEmpty)
        }
    }
}
