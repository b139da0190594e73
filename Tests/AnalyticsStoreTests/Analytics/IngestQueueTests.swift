import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct IngestQueueTests {
    @Test(
        "the answer has the points in their order, with ids of their days and the time", arguments: TestDatabase.engines
    )
    func answer(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let sent: [NewPoint] = try [
                .fixture(.revenue, "11.5", category: "EU", source: "web"),
                .fixture(.users, "-3", on: .d0.advanced(by: -1)),
            ]

            let stored = try await workspace.ingest(sent)
            workspace.clock.advance(seconds: 5)
            let later = try await workspace.ingest(sent[0])

            #expect(
                stored == [
                    StoredPoint(
                        id: PointID(number: 2_855_981_453_148_161), point: sent[0], createdAt: .t0, updatedAt: .t0),
                    StoredPoint(
                        id: PointID(number: 2_855_844_014_194_690), point: sent[1], createdAt: .t0, updatedAt: .t0),
                ])
            #expect(later.map(\.id.number) == [2_855_981_453_148_163])
            #expect(later.map(\.createdAt) == [Instant.t0.advanced(bySeconds: 5)])
            #expect(try await workspace.list().points == [later[0], stored[0], stored[1]])
        }
    }

    @Test(
        "requests that arrive during a transaction share the next, each with its own answer",
        arguments: TestDatabase.engines)
    func sharing(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let requests = try (1...300).map { try [NewPoint.fixture(.orders, "\($0)")] }
            let before = database.commits

            let outcomes = try await workspace.ingestTogether(
                on: database, requests.map { ($0, workspace.id) })

            let answers = try outcomes.map { try $0.get() }
            #expect(database.commits - before == 2)
            #expect(answers.map { $0.map(\.point) } == requests)
            #expect(Set(answers.flatMap { $0.map(\.id) }).count == 300)
            #expect(try await workspace.list(PointFilter(metric: .orders)).total == 300)
        }
    }

    @Test("many tasks at once store every point once", arguments: TestDatabase.engines)
    func concurrent(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)

            let stored = try await withThrowingTaskGroup(of: (Int, [StoredPoint]).self) { group in
                for number in 1...500 {
                    group.addTask { (number, try await workspace.ingest(.fixture(.orders, "\(number)"))) }
                }
                return try await group.reduce(into: [Int: StoredPoint]()) { $0[$1.0] = $1.1.first }
            }

            let list = try await workspace.list(limit: 1000)
            #expect(list.total == 500)
            #expect(list.points == stored.values.sorted { $0.id.number > $1.id.number })
            #expect(try stored.allSatisfy { number, point in try point.point == .fixture(.orders, "\(number)") })
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a request that takes a day's total beyond 64 bits is refused alone", arguments: TestDatabase.engines)
    func overflow(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max - 10))

            let outcomes = try await workspace.ingestTogether(
                on: database,
                [
                    ([.huge(4)], workspace.id), ([.huge(7)], workspace.id), ([.huge(6)], workspace.id),
                    ([.huge(1)], workspace.id), ([.huge(1, on: .d0.advanced(by: -1))], workspace.id),
                ])

            let error = ValidationError(
                field: "value", code: .between,
                message: "The value field must not take the day's total beyond ±922337203685477.5807.")
            #expect(outcomes.map { $0.error as? ValidationError } == [nil, error, nil, error, nil])
            #expect(try await workspace.list(PointFilter(metric: .revenue)).total == 4)
            let sums = try await database.integers("SELECT value_sum FROM daily_rollup WHERE metric = 1 ORDER BY day")
            #expect(sums == [1, .max])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("the points of one request are stored all or not at all", arguments: TestDatabase.engines)
    func allOrNone(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max - 10))
            let before = try await database.contents()

            let error = await #expect(throws: ValidationError.self) {
                try await workspace.ingest(
                    .fixture(.users, "1", category: "new"), .huge(5, on: .d0.advanced(by: -1)), .huge(11))
            }

            #expect(error?.issues.map(\.field) == ["records.2.value"])
            #expect(try await database.contents() == before)
        }
    }

    @Test(
        "of several points the one that leads beyond 64 bits within its request is named",
        arguments: TestDatabase.engines)
    func overflowWithin(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)

            let error = await #expect(throws: ValidationError.self) {
                try await workspace.ingest(.huge(1), .huge(.max - 1), .huge(1), .huge(1))
            }

            #expect(error?.issues.map(\.field) == ["records.2.value"])
        }
    }

    @Test("where a category's sum leaves 64 bits, a point of that category is named", arguments: TestDatabase.engines)
    func overflowOfCategory(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max - 1, category: "a"), .huge(-.max, category: "b"))

            let error = await #expect(throws: ValidationError.self) {
                try await workspace.ingest(
                    .huge(1, category: "c"), .huge(1, category: "b"), .huge(1, category: "d"), .huge(2, category: "a"))
            }

            #expect(error?.issues.map(\.field) == ["records.3.value"])
        }
    }

    @Test("a request for a workspace that is not there fails alone", arguments: TestDatabase.engines)
    func unknownWorkspace(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)

            let outcomes = try await workspace.ingestTogether(
                on: database,
                [
                    ([.fixture(.users, "1")], workspace.id), ([.fixture(.users, "2")], 99),
                    ([.fixture(.users, "3")], workspace.id),
                ])

            #expect(outcomes.map { ($0.error as? StoreError)?.code } == [nil, .conflict, nil])
            let points = try await workspace.list(PointFilter(metric: .users)).points
            #expect(try points.map(\.point) == [.fixture(.users, "3"), .fixture(.users, "1")])
            #expect(points == [try outcomes[2].get()[0], try outcomes[0].get()[0]])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a workspace that has used up its numbers does not keep others from storing", arguments: TestDatabase.engines)
    func usedUp(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let full = try await TestWorkspace(base, email: "bob@example.com")
            try await base.run(
                "INSERT INTO point_sequence (workspace_id, next_sequence) VALUES (\(full.id), 137438953471)")

            let last = try await full.ingest(.fixture(.users))
            let outcomes = try await workspace.ingestTogether(
                on: database, [([.fixture()], full.id), ([.fixture()], workspace.id)])

            #expect(last.map(\.id.number) == [20_780 << 37 | 137_438_953_471])
            #expect(outcomes[0].error is StoreError)
            #expect(outcomes[1].error == nil)
            #expect(try await full.list().total == 1)
        }
    }

    @Test("a day that no id can carry is refused alone", arguments: TestDatabase.engines, ["2149-06-07", "1969-12-31"])
    func impossibleDay(engine: TestDatabase.Engine, day: String) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let day = try #require(Day(day))

            let outcomes = try await workspace.ingestTogether(
                on: database,
                [
                    ([.fixture(.users, "1")], workspace.id), ([.fixture(.users, "2", on: day)], workspace.id),
                    ([.fixture(.users, "3")], workspace.id),
                ])

            #expect(outcomes.map { $0.error is StoreError } == [false, true, false])
            #expect(try await workspace.list(PointFilter(metric: .users)).total == 2)
        }
    }

    @Test("requests of different workspaces share a transaction and stay apart", arguments: TestDatabase.engines)
    func workspaces(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let ada = try await TestWorkspace(database)
            let bob = try await TestWorkspace(base, email: "bob@example.com")
            let before = database.commits

            let outcomes = try await ada.ingestTogether(
                on: database,
                [
                    ([.fixture(.users, "1", category: "x")], ada.id), ([.fixture(.users, "2", category: "x")], bob.id),
                    ([.fixture(.users, "3", category: "y")], bob.id), ([.fixture(.users, "4", category: "y")], ada.id),
                ])

            #expect(outcomes.allSatisfy { $0.error == nil })
            #expect(database.commits - before == 2)
            #expect(
                try await ada.list(PointFilter(metric: .users)).points.map(\.point)
                    == [.fixture(.users, "4", category: "y"), .fixture(.users, "1", category: "x")])
            #expect(
                try await bob.list().points.map(\.point)
                    == [.fixture(.users, "3", category: "y"), .fixture(.users, "2", category: "x")])
            #expect(try await bob.list().points.map(\.id.number) == [20_780 << 37 | 2, 20_780 << 37 | 1])
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test(
        "a change is counted before its request is answered, for its workspace alone", arguments: TestDatabase.engines)
    func versions(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)

            for number in 1...20 {
                try await workspace.ingest(.fixture())
                #expect(workspace.versions.current(workspaceID: workspace.id) == UInt64(number))
            }

            #expect(workspace.versions.current(workspaceID: workspace.id + 1) == 0)
        }
    }

    @Test(
        "with too many points of a workspace waiting its requests are refused at once, and others' are taken",
        arguments: TestDatabase.engines)
    func tooMany(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database, mostWaitingPoints: 6)
            let other = try await TestWorkspace(database, email: "bob@example.com")
            database.hold()
            let first = Task.immediate { try await workspace.ingest(.fixture()) }
            await database.untilHeld()
            let waiting = Task.immediate { try await workspace.ingest(.fixture(), .fixture()) }

            let refusal = await #expect(throws: StoreError.self) {
                try await workspace.ingest(.fixture(), .fixture())
            }
            let third = Task.immediate { try await workspace.ingest(.fixture()) }
            let fourth = await #expect(throws: StoreError.self) { try await workspace.ingest(.fixture()) }
            let foreign = Task.immediate {
                try await workspace.queue.ingest([.fixture(), .fixture(), .fixture()], workspaceID: other.id)
            }
            let beyond = await #expect(throws: StoreError.self) {
                try await workspace.queue.ingest([.fixture()], workspaceID: other.id)
            }
            database.release()

            #expect(refusal?.code == .unavailable)
            #expect(fourth?.code == .unavailable)
            #expect(beyond?.code == .unavailable)
            #expect(try await foreign.value.value?.count == 3)
            #expect(try await [first.value.count, waiting.value.count, third.value.count] == [1, 2, 1])
            #expect(try await workspace.ingest(.fixture(), .fixture(), .fixture()).count == 3)
            #expect(try await workspace.list().total == 7)
        }
    }

    @Test("workspaces take turns: one request waits behind one of each other", arguments: TestDatabase.engines)
    func turns(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let greedy = try await TestWorkspace(database, mostWaitingPoints: 400_000)
            let modest = try await TestWorkspace(database, email: "bob@example.com")
            let batch = Array(repeating: try NewPoint.fixture(), count: 4_000)
            database.hold()
            let first = Task.immediate { try await greedy.ingest(.fixture()) }
            await database.untilHeld()
            let batches = (0..<20).map { _ in Task.immediate { try await greedy.ingest(batch) } }
            let one = Task.immediate {
                try await greedy.queue.ingest([.fixture()], workspaceID: modest.id).value?.count
            }
            let before = database.commits
            database.release()

            #expect(try await one.value == 1)

            // Two of the batches fit into a transaction, so in the order of arrival the request would be in the eleventh.
            #expect(database.commits - before < 8)
            #expect(try await first.value.count == 1)
            for batch in batches { _ = try await batch.value }
        }
    }

    @Test(
        "a transaction stores at most 10,000 points of several requests, a larger request alone",
        arguments: TestDatabase.engines)
    func groupSize(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let before = database.commits

            let outcomes = try await workspace.ingestTogether(
                on: database,
                [4_000, 6_000, 1, 10_001, 1, 1].map {
                    try (Array(repeating: .fixture(.users), count: $0), workspace.id)
                })

            let counts = try outcomes.map { try $0.get().count }
            #expect(counts == [4_000, 6_000, 1, 10_001, 1, 1])
            #expect(database.commits - before == 5)
            #expect(try await workspace.list(PointFilter(metric: .users)).total == 20_004)
        }
    }

    @Test("on a full disk every request is refused as unavailable, and stores again once there is room")
    func fullDisk() async throws {
        try await withDatabase(.sqlite) { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.fixture(.bounceRate))
            let pages = try await base.integer("PRAGMA page_count")
            try await base.run(SQL(trusted: "PRAGMA max_page_count = \(pages)"))
            let many = try Array(repeating: NewPoint.fixture(.users), count: 4_000)

            let failed = await #expect(throws: StoreError.self) { try await workspace.ingest(many) }
            let left = try await workspace.list().total
            try await base.run(SQL(trusted: "PRAGMA max_page_count = 100000"))
            let stored = try await workspace.ingest(many)

            #expect(failed?.code == .unavailable)
            #expect(left == 1)
            #expect(stored.count == 4_000)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("no reader sees a point without its rollup or its category's count", arguments: TestDatabase.engines)
    func together(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            async let ingested: Void = withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await workspace.ingest(.fixture(.users, "1", category: "x")) }
                }
                try await group.waitForAll()
            }

            for _ in 0..<50 {
                let counts = try await database.read { connection in
                    try [
                        "SELECT COUNT(*) FROM data_point", "SELECT COALESCE(SUM(point_count), 0) FROM daily_rollup",
                        "SELECT COALESCE(SUM(point_count), 0) FROM category",
                    ].map { sql in try connection.first(SQL(trusted: sql)) { try $0.integer(0) } }
                }
                #expect(Set(counts).count == 1)
            }

            try await ingested
        }
    }
}
