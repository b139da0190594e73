import AnalyticsCore
import AnalyticsTesting
import Foundation
import Testing

@testable import AnalyticsStore

@Suite struct ServerCopyTests {
    private static let ways: [(TestDatabase.Engine, TestDatabase.Engine)] =
        TestDatabase.hasPostgres
        ? [(.sqlite, .postgres), (.postgres, .sqlite), (.sqlite, .sqlite)] : [(.sqlite, .sqlite)]

    private func withDatabases(
        _ way: (TestDatabase.Engine, TestDatabase.Engine), _ body: (any Database, any Database) async throws -> Void
    ) async throws {
        try await withDatabase(way.0) { source in
            try await withDatabaseURL(way.1) { url in
                let target = try await openDatabase(url)
                try await body(source, target)
                try await target.close()
            }
        }
    }

    /// Two workspaces with a bit of everything that a server keeps.
    private func fill(_ database: any Database) async throws {
        var generator = SeededGenerator(seed: 4)
        let ada = try await TestWorkspace(database)
        let bob = try await TestWorkspace(database, email: "bob@example.com")
        try await ada.rules.fixture(
            .fixture(.revenue, .atMost, "-99999999999", category: "e", condition: .daily, reminderMinutes: 60),
            workspaceID: ada.id)
        try await ada.rules.fixture(.fixture(.orders, .equal, "7", category: "hidden"), workspaceID: ada.id)
        let stored = try await ada.ingest(NewPoint.random(6_000, using: &generator))
        try await ada.raise(.fixture(.orders, "7", category: "hidden"))
        try await bob.ingest(
            .huge(.max), .fixture(.users, "-12.5", category: "e\u{301}", source: "\u{E9} '\"\\"),
            .fixture(.users, "0.0001", category: "\u{E9}"))
        _ = try await ada.corrections.correct(
            stored[0].id, PointCorrection(value: try Amount(parsing: "9.99")), workspaceID: ada.id, by: .operator,
            now: .t0)
        _ = try await ada.beginImport([.fixture(.orders, "7", category: "hidden"), .huge(.min, category: "hidden")])
        let complete = try await ada.beginImport([.fixture(.orders, "8", category: "seen")])
        try await ada.complete(complete)
        // As an undo leaves it that was broken off.
        try await database.run(
            """
            INSERT INTO data_import_rest (
                workspace_id, import_id, metric, day, category_id, removed_count, point_count, value_sum, value_min,
                value_max
            )
            VALUES (\(ada.id), \(complete.id), 3, 20780, 1, 1, 0, 0, 0, 0)
            """)
        let eve = try await AccountStore(database: database).fixture(
            email: "eve@example.com", in: ada.id, as: .viewer)
        let login = try await TokenStore(database: database).issueForLogin(
            NewLoginToken(name: "login"), of: eve.user, from: nil, at: [.browser(secret: "s")], now: .t0)
        _ = try await TokenStore(database: database).issue(
            name: "made", scopes: .all, for: eve.user, by: Author(tokenID: login.token.id), now: .t0)
        _ = try await AuditStore(database: database).prune(
            before: Instant.t0.advanced(bySeconds: 1), afterWorkspace: ada.id, limit: 1)
        _ = try await InvitationStore(database: database).create(
            email: EmailAddress(trusted: "new@example.com"), role: .analyst, workspaceID: bob.id, by: .operator,
            now: .t0)
        try await database.run(
            """
            INSERT INTO password_reset (workspace_id, user_id, code_hash, expires_at)
            VALUES (\(ada.id), \(eve.user.id), \([UInt8](repeating: 7, count: 32)), \(Instant.t0))
            """)
        _ = try await ChannelStore(database: database).fixture(workspaceID: bob.id)
        let queue = DeliveryQueue(database: database)
        for result in [DeliveryResult.delivered(statusCode: 204), .failed(error: "down")] {
            _ = try await DeliveryStore(database: database).test(
                channelID: 1, workspaceID: bob.id, by: .operator, now: .t0)
            for delivery in try await queue.take(9, mostInLane: 9, underWay: [:], now: .t0) {
                try await queue.finish(delivery, result, startedAt: .t0, chance: 0.5, now: .t0)
            }
        }
        try await database.write { connection in
            try connection.announce(
                Array(repeating: .notifying(), count: 22), workspaceID: bob.id, now: .t0)
        }
        _ = try await ReportStore(database: database).create(
            NewReport(
                name: "Sales", type: .daily, repeats: true, recipients: [EmailAddress(trusted: "new@example.com")]),
            workspaceID: bob.id, by: .operator, now: .t0)
        let reports = ReportQueue(database: database)
        if let taken = try await reports.take(now: .t0) {
            try await reports.complete(taken, files: [.pdf: [0, 0xFF], .csv: []], digest: .fixture, now: .t0)
        }
        _ = try await EmbedStore(database: database).create(
            .init(name: "Wiki", metric: .revenue), workspaceID: bob.id, by: .operator, now: .t0)
        let key = IdempotencyKey(
            workspaceID: ada.id, userID: 1, operation: "POST /", text: "k",
            bodyHash: [UInt8](repeating: 0xFF, count: 32))
        _ = try await ada.queue.ingest(
            [.fixture(externalID: "order-1")], workspaceID: ada.id,
            once: KeyedRequest(key: key) { _ in KeptAnswer(status: 201, body: [0, 0xFF, 0x5C]) })
    }

