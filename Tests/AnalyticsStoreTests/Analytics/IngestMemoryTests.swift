import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

/// What the queue keeps in memory of categories may be out of date: the schema refuses it then, and a look follows.
@Suite(.timeLimit(.patient)) struct IngestMemoryTests {
    @Test(
        "a category that was discarded with its import and made anew under another number counts where it belongs",
        arguments: TestDatabase.engines)
    func renumbered(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let hidden = try await workspace.beginImport([.fixture(.revenue, "1", category: "a")])
            // The queue learns the number of "a" while the import has it.
            try await workspace.ingest(.fixture(.revenue, "2", category: "a"))
            let point = try await workspace.list().points[0]
            _ = try await workspace.corrections.remove(
                point.id, workspaceID: workspace.id, by: .operator, now: .t0)
            try await workspace.delete(hidden)
            // Another process takes the number for another category.
            let other = IngestQueue(database: database, now: { .t0 })
            _ = try await other.ingest([.fixture(.revenue, "4", category: "b")], workspaceID: workspace.id)

            let stored = try await workspace.ingest(
                .fixture(.revenue, "8", category: "a"), .fixture(.revenue, "16", category: "b"))

            let list = try await workspace.list()
            #expect(Set(list.points.map { $0.point.category }) == [Label("a"), Label("b")])
            #expect(list.points.first { $0.id == stored[0].id }?.point.category == Label("a"))
            #expect(try await workspace.list(PointFilter(category: Label("a"))).total == 1)
            #expect(try await workspace.list(PointFilter(category: Label("b"))).total == 2)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test(
        "of two queues on one database each counts the categories that the other made", arguments: TestDatabase.engines)
    func twoQueues(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let other = IngestQueue(database: database, now: { .t0 })
            for round in 0..<4 {
                try await workspace.ingest(.fixture(.revenue, "1", category: "a\(round)"))
                _ = try await other.ingest(
                    [.fixture(.revenue, "2", category: "b\(round)"), .fixture(.revenue, "2", category: "a\(round)")],
                    workspaceID: workspace.id)
                try await workspace.ingest(.fixture(.revenue, "4", category: "b\(round)"))
            }

            for round in 0..<4 {
                #expect(try await workspace.list(PointFilter(category: Label("a\(round)"))).total == 2)
                #expect(try await workspace.list(PointFilter(category: Label("b\(round)"))).total == 2)
            }
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a sum that leaves 64 bits is refused alone, its neighbours are stored", arguments: TestDatabase.engines)
    func overflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max - 10, category: "a"))

            let outcomes = try await workspace.ingestTogether(
                on: database,
                [
                    ([.huge(1, category: "a")], workspace.id), ([.huge(11, category: "b")], workspace.id),
                    ([.huge(2, category: "c"), .huge(.max, category: "c")], workspace.id),
                    ([.huge(3, category: "b")], workspace.id),
                ])

            #expect(outcomes.map { $0.error == nil } == [true, false, false, true])
            #expect((outcomes[1].error as? ValidationError)?.issues.map(\.field) == ["value"])
            #expect((outcomes[2].error as? ValidationError)?.issues.map(\.field) == ["records.1.value"])
            #expect(try await workspace.list(PointFilter(metric: .revenue)).total == 3)
            try await expectRollupsMatchPoints(database)
        }
    }
}
