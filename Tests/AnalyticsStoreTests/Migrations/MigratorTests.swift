import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct MigratorTests {
    private static let first = Migration(version: 1, name: "first") { dialect in
        ["CREATE TABLE one (id \(dialect.integer)) \(dialect.table)", "INSERT INTO one VALUES (1)"]
    }
    private static let second = Migration(version: 2, name: "second") { dialect in
        ["CREATE TABLE two (id \(dialect.integer)) \(dialect.table)", "INSERT INTO two SELECT id + 1 FROM one"]
    }
    private static let broken = Migration(version: 2, name: "second") { dialect in
        ["CREATE TABLE two (id \(dialect.integer)) \(dialect.table)", "INSERT INTO one VALUES (7)", "SELEKT"]
    }
    private static let third = Migration(version: 3, name: "third") { dialect in
        ["CREATE TABLE three (id \(dialect.integer)) \(dialect.table)"]
    }

    private func withEmptyDatabase<Value>(
        _ engine: TestDatabase.Engine, _ body: (any Database) async throws -> Value
    ) async throws -> Value {
        try await withDatabaseURL(engine) { url in
            let database = try await openDatabase(url)
            let value = try await body(database)
            try await database.close()
            return value
        }
    }

    @Test("a second run of the migrations changes nothing", arguments: TestDatabase.engines)
    func twice(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let before = try await database.contents()

            let steps = try await Migrator(database: database).migrate(now: .t0.advanced(bySeconds: 60))

            #expect(steps.isEmpty)
            #expect(try await database.contents() == before)
        }
    }

    @Test("an empty database takes every step in order and notes when", arguments: TestDatabase.engines)
    func empty(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            let steps = try await Migrator(database: database, migrations: [Self.first, Self.second]).migrate(now: .t0)

            #expect(steps == ["first", "second"])
            #expect(try await database.contents()["two"] == ["2"])
            #expect(
                try await database.contents()["schema_migration"]
                    == ["1,'first',1795428000000", "2,'second',1795428000000"])
        }
    }

    @Test("the numbers of the real migrations count from 1 without a gap")
    func numbers() {
        #expect(Migration.all.map(\.version) == Array(1...Int64(Migration.all.count)))
        #expect(Set(Migration.all.map(\.name)).count == Migration.all.count)
    }

    @Test("an older schema takes only the steps that are missing and keeps its data", arguments: TestDatabase.engines)
    func older(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            try await Migrator(database: database, migrations: [Self.first]).migrate(now: .t0)
            try await database.run("INSERT INTO one VALUES (10)")

            let steps = try await Migrator(database: database, migrations: [Self.first, Self.second, Self.third])
                .migrate(now: .t0)

            #expect(steps == ["second", "third"])
            #expect(try await database.contents()["one"] == ["1", "10"])
            #expect(try await database.contents()["two"] == ["11", "2"])
        }
    }

    @Test("a newer schema is refused with both versions and nothing is changed", arguments: TestDatabase.engines)
    func newer(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            try await Migrator(database: database, migrations: [Self.first, Self.second, Self.third]).migrate(now: .t0)
            let before = try await database.contents()

            let error = await #expect(throws: StoreError.self) {
                try await Migrator(database: database, migrations: [Self.first, Self.second]).migrate(now: .t0)
            }

            #expect(error?.code == .unusable)
            #expect(error?.reason.contains("schema 3") == true)
            #expect(error?.reason.contains("up to 2") == true)
            #expect(try await database.contents() == before)
        }
    }

    @Test("a step that fails in the middle leaves no trace, and the next run takes it", arguments: TestDatabase.engines)
    func broken(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            await #expect(throws: StoreError.self) {
                try await Migrator(database: database, migrations: [Self.first, Self.broken, Self.third])
                    .migrate(now: .t0)
            }
            let after = try await database.contents()
            let steps = try await Migrator(database: database, migrations: [Self.first, Self.second, Self.third])
                .migrate(now: .t0)

            #expect(after == ["schema_migration": ["1,'first',1795428000000"], "one": ["1"]])
            #expect(steps == ["second", "third"])
            #expect(try await database.contents()["two"] == ["2"])
        }
    }

    @Test("the counts of what is there already are made with their columns", arguments: TestDatabase.engines)
    func counts(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            try await Migrator(database: database, migrations: Array(Migration.all.prefix(2))).migrate(now: .t0)
            let hash = [UInt8](repeating: 0, count: 32)
            try await database.run("INSERT INTO workspace VALUES (1, 'A', 'UTC', 'USD', 0), (2, 'B', 'UTC', 'USD', 0)")
            try await database.run(
                """
                INSERT INTO user_account
                VALUES (1, 1, 'a', 'a@b.c', '-', 'admin', 0), (1, 2, 'b', 'b@b.c', '-', 'admin', 0),
                    (1, 3, 'c', 'c@b.c', '-', 'viewer', 0)
                """)
            try await database.run(
                """
                INSERT INTO access_token (workspace_id, id, user_id, name, scopes, secret_hash, created_at)
                VALUES (1, 1, 1, 't', '*', \(hash), 0), (1, 2, 3, 't', '*', \(hash), 0),
                    (1, 3, 3, 't', '*', \(hash), 0)
                """)

            try await Migrator(database: database).migrate(now: .t0)

            #expect(
                try await database.texts("SELECT user_count || ' ' || admin_count FROM workspace ORDER BY id")
                    == ["3 2", "0 0"])
            #expect(
                try await database.integers("SELECT token_count FROM user_account ORDER BY id") == [1, 0, 2])
            try await expectCountsMatchRows(database)
        }
    }

    @Test(
        "an import that an earlier version left unfinished is nobody's any more, and is removed",
        arguments: TestDatabase.engines)
    func unfinishedImport(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            try await Migrator(database: database, migrations: Array(Migration.all.prefix(4))).migrate(now: .t0)
            try await database.run(
                "INSERT INTO workspace (id, name, time_zone, currency, created_at) VALUES (1, 'A', 'UTC', 'USD', 0)")
            let before = try await database.contents()
            let id = Int64(20_780) << 37 | 1
            try await database.run("INSERT INTO data_import VALUES (1, 7, 1, 0, 0)")
            try await database.run("INSERT INTO data_import_range VALUES (1, 1, 1, 7)")
            try await database.run("INSERT INTO data_import_rollup VALUES (1, 7, 3, 20780, 1, 1, 5, 5, 5)")
            try await database.run("INSERT INTO category VALUES (1, 3, 1, 'a', 0)")
            try await database.run("INSERT INTO data_point VALUES (1, 3, \(id), 5, 1, NULL, 0, NULL)")

            try await Migrator(database: database).migrate(now: .t0)
            let imports = ImportStore(database: database)
            let list = try await imports.list(ListSlice(.offset(0), limit: 5), workspaceID: 1)
            let unsettled = try await imports.unsettled()
            for key in unsettled { try await imports.settle(key) { .t0 } }

            #expect(list.items.isEmpty)
            #expect(list.total == 0)
            #expect(unsettled == [ImportKey(id: 7, workspaceID: 1)])
            for (table, rows) in before where table.hasPrefix("data_") || table == "category" {
                #expect(try await database.contents()[table] == rows, "\(table)")
            }
        }
    }

    @Test("deliveries and their tries are kept when some may go to addresses", arguments: TestDatabase.engines)
    func deliveries(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            try await Migrator(database: database, migrations: Array(Migration.all.prefix(10))).migrate(now: .t0)
            try await database.run(
                "INSERT INTO workspace (id, name, time_zone, currency, created_at) VALUES (1, 'A', 'UTC', 'USD', 0)")
            try await database.run(
                """
                INSERT INTO channel (
                    workspace_id, id, name, kind, target, severities, is_active, delivery_count, created_at, updated_at
                )
                VALUES (1, 1, 'Mail', 'email', 'a@b.c', 'critical', 1, 1, 0, 0)
                """)
            try await database.run(
                """
                INSERT INTO delivery (
                    workspace_id, id, channel_id, user_id, lane, event, payload, message_id, status, attempt_count, since,
                    due_at, fence, created_at, finished_at
                )
                VALUES (1, 1, 1, NULL, 0, 'test', '{}', 'msg_1', 'pending', 1, 5, 6, 7, 4, NULL),
                    (1, 2, NULL, 9, 0, 'test', '{}', 'msg_2', 'failed', 3, 5, NULL, 8, 4, 9)
                """)
            try await database.run(
                "INSERT INTO delivery_attempt VALUES (1, 1, 1, 5, 20, 500, 'down'), (1, 2, 3, 6, 30, NULL, 'gone')")
            let before = try await database.contents()

            try await Migrator(database: database).migrate(now: .t0)

            let after = try await database.contents()
            #expect(after["delivery_attempt"] == before["delivery_attempt"])
            #expect(
                try await database.texts(
                    """
                    SELECT id || ' ' || COALESCE(channel_id, 0) || ' ' || COALESCE(user_id, 0) || ' ' || status || ' '
                        || fence || ' ' || COALESCE(due_at, 0) || ' ' || COALESCE(finished_at, 0)
                    FROM delivery
                    WHERE address IS NULL
                    ORDER BY id
                    """) == ["1 1 0 pending 7 6 0", "2 0 9 failed 8 0 9"])
            // The tries still go with their delivery, and deliveries with their channel.
            try await database.run("DELETE FROM channel")
            #expect(try await database.integers("SELECT delivery_id FROM delivery_attempt") == [2])
        }
    }

    @Test(
        "reports that are there are counted, and those that are finished are so since a time",
        arguments: TestDatabase.engines)
    func reports(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            try await Migrator(database: database, migrations: Array(Migration.all.prefix(10))).migrate(now: .t0)
            try await database.run(
                "INSERT INTO workspace (id, name, time_zone, currency, created_at) VALUES (1, 'A', 'UTC', 'USD', 0)")
            try await database.run(
                """
                INSERT INTO report (
                    workspace_id, id, name, type, status, scheduled_at, period_from, period_to, recipients, due_at, failure,
                    completed_at, created_at
                )
                VALUES (1, 1, 'a', 'daily', 'completed', 1, 0, 0, '', NULL, NULL, 20, 10),
                    (1, 2, 'b', 'daily', 'failed', 99, 0, 0, '', NULL, 'x', NULL, 11),
                    (1, 3, 'c', 'weekly', 'draft', 2, 0, 0, '', 2, NULL, NULL, 12),
                    (1, 4, 'd', 'weekly', 'draft', 2, 0, 0, '', 2, NULL, NULL, 12)
                """)

            try await Migrator(database: database).migrate(now: .t0)

            #expect(
                try await database.texts("SELECT id || ' ' || COALESCE(finished_at, 0) FROM report ORDER BY id")
                    == ["1 20", "2 11", "3 0", "4 0"])
            #expect(
                try await database.texts(
                    "SELECT type || ' ' || status || ' ' || report_count FROM report_count ORDER BY type, status")
                    == ["daily completed 1", "daily failed 1", "weekly draft 2"])
        }
    }

    @Test(
        "addresses that were there count as confirmed, each once, and deliveries keep to the lanes of their workspace",
        arguments: TestDatabase.engines)
    func recipients(engine: TestDatabase.Engine) async throws {
        try await withEmptyDatabase(engine) { database in
            try await Migrator(database: database, migrations: Array(Migration.all.prefix(12))).migrate(now: .t0)
            try await database.run(
                """
                INSERT INTO workspace (id, name, time_zone, currency, created_at, report_mail_day, report_mail_count)
                VALUES (1, 'A', 'UTC', 'USD', 0, 3, 4), (2, 'B', 'UTC', 'USD', 0, 0, 0)
                """)
            try await database.run(
                """
                INSERT INTO user_account (workspace_id, id, name, email, password_hash, role, created_at)
                VALUES (1, 1, 'Ada', 'ada@example.com', '', 'admin', 77)
                """)
            try await database.run(
                """
                INSERT INTO channel (
                    workspace_id, id, name, kind, target, severities, is_active, secret, created_at, updated_at
                )
                VALUES (1, 1, 'a', 'email', 'a@example.com b@example.com', 'info', 1, NULL, 5, 5),
                    (1, 2, 'b', 'webhook', 'https://example.com', 'info', 1, 'whsec_', 5, 5)
                """)
            try await database.run(
                """
                INSERT INTO report (
                    workspace_id, id, name, type, status, scheduled_at, period_from, period_to, recipients, due_at,
                    created_at
                )
                VALUES (1, 1, 'a', 'daily', 'draft', 1, 0, 0, 'b@example.com c@example.com', 1, 9),
                    (2, 2, 'b', 'daily', 'draft', 1, 0, 0, 'b@example.com', 1, 9), (2, 3, 'b', 'daily', 'draft', 1, 0, 0, '', 1, 9)
                """)
            try await database.run(
                """
                INSERT INTO password_reset (workspace_id, user_id, code_hash, expires_at)
                VALUES (1, 1, \([UInt8](repeating: 7, count: 32)), 8)
                """)
            try await database.run(
                """
                INSERT INTO delivery (
                    workspace_id, id, channel_id, address, lane, event, payload, message_id, status, since, due_at,
                    created_at
                )
                VALUES (1, 1, 1, NULL, 0, 'test', '', '', 'pending', 1, 1, 1),
                    (2, 2, NULL, 'b@example.com', -2, 'test', '', '', 'pending', 1, 1, 1),
                    (1, 3, 2, NULL, 2, 'test', '', '', 'pending', 1, 1, 1)
                """)

            try await Migrator(database: database).migrate(now: .t0)

            #expect(
                try await database.texts(
                    """
                    SELECT workspace_id || ' ' || email || ' ' || confirmed_at || ' ' || COALESCE(ask_at, -1)
                    FROM mail_recipient
                    ORDER BY id
                    """) == [
                        "1 a@example.com 5 -1", "1 b@example.com 5 -1", "1 c@example.com 9 -1", "2 b@example.com 9 -1",
                    ])
            let keys = try await database.read {
                try $0.all("SELECT signing_key FROM mail_recipient") { try $0.bytes(0) }
            }
            #expect(Set(keys).count == 4)
            #expect(try await database.integers("SELECT email_confirmed_at FROM user_account") == [77])
            #expect(try await database.integers("SELECT mail_count FROM workspace ORDER BY id") == [4, 0])
            #expect(try await database.integers("SELECT expires_at FROM password_reset") == [8])
            #expect(
                try await database.integers("SELECT lane FROM delivery ORDER BY id")
                    == [Outbox.mailLane(of: 1), Outbox.reportLane(of: 2), 2])
            let next = try await database.write { try $0.nextID(of: .mailRecipient) }
            #expect(next == 5)
        }
    }

    @Test(
        "who may use the tables of PostgreSQL may use them after a migration",
        .enabled(if: TestDatabase.hasPostgres, "\(TestDatabase.noPostgres)"))
    func privileges() async throws {
        try await withEmptyDatabase(.postgres) { database in
            try await Migrator(database: database, migrations: Array(Migration.all.prefix(9))).migrate(now: .t0)
            func granted() async throws -> [String] {
                try await database.texts(
                    """
                    SELECT CAST(relname AS TEXT) || ' ' || CAST(relacl AS TEXT) AS line
                    FROM pg_class
                    WHERE relkind = 'r' AND relacl IS NOT NULL AND relnamespace = CAST('public' AS regnamespace)
                    ORDER BY line
                    """)
            }
            try await database.run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO PUBLIC")
            let before = try await granted()

            try await Migrator(database: database).migrate(now: .t0)

            #expect(before.contains { $0.hasPrefix("delivery ") })
            #expect(try await granted() == before)
        }
    }
}