    @Test(
        "everything is in the target as it was in the source, whatever the engines", .timeLimit(.patient),
        arguments: ways)
    func everything(way: (TestDatabase.Engine, TestDatabase.Engine)) async throws {
        try await withDatabases(way) { source, target in
            try await fill(source)

            let rows = try await ServerCopy(from: source, to: target).run(now: .t0)

            for table in CopiedTable.all {
                let original = try await source.read { try table.rows(after: nil, limit: .max, in: $0) }
                let copied = try await target.read { try table.rows(after: nil, limit: .max, in: $0) }
                #expect(!original.isEmpty, "\(table.name)")
                #expect(original == copied, "\(table.name)")
            }
            #expect(rows > 6_000)
            #expect(try await !ServerCopy.isUnfinished(in: target))
            // Ids and numbers go on where they were.
            let bob = try await AccountStore(database: target).credentials(
                email: EmailAddress(trusted: "bob@example.com"))
            let workspaceID = try #require(bob?.member.workspace.id)
            let queue = IngestQueue(database: target, now: { .t0 })
            let later = try await queue.ingest([.fixture(.users, "1")], workspaceID: workspaceID).value
            #expect(later?.count == 1)
            try await expectCountsMatchRows(target)
        }
    }

    @Test("no table and no column is left out", arguments: TestDatabase.engines)
    func complete(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let tables = Set(try await database.contents().keys)
                .union(["id_sequence", "point_sequence"]).subtracting(["schema_migration", "server_copy"])
            #expect(Set(CopiedTable.all.map(\.name)) == tables)

            for table in CopiedTable.all {
                let names = try await database.texts(
                    database.dialect == .sqlite
                        ? "SELECT name FROM pragma_table_info(\(table.name))"
                        : """
                        SELECT CAST(column_name AS TEXT)
                        FROM information_schema.columns
                        WHERE table_schema = 'public' AND table_name = \(table.name)
                        """)
                #expect(Set(table.columns.map(\.name)) == Set(names), "\(table.name)")
            }
        }
    }

    @Test(
        "a copy that was cut off goes on behind the last row, and is no server's database meanwhile",
        .timeLimit(.patient), arguments: ways)
    func resumed(way: (TestDatabase.Engine, TestDatabase.Engine)) async throws {
        try await withDatabases(way) { source, target in
            try await fill(source)
            let broken = BreakingDatabase(target, afterWrites: Migration.all.count + 5)

            await #expect(throws: BreakingDatabase.Broken.self) {
                try await ServerCopy(from: source, to: broken).run(now: .t0)
            }
            let isUnfinished = try await ServerCopy.isUnfinished(in: target)
            let before = try await target.read { connection in
                try CopiedTable.all.reduce(0) { try $0 + $1.count(in: connection) }
            }
            let done = Progresses()
            _ = try await ServerCopy(from: source, to: target).run(now: .t0) { await done.note($0) }

            #expect(isUnfinished)
            #expect(before > 0)
            #expect(await done.all.first?.done == before)
            #expect(await done.all.last?.done == done.all.last?.total)
            #expect(try await !ServerCopy.isUnfinished(in: target))
            for table in CopiedTable.all {
                let original = try await source.read { try table.rows(after: nil, limit: .max, in: $0) }
                let copied = try await target.read { try table.rows(after: nil, limit: .max, in: $0) }
                #expect(original == copied, "\(table.name)")
            }
        }
    }

    @Test("a source that changed since the copy was begun is not mixed with what it was", arguments: ways)
    func changed(way: (TestDatabase.Engine, TestDatabase.Engine)) async throws {
        try await withDatabases(way) { source, target in
            try await fill(source)
            await #expect(throws: BreakingDatabase.Broken.self) {
                try await ServerCopy(from: source, to: BreakingDatabase(target, afterWrites: Migration.all.count + 5))
                    .run(now: .t0)
            }
            _ = try await AccountStore(database: source).fixture(email: "late@example.com")

            let error = await #expect(throws: StoreError.self) {
                try await ServerCopy(from: source, to: target).run(now: .t0)
            }

            #expect(error?.code == .unusable)
            #expect(error?.reason.contains("has changed") == true)
        }
    }

    @Test("a target with data is refused, and stays as it is", arguments: ways)
    func notEmpty(way: (TestDatabase.Engine, TestDatabase.Engine)) async throws {
        try await withDatabases(way) { source, target in
            try await fill(source)
            try await Migrator(database: target).migrate(now: .t0)
            _ = try await AccountStore(database: target).fixture()
            let before = try await target.contents()

            let error = await #expect(throws: StoreError.self) {
                try await ServerCopy(from: source, to: target).run(now: .t0)
            }

            #expect(error?.reason.contains("not empty") == true)
            #expect(try await target.contents() == before)
        }
    }

    @Test(
        "a target that is not equal at the end is no complete copy",
        arguments: ways,
        [
            "UPDATE data_point SET value = value + 1 WHERE metric = 2",
            "UPDATE data_point SET id = id + 274877906944 WHERE metric = 2",
            "DELETE FROM data_point WHERE metric = 1",
            "UPDATE daily_rollup SET value_sum = value_sum - 1 WHERE metric = 2",
        ])
    func unequal(way: (TestDatabase.Engine, TestDatabase.Engine), damage: String) async throws {
        try await withDatabases(way) { source, target in
            try await fill(source)
            let damaged = BreakingDatabase(target, afterWrites: .max, damage: damage)

            let error = await #expect(throws: StoreError.self) {
                try await ServerCopy(from: source, to: damaged).run(now: .t0)
            }

            #expect(error?.code == .unusable)
            #expect(error?.reason.contains("not equal") == true)
            #expect(try await ServerCopy.isUnfinished(in: target))
        }
    }

    @Test(
        "a source without data, or of an older schema, is told apart from an empty server",
        arguments: TestDatabase.engines)
    func unsuitable(engine: TestDatabase.Engine) async throws {
        try await withDatabaseURL(engine) { url in
            let source = try await openDatabase(url)
            try await withDatabase(.sqlite) { target in
                let nothing = await #expect(throws: StoreError.self) {
                    try await ServerCopy(from: source, to: target).run(now: .t0)
                }
                try await Migrator(database: source, migrations: Array(Migration.all.prefix(3))).migrate(now: .t0)
                let older = await #expect(throws: StoreError.self) {
                    try await ServerCopy(from: source, to: target).run(now: .t0)
                }

                #expect(nothing?.reason == "the source has no data of this program")
                #expect(older?.reason.contains("schema 3") == true)
                #expect(older?.reason.contains("analyticspro migrate") == true)
            }
            try await source.close()
        }
    }
}

