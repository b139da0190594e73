import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct ImportStoreTests {
    private func find(_ key: ImportKey, in workspace: TestWorkspace) async throws -> DataImport? {
        try await workspace.imports.dataImport(key.id, workspaceID: workspace.id)
    }

    @Test("an import is as it was asked for, from its making to its end", arguments: TestDatabase.engines)
    func life(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let request = NewImport(name: "Sales \u{E9}", format: .ndjson, alerts: .none)
            let author = Author(
                person: .init(id: 7, name: "Ada", email: EmailAddress(trusted: "ada@example.com")))

            let made = try await workspace.imports.create(request, workspaceID: workspace.id, by: author, now: .t0)
            let key = try #require(made.value).key
            let isStarted = try await workspace.imports.start(key, byteTotal: 900, now: .t0.advanced(bySeconds: 1))
            try await workspace.imports.append(
                [.fixture(), .fixture()], to: key, progress: ImportProgress(bytesRead: 500),
                now: .t0.advanced(bySeconds: 2))
            let running = try await find(key, in: workspace)
            _ = try await workspace.imports.complete(
                key, progress: ImportProgress(bytesRead: 900), by: author, now: .t0.advanced(bySeconds: 3))

            func expected(
                _ status: ImportStatus, records: Int, bytes: Int64, of total: Int64?, startedAt: Instant?,
                finishedAt: Instant?
            ) -> DataImport {
                DataImport(
                    id: key.id, workspaceID: workspace.id, request: request, status: status,
                    creator: .init(id: 7, name: "Ada"), recordCount: records,
                    progress: ImportProgress(bytesRead: bytes), byteTotal: total, failure: nil, createdAt: .t0,
                    startedAt: startedAt, finishedAt: finishedAt)
            }
            let start = Instant.t0.advanced(bySeconds: 1)
            #expect(
                made.value == expected(.waiting, records: 0, bytes: 0, of: nil, startedAt: nil, finishedAt: nil))
            #expect(isStarted)
            #expect(
                running == expected(.running, records: 2, bytes: 500, of: 900, startedAt: start, finishedAt: nil))
            #expect(
                try await find(key, in: workspace)
                    == expected(
                        .completed, records: 2, bytes: 900, of: 900, startedAt: start,
                        finishedAt: .t0.advanced(bySeconds: 3)))
        }
    }

    @Test("a file is taken by an import that waits, or that failed and is cleared", arguments: TestDatabase.engines)
    func starts(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            func start(_ key: ImportKey) async throws -> Bool {
                try await workspace.imports.start(key, byteTotal: nil, now: .t0)
            }
            let key = try await workspace.beginImport([.fixture(category: "a")])
            let issue = ValidationError.Issue(field: "lines.2.value", code: .number, message: "\"No\" number.")

            let whileRunning = try await start(key)
            try await workspace.imports.fail(
                key, "No.", progress: ImportProgress(bytesRead: 5, issues: [issue], errorCount: 3), now: .t0)
            let failed = try await find(key, in: workspace)
            let beforeCleared = try await start(key)
            try await workspace.imports.settle(key) { .t0 }
            let left = try await database.dataContents()
            let afterwards = try await start(key)
            let again = try await find(key, in: workspace)
            try await workspace.imports.append([.fixture()], to: key, now: .t0)
            try await workspace.complete(key)
            let whenComplete = try await start(key)

            #expect([whileRunning, beforeCleared, afterwards, whenComplete] == [false, false, true, false])
            #expect(failed?.status == .failed)
            #expect(failed?.failure == "No.")
            #expect(failed?.recordCount == 0)
            #expect(failed?.progress == ImportProgress(bytesRead: 5, issues: [issue], errorCount: 3))
            for table in ["data_point", "data_import_range", "data_import_day", "data_import_rollup"] {
                #expect(left[table] == [], "\(table)")
            }
            #expect(again?.status == .running)
            #expect(again?.failure == nil)
            #expect(again?.progress == ImportProgress())
            #expect(try await workspace.list().total == 1)
            #expect(try await find(key, in: workspace)?.status == .completed)
        }
    }

    @Test("a dry run finds what would be refused, and stores no point", arguments: TestDatabase.engines)
    func dryRun(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max - 5, category: "a"))
            let before = try await database.dataContents()
            let list = try await workspace.list()

            let fit = try await workspace.beginImport([.huge(5), .fixture(.users, category: "b")], isDryRun: true)
            #expect(try await database.integer("SELECT COUNT(*) FROM data_point") == 1)
            #expect(try await workspace.complete(fit) == 2)
            let unfit = try await workspace.beginImport([.huge(6)], isDryRun: true)
            await #expect(throws: ValidationError.self) { try await workspace.complete(unfit) }
            let crowded = try await workspace.beginImport(
                (1..<1_000).map { try .fixture(category: "c\($0)") }, isDryRun: true)
            await #expect(throws: ValidationError.self) {
                try await workspace.imports.append([.fixture(category: "d")], to: crowded, now: .t0)
            }

            #expect(try await find(fit, in: workspace)?.status == .completed)
            #expect(try await workspace.list() == list)
            #expect(workspace.versions.current(workspaceID: workspace.id) == 1)
            for key in [fit, unfit, crowded] { #expect(try await workspace.delete(key) == .deleted) }
            #expect(try await database.dataContents() == before)
        }
    }

    @Test("an import that is deleted while it runs takes no more points", arguments: TestDatabase.engines)
    func deletedWhileRunning(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let before = try await database.dataContents()
            let key = try await workspace.beginImport([.fixture(category: "a")])

            let deletion = try await workspace.imports.delete(
                key.id, workspaceID: workspace.id, by: .operator, now: .t0)
            let append = await #expect(throws: StoreError.self) {
                try await workspace.imports.append([.fixture()], to: key, now: .t0)
            }
            let note = await #expect(throws: StoreError.self) {
                try await workspace.imports.note(ImportProgress(bytesRead: 1), of: key, now: .t0)
            }
            let complete = await #expect(throws: StoreError.self) { try await workspace.complete(key) }
            try await workspace.imports.fail(key, "No.", now: .t0)

            #expect(deletion == .deleted)
            #expect([append?.code, note?.code, complete?.code] == [.conflict, .conflict, .conflict])
            #expect(try await find(key, in: workspace) == nil)
            try await workspace.imports.settle(key) { .t0 }
            #expect(try await database.dataContents() == before)
        }
    }

    @Test("an import of another workspace is none", arguments: TestDatabase.engines)
    func workspaces(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(database, email: "bob@example.com")
            let key = try await ada.beginImport([.fixture()])
            let stolen = ImportKey(id: key.id, workspaceID: bob.id)

            #expect(try await find(stolen, in: bob) == nil)
            #expect(try await bob.delete(stolen) == .unknown)
            #expect(try await !bob.imports.start(stolen, byteTotal: nil, now: .t0))
            await #expect(throws: StoreError.self) { try await bob.complete(stolen) }
            #expect(try await bob.imports.list(ListSlice(.offset(0), limit: 5), workspaceID: bob.id).items.isEmpty)
            #expect(try await ada.complete(key) == 1)
        }
    }

    @Test("the list is newest first, counts what it shows, and goes on at a number", arguments: TestDatabase.engines)
    func list(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            var keys: [ImportKey] = []
            for _ in 0..<6 { keys.append(try await workspace.beginImport()) }
            _ = try await workspace.imports.delete(keys[3].id, workspaceID: workspace.id, by: .operator, now: .t0)
            func page(_ start: ListSlice.Start, _ limit: Int) async throws -> ListPage<DataImport> {
                try await workspace.imports.list(ListSlice(start, limit: limit), workspaceID: workspace.id)
            }

            let first = try await page(.offset(0), 3)
            let second = try await page(.offset(3), 3)
            let below = try await page(.below(keys[4].id), 2)

            #expect(first.items.map(\.id) == [keys[5], keys[4], keys[2]].map(\.id))
            #expect([first.hasMore, second.hasMore, below.hasMore] == [true, false, true])
            #expect([first.total, second.total, below.total] == [5, 5, 5])
            #expect(second.items.map(\.id) == [keys[1], keys[0]].map(\.id))
            #expect(below.items.map(\.id) == [keys[2], keys[1]].map(\.id))
        }
    }

    @Test(
        "work that is left is taken by one, and not before it was left alone for long", arguments: TestDatabase.engines)
    func claims(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let imports = workspace.imports
            let running = try await workspace.beginImport([.fixture()])
            let deleted = try await workspace.beginImport([.fixture()])
            _ = try await imports.delete(deleted.id, workspaceID: workspace.id, by: .operator, now: .t0)
            let end = Instant.t0.advanced(bySeconds: -1)
            let later = Instant.t0.advanced(bySeconds: 60)

            #expect(try await imports.unsettled(untouchedSince: end) == [deleted])
            #expect(try await imports.unsettled(untouchedSince: later) == [deleted, running])
            #expect(try await imports.claim(deleted, untouchedSince: end, now: later))
            #expect(try await !imports.claim(deleted, untouchedSince: end, now: later))
            #expect(try await !imports.claim(running, untouchedSince: end, now: later))
            #expect(try await imports.unsettled(untouchedSince: end).isEmpty)
        }
    }
}
