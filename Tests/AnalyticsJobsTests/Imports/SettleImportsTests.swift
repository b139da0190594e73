import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct SettleImportsTests {
    private func list(_ database: any Database) async throws -> [String] {
        try await PointStore(database: database).list(PointFilter(), at: .offset(0), limit: 10, workspaceID: 1)
            .points.map(\.point.value.description)
    }

    private func count(_ table: SQL, in database: any Database) async throws -> Int64? {
        try await database.read { connection in
            try connection.first("SELECT COUNT(*) FROM " + table) { try $0.integer(0) }
        }
    }

    @Test(
        "the imports of an earlier run are ended, those of this run and all data stay",
        arguments: TestDatabase.engines)
    func unfinished(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let imports = ImportStore(database: database)
            let complete = try await imports.fixture([.fixture(.revenue, "1", category: "a")])
            _ = try await imports.complete(complete, by: .operator, now: .t0)
            var broken: [ImportKey] = []
            for _ in 0..<2 { broken.append(try await imports.fixture([.fixture(.revenue, "2", category: "b")])) }
            let job = SettleUnfinishedImports(
                imports: imports, unfinished: try await imports.unsettled(), now: { .t0 })
            let present = try await imports.fixture([.fixture(.revenue, "3")])

            try await job.run()
            try await job.run()

            #expect(job.schedule == .atStart)
            #expect(try await imports.unsettled() == [present])
            for key in broken {
                let dataImport = try await imports.dataImport(key.id, workspaceID: 1)
                #expect(dataImport?.status == .failed)
                #expect(dataImport?.failure == "The import was interrupted. Send the file again.")
            }
            _ = try await imports.complete(present, by: .operator, now: .t0)
            #expect(try await list(database) == ["3", "1"])
            #expect(try await count("data_point", in: database) == 2)
            #expect(try await count("data_import_rollup WHERE import_id = 1", in: database) == 0)
        }
    }

    @Test(
        "what was deleted is removed soon, what nobody works on after ten minutes, all else stays",
        arguments: TestDatabase.engines)
    func abandoned(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            _ = try await AccountStore(database: database).fixture()
            let imports = ImportStore(database: database)
            let clock = TestClock()
            let undone = try await imports.fixture([.fixture(.revenue, "1", category: "a")])
            _ = try await imports.complete(undone, by: .operator, now: clock.now)
            _ = try await imports.delete(undone.id, workspaceID: 1, by: .operator, now: clock.now)
            let running = try await imports.fixture([.fixture(.revenue, "2")], now: clock.now)
            let job = SettleAbandonedImports(imports: imports, now: { clock.now })

            clock.advance(seconds: 599)
            try await job.run()
            let soon = try await count("data_point", in: database)
            let stillRunning = try await imports.dataImport(running.id, workspaceID: 1)?.status
            clock.advance(seconds: 1)
            try await job.run()

            #expect(job.schedule == .every(.seconds(5)))
            #expect(soon == 1)
            #expect(stillRunning == .running)
            #expect(try await imports.dataImport(running.id, workspaceID: 1)?.status == .failed)
            #expect(try await imports.unsettled().isEmpty)
            #expect(try await count("data_point", in: database) == 0)
            #expect(try await count("data_import", in: database) == 1)
        }
    }
}
