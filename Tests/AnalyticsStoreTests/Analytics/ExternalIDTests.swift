import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct ExternalIDTests {
    private func auditChanges(_ database: any Database, _ workspace: TestWorkspace) async throws -> [[AuditChange]] {
        try await AuditStore(database: database).list(
            ListSlice(.offset(0), limit: 100), workspaceID: workspace.id
        ).items.filter { $0.action == .recordCorrected }.map(\.changes)
    }

    @Test("a point takes the place of the one with its external id, under the same id", arguments: TestDatabase.engines)
    func replacement(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .fixture(.orders, "9", category: "a", externalID: "total"), .fixture(.orders, "5", category: "a"),
                .fixture(.users, "1", externalID: "total"))

            let outcome = try await workspace.queue.ingest(
                [.fixture(.orders, "7", category: "b", source: "cron", externalID: "total")], workspaceID: workspace.id)

            let replaced = outcome.value.stored
            #expect(outcome.value?.isReplacement == true)
            #expect(replaced.map(\.id) == [stored[0].id])
            #expect(try await workspace.list().points == [stored[2], stored[1]] + replaced)
            #expect(try await workspace.list(PointFilter(category: Label("b"))).total == 1)
            #expect(
                try await auditChanges(database, workspace) == [
                    [
                        AuditChange("value", from: "9", to: "7"), AuditChange("category", from: "a", to: "b"),
                        AuditChange("source", from: nil, to: "cron"),
                    ]
                ])
            try await expectRollupsMatchPoints(database)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("what says the same again changes nothing and is no correction", arguments: TestDatabase.engines)
    func repetition(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let point = try NewPoint.fixture(.orders, "9", category: "a", externalID: "x")
            let stored = try await workspace.ingest(point, .fixture(.orders, "3", category: "a"))
            workspace.clock.advance(seconds: 60)

            let again = try await workspace.ingest(point)

            #expect(again == [stored[0]])
            #expect(try await workspace.list().points == stored.reversed())
            #expect(try await auditChanges(database, workspace).isEmpty)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("on another day it has another id, and the former is gone", arguments: TestDatabase.engines)
    func otherDay(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .fixture(.orders, "9", externalID: "x"), .fixture(.orders, "3", externalID: "y"))

            let outcome = try await workspace.queue.ingest(
                [.fixture(.orders, "9", on: .d0.advanced(by: -1), externalID: "x"), .fixture(.orders, "4")],
                workspaceID: workspace.id)

            let moved = outcome.value.stored
            #expect(outcome.value?.isReplacement == false)
            #expect(try await workspace.list().points == [moved[1], stored[1], moved[0]])
            #expect(moved[0].id != stored[0].id)
            #expect(
                try await auditChanges(database, workspace) == [
                    [
                        AuditChange("id", from: "\(stored[0].id.number)", to: "\(moved[0].id.number)"),
                        AuditChange("recorded_at", from: "\(Day.d0)", to: "\(Day.d0.advanced(by: -1))"),
                    ]
                ])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a deleted point's external id is free again", arguments: TestDatabase.engines)
    func deleted(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(externalID: "x"))
            #expect(
                try await workspace.corrections.remove(
                    stored[0].id, workspaceID: workspace.id, by: .operator, now: .t0))

            let again = try await workspace.ingest(.fixture(externalID: "x"))

            #expect(again[0].id != stored[0].id)
            #expect(try await workspace.list().points == again)
        }
    }

    @Test(
        "after any upserts, corrections and removals the rollups are those of the points, and each id has its last point",
        arguments: TestDatabase.engines, [1, 2, 3] as [UInt64])
    func anything(engine: TestDatabase.Engine, seed: UInt64) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: seed)
            let workspace = try await TestWorkspace(database)
            let hidden = try await workspace.beginImport(NewPoint.random(200, using: &generator))
            var expected: [PointBatch.ExternalKey: NewPoint] = [:]
            for round in 0..<25 {
                var taken: Set<PointBatch.ExternalKey> = []
                let points = NewPoint.random(.random(in: 1...30, using: &generator), using: &generator).map { point in
                    var point = point
                    let key = PointBatch.ExternalKey(
                        metric: point.metric, id: Label("\(Int.random(in: 0..<8, using: &generator))"))
                    if Bool.random(using: &generator), taken.insert(key).inserted {
                        point.externalID = key.id
                        expected[key] = point
                    }
                    return point
                }
                let stored = try await workspace.ingest(points)
                #expect(stored.map(\.point) == points)
                if let point = stored.first(where: { $0.point.externalID == nil }), round % 3 == 0 {
                    _ = try await workspace.corrections.correct(
                        point.id, PointCorrection(value: Amount(tenThousandths: Int64(round))),
                        workspaceID: workspace.id, by: .operator, now: .t0)
                }
                if let point = stored.last, let id = point.point.externalID, round % 4 == 0 {
                    _ = try await workspace.corrections.remove(
                        point.id, workspaceID: workspace.id, by: .operator, now: .t0)
                    expected[.init(metric: point.point.metric, id: id)] = nil
                }
                try await expectRollupsMatchPoints(database)
            }
            try await workspace.complete(hidden)

            let known = try await workspace.list(limit: 10_000).points.map(\.point).filter { $0.externalID != nil }
            #expect(Set(known) == Set(expected.values))
            #expect(known.count == expected.count)
            try await expectRollupsMatchPoints(database)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("of many who send the same external id at once one remains", arguments: TestDatabase.engines)
    func race(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let other = TestWorkspace(database, id: workspace.id)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for index in 0..<60 {
                    let queue = index % 2 == 0 ? workspace.queue : other.queue
                    tasks.addTask {
                        _ = try await queue.ingest(
                            [
                                .fixture(.orders, "\(index + 1)", category: "c\(index % 3)", externalID: "x"),
                                .fixture(.orders, "1"),
                            ], workspaceID: workspace.id)
                    }
                }
                try await tasks.waitForAll()
            }

            let points = try await workspace.list().points
            #expect(points.filter { $0.point.externalID != nil }.count == 1)
            #expect(points.count == 61)
            #expect(try await auditChanges(database, workspace).count == 59)
            try await expectRollupsMatchPoints(database)
            try await expectCountsMatchRows(database)
        }
    }

    @Test("ten thousand points take the places of as many in one request", arguments: TestDatabase.engines)
    func many(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            func points(_ value: Int) throws -> [NewPoint] {
                try (0..<10_000).map { index in
                    try .fixture(
                        .orders, "\(value + index)", on: .d0.advanced(by: -(index % 50)), category: "c\(index % 7)",
                        externalID: "\(index)")
                }
            }
            let stored = try await workspace.ingest(points(1))

            let replaced = try await workspace.ingest(points(-20_000))

            #expect(replaced.map(\.id) == stored.map(\.id))
            #expect(try await workspace.list().total == 10_000)
            try await expectRollupsMatchPoints(database)
        }
    }

    // MARK: - Imports

    @Test(
        "an import that is under way keeps its external ids; one that is deleted gives them free at once",
        arguments: TestDatabase.engines)
    func importUnderWay(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let key = try await workspace.beginImport([.fixture(.orders, externalID: "x"), .fixture(.orders)])

            let held = await #expect(throws: ExternalIDHeld.self) {
                try await workspace.ingest(.fixture(.orders, "2", externalID: "x"))
            }
            try await workspace.ingest(.fixture(.users, "2", externalID: "x"))
            // Its points are still there.
            _ = try await workspace.imports.delete(key.id, workspaceID: workspace.id, by: .operator, now: .t0)
            let stored = try await workspace.ingest(.fixture(.orders, "3", externalID: "x"))
            try await workspace.imports.settle(key) { .t0 }

            #expect(held == ExternalIDHeld(id: Label("x"), importID: key.id))
            #expect(try await workspace.list(PointFilter(metric: .orders)).points == stored)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("an import takes no external id that is another's, and names the records", arguments: TestDatabase.engines)
    func importOfTaken(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture(.orders, externalID: "x"))
            let key = try await workspace.beginImport([.fixture(.orders, externalID: "y")])

            let error = await #expect(throws: ValidationError.self) {
                try await workspace.imports.append(
                    [.fixture(), .fixture(.orders, externalID: "x"), .fixture(.orders, externalID: "y")], to: key,
                    now: .t0)
            }

            #expect(error?.issues.map(\.field) == ["records.1.external_id", "records.2.external_id"])
            #expect(
                error?.issues.map(\.message) == [
                    "The external id has already been taken.", "The external id field has a duplicate value.",
                ])
        }
    }

    @Test("an import's point whose place another took goes with the import", arguments: TestDatabase.engines)
    func undone(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let key = try await workspace.beginImport([.fixture(.orders, "1", externalID: "x"), .fixture(.orders)])
            try await workspace.complete(key)
            try await workspace.ingest(.fixture(.orders, "7", externalID: "x"))

            try await workspace.delete(key)

            #expect(try await workspace.list().points.isEmpty)
            try await expectRollupsMatchPoints(database)
            try await workspace.ingest(.fixture(.orders, "8", externalID: "x"))
            #expect(try await workspace.list().total == 1)
        }
    }
}
