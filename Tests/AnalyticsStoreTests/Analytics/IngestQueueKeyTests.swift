import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite(.timeLimit(.patient)) struct IngestQueueKeyTests {
    private func request(
        _ text: String = "k", userID: Int64 = 1, body: UInt8 = 1, in workspace: TestWorkspace
    ) -> KeyedRequest<StoredBatch> {
        let key = IdempotencyKey(
            workspaceID: workspace.id, userID: userID, operation: "POST /api/v1/analytics", text: text,
            bodyHash: Array(repeating: body, count: 32))
        return KeyedRequest(key: key) { answer(to: $0) }
    }

    private func answer(to points: some Sequence<StoredPoint>) -> KeptAnswer {
        KeptAnswer(status: 201, body: Array("\(points.map(\.id.number))".utf8))
    }

    @Test("the same key twice stores one point and has the first answer", arguments: TestDatabase.engines)
    func repeated(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let request = request(in: workspace)

            let first = try await workspace.queue.ingest([.fixture()], workspaceID: workspace.id, once: request)
            workspace.clock.advance(seconds: 60)
            let second = try await workspace.queue.ingest([.fixture()], workspaceID: workspace.id, once: request)

            let stored = try #require(first.value)
            #expect(second.value == nil)
            #expect(second.keptAnswer == answer(to: stored))
            #expect(try await workspace.list().points == Array(stored))
            #expect(
                try await IdempotencyStore(database: database).answer(to: request.key, now: .t0) == answer(to: stored))
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("a key with another body is refused and stores nothing", arguments: TestDatabase.engines)
    func mismatch(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            _ = try await workspace.queue.ingest(
                [.fixture()], workspaceID: workspace.id, once: request(in: workspace))
            let before = try await database.contents()

            await #expect(throws: IdempotencyMismatch()) {
                try await workspace.queue.ingest(
                    [.fixture(.users, "2")], workspaceID: workspace.id, once: request(body: 2, in: workspace))
            }

            #expect(try await database.contents() == before)
        }
    }

    @Test("another key, and the same of another user, stores its own point", arguments: TestDatabase.engines)
    func apart(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let requests = [
                request(in: workspace), request("other", in: workspace), request(userID: 2, body: 2, in: workspace),
            ]

            var stored: [StoredPoint] = []
            for request in requests {
                let outcome = try await workspace.queue.ingest(
                    [.fixture()], workspaceID: workspace.id, once: request)
                stored += outcome.value.stored
            }

            #expect(stored.count == 3)
            #expect(try await workspace.list().points == Array(stored.reversed()))
        }
    }

    @Test("a key is free again after 24 hours", arguments: TestDatabase.engines)
    func expiry(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let request = request(in: workspace)
            _ = try await workspace.queue.ingest([.fixture()], workspaceID: workspace.id, once: request)

            workspace.clock.advance(seconds: 24 * 3600 - 1)
            let last = try await workspace.queue.ingest([.fixture()], workspaceID: workspace.id, once: request)
            workspace.clock.advance(seconds: 1)
            let again = try await workspace.queue.ingest([.fixture()], workspaceID: workspace.id, once: request)

            #expect(last.keptAnswer != nil)
            #expect(again.value?.count == 1)
            #expect(try await workspace.list().total == 2)
        }
    }

    @Test("a request that is refused leaves its key free", arguments: TestDatabase.engines)
    func refused(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            try await workspace.ingest(.huge(.max - 10))
            let request = request(in: workspace)

            await #expect(throws: ValidationError.self) {
                try await workspace.queue.ingest([.huge(11)], workspaceID: workspace.id, once: request)
            }
            let outcome = try await workspace.queue.ingest([.huge(10)], workspaceID: workspace.id, once: request)

            #expect(outcome.value?.map(\.point) == [.huge(10)])
        }
    }

    /// Sends requests so that one transaction has them all.
    ///
    /// The queue must stand on the given database.
    private func ingestTogether(
        on database: ObservedDatabase, in workspace: TestWorkspace, _ requests: [KeyedRequest<StoredBatch>?]
    ) async throws -> [Result<Outcome<StoredBatch>, any Error>] {
        database.hold()
        let first = Task.immediate { try await workspace.ingest(.fixture(.bounceRate)) }
        await database.untilHeld()
        let tasks = requests.map { request in
            Task.immediate {
                try await workspace.queue.ingest([.fixture(.users)], workspaceID: workspace.id, once: request)
            }
        }
        database.release()
        _ = try await first.value
        var outcomes: [Result<Outcome<StoredBatch>, any Error>] = []
        for task in tasks { outcomes.append(await task.result) }
        return outcomes
    }

    @Test("of two with one key in the same transaction one is stored, and both have its answer")
    func sameTransaction() async throws {
        try await withDatabase { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let request = request(in: workspace)

            let outcomes = try await ingestTogether(on: database, in: workspace, [request, nil, request])

            let answers = try outcomes.map { try $0.get() }
            let stored = try #require(answers[0].value)
            #expect(answers[1].value?.count == 1)
            #expect(answers[2].keptAnswer == answer(to: stored))
            #expect(try await workspace.list(PointFilter(metric: .users)).total == 2)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("of two with one key and different bodies in the same transaction the later is refused")
    func sameTransactionMismatch() async throws {
        try await withDatabase { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)

            let outcomes = try await ingestTogether(
                on: database, in: workspace, [request(in: workspace), request(body: 2, in: workspace), nil])

            #expect(outcomes.map { $0.error as? IdempotencyMismatch } == [nil, IdempotencyMismatch(), nil])
            #expect(try await workspace.list(PointFilter(metric: .users)).total == 2)
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("repetitions and mismatches take nothing from their neighbours in the transaction")
    func neighbours() async throws {
        try await withDatabase { base in
            let database = ObservedDatabase(base)
            let workspace = try await TestWorkspace(database)
            let first = try await workspace.queue.ingest(
                [.fixture(.orders)], workspaceID: workspace.id, once: request(in: workspace))
            let before = database.commits

            let outcomes = try await ingestTogether(
                on: database, in: workspace,
                [
                    request("a", in: workspace), request(in: workspace), nil, request(body: 2, in: workspace),
                    request("b", in: workspace),
                ])

            let stored = outcomes.map { (try? $0.get())?.value?.first }
            #expect(database.commits - before == 2)
            #expect(stored.map { $0 != nil } == [true, false, true, false, true])
            #expect(try outcomes[1].get().keptAnswer == answer(to: first.value.stored))
            #expect(outcomes[3].error is IdempotencyMismatch)
            let list = try await workspace.list(PointFilter(metric: .users))
            #expect(list.points == Array(stored.compactMap { $0 }.reversed()))
            for (text, index) in [("a", 0), ("b", 4)] {
                let kept = try await IdempotencyStore(database: database).answer(
                    to: request(text, in: workspace).key, now: .t0)
                #expect(kept == stored[index].map { answer(to: [$0]) })
            }
            try await expectRollupsMatchPoints(database)
        }
    }

    @Test("many at once with a key each, sent twice, store one point for each key", arguments: TestDatabase.engines)
    func retries(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)

            let outcomes = try await withThrowingTaskGroup(of: Outcome<StoredBatch>.self) { group in
                for number in 0..<200 {
                    let request = request("\(number / 2)", in: workspace)
                    group.addTask {
                        try await workspace.queue.ingest([.fixture(.users)], workspaceID: workspace.id, once: request)
                    }
                }
                return try await group.reduce(into: [Outcome<StoredBatch>]()) { $0.append($1) }
            }

            let stored = outcomes.compactMap(\.value)
            #expect(stored.count == 100)
            #expect(
                Set(outcomes.compactMap(\.keptAnswer?.body)) == Set(stored.map { answer(to: $0).body }))
            #expect(try await workspace.list(limit: 1).total == 100)
            try await expectRollupsMatchPoints(database)
        }
    }
}
