import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct CorrectionStoreTests {
    private static let later = Instant.t0.advanced(bySeconds: 60)

    private func amount(_ text: String) throws -> Amount {
        try Amount(parsing: text)
    }

    private func correct(
        _ point: StoredPoint, _ correction: PointCorrection, in workspace: TestWorkspace, by author: Author = .operator
    ) async throws -> StoredPoint? {
        try await workspace.corrections.correct(
            point.id, correction, workspaceID: workspace.id, by: author, now: Self.later)
    }

    private func remove(
        _ point: StoredPoint, in workspace: TestWorkspace, by author: Author = .operator
    ) async throws -> Bool {
        try await workspace.corrections.remove(point.id, workspaceID: workspace.id, by: author, now: Self.later)
    }

    // MARK: - Correcting

    @Test(
        "a new value stands in the list and in the rollups, at the same place",
        arguments: TestDatabase.engines, Metric.allCases)
    func value(engine: TestDatabase.Engine, metric: Metric) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .fixture(metric, "1", category: "EU", source: "web"), .fixture(metric, "5", category: "EU"),
                .fixture(metric, "3"))

            let corrected = try await correct(stored[1], PointCorrection(value: try amount("4.5")), in: workspace)

            let expected = StoredPoint(
                id: stored[1].id, point: try .fixture(metric, "4.5", category: "EU"), createdAt: .t0,
                updatedAt: Self.later)
            #expect(corrected == expected)
            #expect(try await workspace.corrections.point(stored[1].id, workspaceID: workspace.id) == expected)
            #expect(try await workspace.list().points == [stored[2], expected, stored[0]])
            let column = metric.column
            #expect(
                try await database.contents()["daily_rollup"]
                    == ["\(workspace.id),\(column),20780,3,85000,10000,45000"])
            #expect(
                try await database.contents()["daily_category_rollup"] == [
                    "\(workspace.id),\(column),20780,0,1,30000,30000,30000",
                    "\(workspace.id),\(column),20780,1,2,55000,10000,45000",
                ])
            try await expectRollupsMatchPoints(database)
        }
    }

    /// A category before and after.
    struct Move: Sendable {
        let from: String?
        let to: String?
    }

    @Test(
        "a new category takes the point's figures with it", arguments: TestDatabase.engines,
        [
            Move(from: nil, to: "EU"), Move(from: "EU", to: nil), Move(from: "EU", to: "US"),
            Move(from: "EU", to: "new"),
        ])
    func category(engine: TestDatabase.Engine, move: Move) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .fixture(.revenue, "7", category: move.from), .fixture(.revenue, "2", category: "EU"),
                .fixture(.revenue, "3", category: "US"), .fixture(.revenue, "4"))

            let corrected = try await correct(
                stored[0], PointCorrection(category: .set(move.to.map { Label($0) })), in: workspace)

            #expect(try corrected?.point == .fixture(.revenue, "7", category: move.to))
            #expect(corrected?.id == stored[0].id)
            if let from = move.from {
                let list = try await workspace.list(PointFilter(category: Label(from)))
                #expect(!list.points.contains { $0.id == stored[0].id })
                #expect(list.total == (from == "EU" ? 1 : 0))
            }
            if let to = move.to {
                let list = try await workspace.list(PointFilter(category: Label(to)))
                #expect(list.points.last == corrected)
                #expect(list.total == (["EU", "US"].contains(to) ? 2 : 1))
            }
            #expect(try await database.integers("SELECT value_sum FROM daily_rollup") == [160_000])
            #expect(try await database.integer("SELECT SUM(point_count) FROM category") == 4)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test(
        "a new source, or none, is in the list and moves no figure", arguments: TestDatabase.engines,
        ["shop", nil] as [String?])
    func source(engine: TestDatabase.Engine, source: String?) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(category: "EU", source: "web"))
            let before = try await database.contents()

            let corrected = try await correct(
                stored[0], PointCorrection(source: .set(source.map { Label($0) })), in: workspace)

            #expect(try corrected?.point == .fixture(category: "EU", source: source))
            #expect(try await workspace.list(PointFilter(source: Label("web"))).points.isEmpty)
            #expect(try await workspace.list().points.first == corrected)
            let after = try await database.contents()
            for table in ["daily_rollup", "daily_category_rollup", "category"] {
                #expect(after[table] == before[table], "\(table)")
            }
        }
    }

    @Test(
        "two spellings of é are two categories and two sources, also for a correction", arguments: TestDatabase.engines)
    func spellings(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(category: "e\u{301}", source: "e\u{301}"))
            let label = Label("\u{E9}")

            let byCategory = try await correct(stored[0], PointCorrection(category: .set(label)), in: workspace)
            let bySource = try await correct(stored[0], PointCorrection(source: .set(label)), in: workspace)

            #expect(try byCategory?.point == .fixture(category: "\u{E9}", source: "e\u{301}"))
            #expect(try bySource?.point == .fixture(category: "\u{E9}", source: "\u{E9}"))
            #expect(try await workspace.list(PointFilter(category: label)).total == 1)
            #expect(try await workspace.list(PointFilter(category: Label("e\u{301}"))).total == 0)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("value, category and source change together", arguments: TestDatabase.engines)
    func together(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(.revenue, "1", category: "EU", source: "web"))

            let corrected = try await correct(
                stored[0],
                PointCorrection(value: try amount("-2"), category: .set(Label("US")), source: .set(nil)), in: workspace)

            #expect(try corrected?.point == .fixture(.revenue, "-2", category: "US"))
            #expect(
                try await database.contents()["daily_category_rollup"]
                    == ["\(workspace.id),1,20780,2,1,-20000,-20000,-20000"])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("what is as it was changes nothing, not even the time", arguments: TestDatabase.engines)
    func nothing(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(.revenue, "1", category: "EU", source: "web"))
            let before = try await database.contents()

            let empty = try await correct(stored[0], PointCorrection(), in: workspace)
            let same = try await correct(
                stored[0],
                PointCorrection(
                    value: try amount("1.0000"), category: .set(Label("EU")), source: .set(Label("web"))),
                in: workspace)

            #expect(empty == stored[0])
            #expect(same == stored[0])
            #expect(try await database.contents() == before)
        }
    }

    @Test(
        "the smallest and the largest value are found again, whichever point changes", arguments: TestDatabase.engines,
        0..<5)
    func extremes(engine: TestDatabase.Engine, index: Int) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let values = ["-5", "-5", "0", "8", "9"]
            let stored = try await workspace.ingest(
                values.enumerated().map { number, value in
                    try NewPoint.fixture(.revenue, value, category: number.isMultiple(of: 2) ? "even" : nil)
                })
            try await workspace.ingest(
                .fixture(.revenue, "-100", on: .d0.advanced(by: -1)),
                .fixture(.revenue, "100", on: .d0.advanced(by: 1)), .fixture(.users, "-100"), .fixture(.users, "100"))

            for value in ["1", "-9", "12", values[index]] {
                _ = try await correct(stored[index], PointCorrection(value: try amount(value)), in: workspace)
                try await expectRollupsMatchPoints(database)
            }

            #expect(
                try await database.contents()["daily_rollup"]?
                    .contains("\(workspace.id),1,20780,5,70000,-50000,90000") == true)
        }
    }

    @Test("a thousand categories are the most, also for a correction", arguments: TestDatabase.engines)
    func categoryLimit(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                (1...1_000).map { try NewPoint.fixture(.revenue, "1", category: "c\($0)") })
            let before = try await database.contents()

            let error = await #expect(throws: ValidationError.self) {
                try await correct(stored[0], PointCorrection(category: .set(Label("c1001"))), in: workspace)
            }

            #expect(error?.issues.map(\.field) == ["category"])
            #expect(error?.issues.map(\.code) == [.limit])
            #expect(try await database.contents() == before)
        }
    }

    @Test("a value that takes the day's total beyond 64 bits is refused", arguments: TestDatabase.engines)
    func overflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.huge(.max - 10, category: "a"), .huge(5, category: "b"))
            let before = try await database.contents()

            let error = await #expect(throws: ValidationError.self) {
                try await correct(
                    stored[1], PointCorrection(value: Amount(tenThousandths: 11)), in: workspace)
            }
            let after = try await database.contents()
            let corrected = try await correct(
                stored[1], PointCorrection(value: Amount(tenThousandths: 10)), in: workspace)

            #expect(error?.issues.map(\.field) == ["value"])
            #expect(error?.issues.map(\.code) == [.between])
            #expect(after == before)
            #expect(corrected?.point == .huge(10, category: "b"))
            #expect(try await database.integers("SELECT value_sum FROM daily_rollup") == [.max])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a category whose total would leave 64 bits takes no point", arguments: TestDatabase.engines)
    func categoryOverflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .huge(-.max, category: "low"), .huge(.max, category: "full"), .huge(1, category: "other"))
            let before = try await database.contents()

            let error = await #expect(throws: ValidationError.self) {
                try await correct(stored[2], PointCorrection(category: .set(Label("full"))), in: workspace)
            }

            #expect(error?.issues.map(\.field) == ["value"])
            #expect(try await database.contents() == before)
        }
    }

    // MARK: - Removing

    @Test("a removed point is gone from the list, the rollups and the counts", arguments: TestDatabase.engines)
    func removal(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .fixture(.revenue, "1", category: "EU"), .fixture(.revenue, "5", category: "EU"),
                .fixture(.revenue, "3"))

            let first = try await remove(stored[1], in: workspace)
            let second = try await remove(stored[1], in: workspace)
            let corrected = try await correct(stored[1], PointCorrection(value: try amount("9")), in: workspace)

            #expect(first)
            #expect(!second)
            #expect(corrected == nil)
            #expect(try await workspace.corrections.point(stored[1].id, workspaceID: workspace.id) == nil)
            #expect(try await workspace.list().points == [stored[2], stored[0]])
            #expect(try await workspace.list().total == 2)
            #expect(
                try await database.contents()["daily_rollup"] == ["\(workspace.id),1,20780,2,40000,10000,30000"])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("with the last point of a day its rollups go, and those of no other day", arguments: TestDatabase.engines)
    func lastOfDay(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .fixture(.revenue, "0", category: "EU"), .fixture(.revenue, "1", on: .d0.advanced(by: -1)),
                .fixture(.users, "2"))

            let isRemoved = try await remove(stored[0], in: workspace)

            #expect(isRemoved)
            #expect(
                try await database.contents()["daily_rollup"] == [
                    "\(workspace.id),1,20779,1,10000,10000,10000", "\(workspace.id),2,20780,1,20000,20000,20000",
                ])
            #expect(try await workspace.list(PointFilter(category: Label("EU"))).total == 0)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a category without its last point goes on with the next", arguments: TestDatabase.engines)
    func emptiedCategory(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture(.revenue, "1", category: "EU"))
            _ = try await remove(stored[0], in: workspace)

            let again = try await workspace.ingest(.fixture(.revenue, "2", category: "EU"))

            #expect(again[0].id != stored[0].id)
            #expect(try await workspace.list(PointFilter(category: Label("EU"))).points == again)
            #expect(try await workspace.list(PointFilter(category: Label("EU"))).total == 1)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a point without which the day's total leaves 64 bits stays", arguments: TestDatabase.engines)
    func removalOverflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.huge(-5, category: "a"), .huge(.max, category: "b"))
            try await workspace.ingest(.huge(3, category: "c"))
            let before = try await database.contents()

            let error = await #expect(throws: ValidationError.self) { try await remove(stored[0], in: workspace) }

            #expect(error?.issues.map(\.field) == ["value"])
            #expect(try await database.contents() == before)
        }
    }

    // MARK: - Any changes

    @Test(
        "after any corrections and removals the rollups and counts are those of the points",
        arguments: TestDatabase.engines, [1, 2, 3])
    func recount(engine: TestDatabase.Engine, seed: UInt64) async throws {
        try await withDatabase(engine) { database in
            var generator = SeededGenerator(seed: seed)
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(database, email: "bob@example.com")
            for workspace in [ada, bob] {
                let stored = try await workspace.ingest(NewPoint.random(120, using: &generator))
                _ = try await workspace.beginImport(NewPoint.random(60, using: &generator))
                let models = NewPoint.random(120, using: &generator)
                for (point, model) in zip(stored, models).shuffled(using: &generator) {
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: _ = try await remove(point, in: workspace)
                    case 1: _ = try await correct(point, PointCorrection(value: model.value), in: workspace)
                    case 2:
                        _ = try await correct(point, PointCorrection(category: .set(model.category)), in: workspace)
                    default:
                        _ = try await correct(
                            point,
                            PointCorrection(
                                value: model.value, category: .set(model.category), source: .set(model.source)),
                            in: workspace)
                    }
                }
                try await expectRollupsMatchPoints(database)
            }
            try await expectCountsMatchRows(database)
        }
    }

    @Test("changes at the same moment miss none", arguments: TestDatabase.engines)
    func concurrent(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                (1...60).map { try NewPoint.fixture(.orders, "\($0)", category: "a") })

            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, point) in stored.enumerated() {
                    group.addTask {
                        switch index % 3 {
                        case 0: _ = try await remove(point, in: workspace)
                        case 1: _ = try await correct(point, PointCorrection(category: .set(nil)), in: workspace)
                        default: try await workspace.ingest(.fixture(.orders, "1000", category: "b"))
                        }
                    }
                }
                try await group.waitForAll()
            }

            #expect(try await workspace.list(limit: 1).total == 60)
            try await expectRollupsMatchPoints(database)
            try await expectCountsMatchRows(database)
        }
    }

    // MARK: - What is not there

    @Test("a point of an unfinished import is not found until it is complete", arguments: TestDatabase.engines)
    func unfinishedImport(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let dataImport = try await workspace.beginImport([.fixture(.revenue, "5", category: "EU")])
            let id = PointID(number: try await database.integer("SELECT id FROM data_point"))
            let corrections = workspace.corrections
            let before = try await database.contents()

            let hidden = try await corrections.point(id, workspaceID: workspace.id)
            let corrected = try await corrections.correct(
                id, PointCorrection(value: try amount("9")), workspaceID: workspace.id, by: .operator, now: .t0)
            let isRemoved = try await corrections.remove(id, workspaceID: workspace.id, by: .operator, now: .t0)

            #expect(hidden == nil)
            #expect(corrected == nil)
            #expect(!isRemoved)
            #expect(try await database.contents() == before)
            _ = try await workspace.complete(dataImport)
            let shown = try await corrections.point(id, workspaceID: workspace.id)
            #expect(try shown?.point == .fixture(.revenue, "5", category: "EU"))
            #expect(try await corrections.remove(id, workspaceID: workspace.id, by: .operator, now: .t0))
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("the points of an unfinished import are no day's smallest or largest", arguments: TestDatabase.engines)
    func extremesBesideImport(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(
                .fixture(.revenue, "1", category: "EU"), .fixture(.revenue, "5", category: "EU"))
            let dataImport = try await workspace.beginImport([
                .fixture(.revenue, "-100", category: "EU"), .fixture(.revenue, "100", category: "EU"),
            ])

            _ = try await remove(stored[1], in: workspace)

            #expect(
                try await database.contents()["daily_rollup"] == ["\(workspace.id),1,20780,1,10000,10000,10000"])
            try await expectRollupsMatchPoints(database)
            _ = try await workspace.complete(dataImport)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("another workspace's point is not found, and one of the same id stays", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(database, email: "bob@example.com")
            let ofAda = try await ada.ingest(.fixture(.revenue, "1"), .fixture(.revenue, "2"))
            let ofBob = try await bob.ingest(.fixture(.revenue, "3"))
            try #require(ofBob[0].id == ofAda[0].id)
            let log = try await database.auditEntries(workspaceID: ada.id)
            let version = database.versions.current(workspaceID: ada.id)

            let found = try await bob.corrections.point(ofAda[1].id, workspaceID: bob.id)
            let corrected = try await correct(ofAda[1], PointCorrection(value: try amount("9")), in: bob)
            let isRemoved = try await remove(ofAda[1], in: bob)
            let own = try await correct(ofAda[0], PointCorrection(value: try amount("9")), in: bob)

            #expect(found == nil)
            #expect(corrected == nil)
            #expect(!isRemoved)
            #expect(try own?.point == .fixture(.revenue, "9"))
            #expect(try await ada.list().points == [ofAda[1], ofAda[0]])
            #expect(try await database.auditEntries(workspaceID: ada.id) == log)
            #expect(database.versions.current(workspaceID: ada.id) == version)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("an id that no point has is not found", arguments: TestDatabase.engines, [Int64.min, -1, 0, 1, .max])
    func unknown(engine: TestDatabase.Engine, number: Int64) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture())
            let id = PointID(number: number)
            let before = try await database.contents()

            let found = try await workspace.corrections.point(id, workspaceID: workspace.id)
            let corrected = try await workspace.corrections.correct(
                id, PointCorrection(source: .set(Label("web"))), workspaceID: workspace.id, by: .operator, now: .t0)
            let isRemoved = try await workspace.corrections.remove(
                id, workspaceID: workspace.id, by: .operator, now: .t0)

            #expect(found == nil)
            #expect(corrected == nil)
            #expect(!isRemoved)
            #expect(try await database.contents() == before)
        }
    }

    // MARK: - What is told of it

    @Test("a change is counted for its workspace alone, and one that finds nothing is not")
    func versions() async throws {
        try await withDatabase { database in
            let workspace = try await TestWorkspace(database)
            let stored = try await workspace.ingest(.fixture())
            func version() -> UInt64? { workspace.versions.current(workspaceID: workspace.id) }
            #expect(version() == 1)

            _ = try await correct(stored[0], PointCorrection(value: try amount("2")), in: workspace)
            #expect(version() == 2)
            _ = try await remove(stored[0], in: workspace)
            #expect(version() == 3)
            _ = try await remove(stored[0], in: workspace)
            _ = try await correct(stored[0], PointCorrection(value: try amount("2")), in: workspace)
            #expect(version() == 3)
            #expect(workspace.versions.current(workspaceID: workspace.id + 1) == 0)
        }
    }

    @Test("a correction is written down with what was and what is, and only that", arguments: TestDatabase.engines)
    func auditOfCorrection(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let author = Author(tokenID: 5, address: "192.0.2.1")
            let stored = try await workspace.ingest(.fixture(.revenue, "11.5", category: "EU"))

            _ = try await correct(
                stored[0],
                PointCorrection(value: try amount("-0.0001"), category: .set(nil), source: .set(Label("web"))),
                in: workspace, by: author)
            _ = try await correct(stored[0], PointCorrection(value: try amount("7")), in: workspace)

            let entries = try await database.auditEntries(workspaceID: workspace.id)
            #expect(entries.count == 3)
            #expect(
                entries[1]
                    == AuditEntry(
                        id: 2, at: Self.later, author: author, action: .recordCorrected, objectID: stored[0].id.number,
                        changes: [
                            AuditChange("value", from: "11.5", to: "-0.0001"),
                            AuditChange("category", from: "EU", to: nil),
                            AuditChange("source", from: nil, to: "web"),
                        ]))
            #expect(entries[0].author == .operator)
            #expect(entries[0].changes == [AuditChange("value", from: "-0.0001", to: "7")])
            try await expectCountsMatchRows(database)
        }
    }

    @Test("a removal is written down with all that the point was", arguments: TestDatabase.engines)
    func auditOfRemoval(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let author = Author(tokenID: 5, address: "192.0.2.1")
            let stored = try await workspace.ingest(
                .fixture(.conversionRate, "2.25", on: .d0.advanced(by: -1), category: "EU", source: "web"),
                .fixture(.users, "3"))

            for point in stored { _ = try await remove(point, in: workspace, by: author) }

            let entries = try await database.auditEntries(workspaceID: workspace.id)
            #expect(
                entries.prefix(2) == [
                    AuditEntry(
                        id: 3, at: Self.later, author: author, action: .recordDeleted, objectID: stored[1].id.number,
                        changes: [
                            AuditChange("metric_type", from: "users", to: nil),
                            AuditChange("value", from: "3", to: nil),
                            AuditChange("recorded_at", from: "2026-11-23", to: nil),
                        ]),
                    AuditEntry(
                        id: 2, at: Self.later, author: author, action: .recordDeleted, objectID: stored[0].id.number,
                        changes: [
                            AuditChange("metric_type", from: "conversion_rate", to: nil),
                            AuditChange("value", from: "2.25", to: nil),
                            AuditChange("recorded_at", from: "2026-11-22", to: nil),
                            AuditChange("category", from: "EU", to: nil),
                            AuditChange("source", from: "web", to: nil),
                        ]),
                ])
            try await expectCountsMatchRows(database)
        }
    }
}
