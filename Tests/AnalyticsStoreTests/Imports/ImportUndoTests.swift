import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct ImportUndoTests {
    private let filters = [
        PointFilter(), PointFilter(metric: .revenue), PointFilter(from: .d0.advanced(by: -3), to: .d0),
        PointFilter(category: Label("a")), PointFilter(source: Label("web")),
    ]

    @Test(
        "an import that is undone leaves everything as it was", arguments: TestDatabase.engines, [1, 2, 3] as [UInt64])
    func trace(engine: TestDatabase.Engine, seed: UInt64) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: seed)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(NewPoint.random(300, using: &generator))
            let before = try await database.dataContents()
            let dataImport = try await workspace.beginImport(
                NewPoint.random(700, using: &generator) + [
                    .fixture(category: "new"), .fixture(.users, on: .d0.advanced(by: -90), category: "new"),
                ])
            try await workspace.complete(dataImport)

            let deletion = try await workspace.delete(dataImport)

            #expect(deletion == .undone)
            #expect(try await database.dataContents() == before)
            #expect(try await workspace.imports.unsettled().isEmpty)
            #expect(try await workspace.imports.dataImport(dataImport.id, workspaceID: workspace.id) == nil)
            #expect(try await workspace.delete(dataImport) == .unknown)
            #expect(try await database.integer("SELECT import_count FROM workspace") == 0)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test(
        "the points of an import are gone from lists, figures and totals at once, long before their rows",
        arguments: TestDatabase.engines)
    func atOnce(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 4)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(NewPoint.random(300, using: &generator))
            let month = Period(days: 30, endingOn: .d0)
            func lists() async throws -> [PointList] {
                var lists: [PointList] = []
                for filter in filters { lists.append(try await workspace.list(filter, limit: 1_000)) }
                return lists
            }
            let before = try await lists()
            let totals = try await workspace.rollups.totals(of: month, workspaceID: workspace.id).current
            let dataImport = try await workspace.beginImport(NewPoint.random(900, using: &generator))
            try await workspace.complete(dataImport)
            #expect(try await lists() != before)
            let version = try #require(workspace.versions.current(workspaceID: workspace.id))

            let deletion = try await workspace.imports.delete(
                dataImport.id, workspaceID: workspace.id, by: .operator, now: .t0)

            #expect(deletion == .undone)
            #expect(try await database.integer("SELECT COUNT(*) FROM data_point") == 1_200)
            #expect(try await lists() == before)
            #expect(try await workspace.rollups.totals(of: month, workspaceID: workspace.id).current == totals)
            #expect(workspace.versions.current(workspaceID: workspace.id) == version + 1)
            #expect(try await workspace.imports.unsettled() == [dataImport])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test(
        "what was ingested, corrected and removed since stays right", arguments: TestDatabase.engines,
        [1, 2, 3] as [UInt64])
    func changedSince(engine: TestDatabase.Engine, seed: UInt64) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: seed)
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport()
            for _ in 0..<4 {
                try await workspace.imports.append(NewPoint.random(60, using: &generator), to: dataImport, now: .t0)
                try await workspace.ingest(NewPoint.random(25, using: &generator))
            }
            try await workspace.complete(dataImport)
            try await workspace.ingest(NewPoint.random(25, using: &generator))
            try await workspace.change(120, using: &generator)
            let expected = try await workspace.list(limit: 1_000).points.filter { point in
                try await !database.isImported(point, by: dataImport)
            }

            try await workspace.delete(dataImport)

            let list = try await workspace.list(limit: 1_000)
            #expect(list.points == expected)
            #expect(list.total == expected.count)
            #expect(expected.count > 30)
            #expect(try await database.integer("SELECT COUNT(*) FROM data_point") == expected.count)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test(
        "a day that changes between its count and the undo is counted again", arguments: TestDatabase.engines,
        ["ingest", "correct an imported point", "swap", "remove", "complete another import", "undo another import"])
    func changedMeanwhile(engine: TestDatabase.Engine, change: String) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let observed = try await TestWorkspace(database)
            let workspace = TestWorkspace(base, id: observed.id)
            let live = try await workspace.ingest(.fixture(.orders, "7"), .fixture(.orders, "5"))
            let other = try await workspace.beginImport([.fixture(.orders, "1"), .fixture(.orders, "9")])
            if change.hasPrefix("undo") { try await workspace.complete(other) }
            let dataImport = try await workspace.beginImport([.fixture(.orders, "5"), .fixture(.orders, "6")])
            try await workspace.complete(dataImport)
            let imported = try await workspace.list().points.filter { point in
                try await base.isImported(point, by: dataImport)
            }
            func set(_ point: StoredPoint, to value: String) async throws {
                _ = try await workspace.corrections.correct(
                    point.id, PointCorrection(value: try Amount(parsing: value)), workspaceID: workspace.id,
                    by: .operator, now: .t0)
            }

            database.hold()
            let undo = Task {
                try await observed.imports.delete(
                    dataImport.id, workspaceID: workspace.id, by: .operator, now: .t0)
            }
            await database.untilHeld()
            // The day was counted, and what it came to is not yet written.
            switch change {
            case "ingest": try await workspace.ingest(.fixture(.orders, "-3"), .fixture(.orders, "100"))
            case "correct an imported point": try await set(imported[0], to: "50")
            case "swap":
                // The day's rollup is what it was: 4 points of 23, from 5 to 7.
                try await set(imported[0], to: "7")
                try await set(live[0], to: "6")
            case "remove":
                _ = try await workspace.corrections.remove(
                    live[1].id, workspaceID: workspace.id, by: .operator, now: .t0)
                try await workspace.ingest(.fixture(.orders, "2"))
            case "complete another import": try await workspace.complete(other)
            case "undo another import":
                try await workspace.delete(other)
                try await workspace.ingest(.fixture(.orders, "3"), .fixture(.orders, "4"))
            default: Issue.record("there is no change \(change)")
            }
            database.release()

            #expect(try await undo.value == .undone)
            try await workspace.imports.settle(dataImport) { .t0 }
            try await expectRollupsMatchPoints(base)
            #expect(try await base.integer("SELECT COUNT(*) FROM daily_rollup WHERE workspace_id = 1") == 1)
        }
    }

    @Test("an undo beside ingests and corrections misses none", arguments: TestDatabase.engines)
    func concurrent(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 6)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(NewPoint.random(200, using: &generator))
            let imports = [
                try await workspace.beginImport(NewPoint.random(400, using: &generator)),
                try await workspace.beginImport(NewPoint.random(400, using: &generator)),
            ]
            for dataImport in imports { try await workspace.complete(dataImport) }
            let more = (0..<40).map { _ in NewPoint.random(5, using: &generator) }
            let changes = generator

            try await withThrowingTaskGroup { group in
                for dataImport in imports { group.addTask { try await workspace.delete(dataImport) } }
                group.addTask {
                    for points in more { try await workspace.ingest(points) }
                    return .undone
                }
                group.addTask {
                    var generator = changes
                    try await workspace.change(40, using: &generator)
                    return .undone
                }
                for try await deletion in group { #expect(deletion == .undone) }
            }

            try await expectRollupsMatchPoints(database)
            #expect(try await database.integer("SELECT COUNT(*) FROM data_import_range") == 0)
            #expect(try await database.integer("SELECT COUNT(*) FROM completed_import_range") == 0)
            let stored = try await database.integer("SELECT COUNT(*) FROM data_point")
            #expect(try await workspace.list(limit: 1).total.map(Int64.init) == stored)
        }
    }

    @Test(
        "imports of the same days are undone in any order", arguments: TestDatabase.engines, [[0, 1, 2], [2, 0, 1]])
    func several(engine: TestDatabase.Engine, order: [Int]) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: 7)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(NewPoint.random(50, using: &generator))
            let before = try await database.dataContents()
            var imports: [ImportKey] = []
            for _ in order {
                imports.append(try await workspace.beginImport(NewPoint.random(80, using: &generator)))
            }
            for dataImport in imports { try await workspace.complete(dataImport) }

            for index in order {
                #expect(try await workspace.delete(imports[index]) == .undone)
                try await expectRollupsMatchPoints(database)
            }

            #expect(try await database.dataContents() == before)
        }
    }

    @Test(
        "without an import a day's total may leave 64 bits: then it stays, whole", arguments: TestDatabase.engines)
    func overflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport([.huge(-10), .huge(4, category: "a"), .fixture(.users)])
            try await workspace.complete(dataImport)
            try await workspace.ingest(.huge(.max))
            let beyond = try await workspace.ingest(.huge(3))
            let before = try await workspace.list()

            let error = await #expect(throws: ValidationError.self) { try await workspace.delete(dataImport) }

            #expect(error?.issues.map(\.field) == ["value"])
            #expect(try await workspace.list() == before)
            #expect(
                try await workspace.imports.dataImport(dataImport.id, workspaceID: workspace.id)?.status == .completed)
            try await expectRollupsMatchPoints(database)
            _ = try await workspace.corrections.remove(
                beyond[0].id, workspaceID: workspace.id, by: .operator, now: .t0)
            #expect(try await workspace.delete(dataImport) == .undone)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("sums that leave 64 bits only on the way are counted right", arguments: TestDatabase.engines)
    func extremes(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            for value in [.max, .min, .min + 1, .max] as [Int64] { try await workspace.ingest(.huge(value)) }
            try await workspace.ingest(.huge(1, category: "a"), .huge(1, category: "b"), .huge(1, category: "c"))
            for (value, category) in [(-.max, "c"), (.max - 1, "a"), (.max - 1, "b")] as [(Int64, String)] {
                try await workspace.ingest(.huge(value, category: category))
            }
            let before = try await database.dataContents()
            let dataImport = try await workspace.beginImport([.huge(-5), .huge(.min + 10)])
            try await workspace.complete(dataImport)

            try await workspace.delete(dataImport)

            #expect(try await database.dataContents() == before)
        }
    }

    @Test(
        "rows are removed in short transactions, and after a crash in the middle by who goes on",
        arguments: TestDatabase.engines)
    func brokenOff(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture(.orders, "3", category: "b"))
            let before = try await base.dataContents()
            let dataImport = try await workspace.beginImport(
                (0..<12_000).map { try .fixture(.orders, "1", on: .d0.advanced(by: -$0 % 3), category: "x\($0 % 900)") }
            )
            try await workspace.complete(dataImport)
            _ = try await workspace.imports.delete(dataImport.id, workspaceID: workspace.id, by: .operator, now: .t0)
            let commits = database.commits

            let settling = Task { try await workspace.imports.settle(dataImport) { .t0 } }
            while database.commits == commits { await Task.yield() }
            settling.cancel()
            _ = await settling.result
            let left = try await base.integer("SELECT COUNT(*) FROM data_point")
            try await expectRollupsMatchPoints(base)
            #expect(try await workspace.list().total == 1)
            try await workspace.imports.settle(dataImport) { .t0 }

            #expect(left < 12_001)
            #expect(try await base.dataContents() == before)
        }
    }

    @Test("the audit log tells of each step", arguments: TestDatabase.engines)
    func audited(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let undone = try await workspace.beginImport([.fixture()])
            try await workspace.complete(undone)
            try await workspace.delete(undone)
            let deleted = try await workspace.beginImport()
            try await workspace.delete(deleted)

            let entries = try await database.auditEntries(workspaceID: workspace.id).filter {
                $0.action.objectKind == "import"
            }

            #expect(
                entries.map(\.action) == [
                    .importDeleted, .importCreated, .importUndone, .importCompleted, .importCreated,
                ])
            #expect(entries.map(\.objectID) == [deleted.id, deleted.id, undone.id, undone.id, undone.id])
            #expect(entries[2].changes.map(\.name) == ["name", "record_count"])
            try await expectCountsMatchRows(database)
        }
    }
}