/// What a copy told of itself.
private actor Progresses {
    private(set) var all: [ServerCopy.Progress] = []

    func note(_ progress: ServerCopy.Progress) {
        all.append(progress)
    }
}

/// A real database that breaks after some writes, or in which somebody changes something behind the copy's back.
private final class BreakingDatabase: Database {
    struct Broken: Error {}

    private let base: any Database
    private let mostWrites: Int
    private let damage: String?
    private let writes = Counter()
    private let damages = Counter()

    private actor Counter {
        private var count = 0

        func next() -> Int {
            count += 1
            return count
        }
    }

    init(_ base: any Database, afterWrites mostWrites: Int, damage: String? = nil) {
        self.base = base
        self.mostWrites = mostWrites
        self.damage = damage
    }

    var dialect: Dialect { base.dialect }
    var versions: DataVersions { base.versions }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value {
        if let damage, try await base.read({ try $0.countPoints() }) > 6_000, await damages.next() == 1 {
            // Everything is there, and this is the first look at it.
            try await base.write { _ = try $0.execute(SQL(trusted: damage)) }
        }
        return try await base.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value {
        guard await writes.next() <= mostWrites else { throw Broken() }
        return try await base.write(body)
    }

    func close() async throws {
        try await base.close()
    }
}

extension Connection {
    /// How many data points there are; 0 where there is no table of them yet.
    fileprivate func countPoints() throws -> Int64 {
        let tables: SQL =
            dialect == .sqlite
            ? "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'data_point'"
            : "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'data_point'"
        guard try first(tables, { try $0.integer(0) }) == 1 else { return 0 }
        return try first("SELECT COUNT(*) FROM data_point") { try $0.integer(0) } ?? 0
    }
}
