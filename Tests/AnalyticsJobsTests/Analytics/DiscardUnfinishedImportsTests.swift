import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct DiscardUnfinishedImportsTests {
    @Test(
        "the imports of an earlier run are removed, those of this run and all data stay",
        arguments: TestDatabase.engines)
    func discards(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspaceID = try await AccountStore(database: database).fixture().workspace.id
            let imports = ImportStore(database: database)
            let points = PointStore(database: database)
            let complete = try await imports.begin(workspaceID: workspaceID, now: .t0)
            try await imports.append([.fixture(.revenue, "1", category: "a")], to: complete, now: .t0)
            _ = try await imports.complete(complete)
            for _ in 0..<2 {
                let dataImport = try await imports.begin(workspaceID: workspaceID, now: .t0)
                try await imports.append([.fixture(.revenue, "2", category: "b")], to: dataImport, now: .t0)
            }
            let job = DiscardUnfinishedImports(imports: imports, unfinished: try await imports.unfinished())
            let present = try await imports.begin(workspaceID: workspaceID, now: .t0)
            try await imports.append([.fixture(.revenue, "3")], to: present, now: .t0)

            try await job.run()
            try await job.run()

            #expect(try await imports.unfinished() == [present])
            #expect(try await imports.complete(present) == 1)
            let list = try await points.list(
                PointFilter(), at: .offset(0), limit: 10, workspaceID: workspaceID)
            #expect(list.points.map(\.point.value.description) == ["3", "1"])
            let count = try await database.read { connection in
                try connection.first("SELECT COUNT(*) FROM data_point") { try $0.integer(0) }
            }
            #expect(count == 2)
        }
    }

    @Test("it is done once, at the start")
    func schedule() async throws {
        try await withDatabase { database in
            let job = DiscardUnfinishedImports(
                imports: ImportStore(database: database), unfinished: [])

            #expect(job.schedule == .atStart)
            try await job.run()
        }
    }
}