extension TestWorkspace {
    /// Corrects and removes points of any kind.
    fileprivate func change(_ count: Int, using generator: inout some RandomNumberGenerator) async throws {
        let points = try await list(limit: 2_000).points.shuffled(using: &generator).prefix(count)
        let models = NewPoint.random(points.count, using: &generator)
        for (point, model) in zip(points, models) {
            // One that an import took with it is not there any more.
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: _ = try await corrections.remove(point.id, workspaceID: id, by: .operator, now: .t0)
            case 1:
                _ = try await corrections.correct(
                    point.id, PointCorrection(value: model.value), workspaceID: id, by: .operator, now: .t0)
            default:
                _ = try await corrections.correct(
                    point.id, PointCorrection(value: model.value, category: .set(model.category)), workspaceID: id,
                    by: .operator, now: .t0)
            }
        }
    }
}

extension Database {
    /// Whether a point came with an import that is complete.
    fileprivate func isImported(_ point: StoredPoint, by dataImport: ImportKey) async throws -> Bool {
        let sequence = point.id.number & 137_438_953_471
        return try await !integers(
            """
            SELECT 1
            FROM completed_import_range
            WHERE import_id = \(dataImport.id) AND \(sequence) BETWEEN first_sequence AND last_sequence
            """
        ).isEmpty
    }
}

extension Array {
    /// The elements that a question is answered with yes for.
    fileprivate func filter(_ isIncluded: (Element) async throws -> Bool) async rethrows -> [Element] {
        var included: [Element] = []
        for element in self where try await isIncluded(element) { included.append(element) }
        return included
    }
}
