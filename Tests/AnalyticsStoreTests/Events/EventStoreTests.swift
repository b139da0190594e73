import AnalyticsCore
import AnalyticsTesting
import Synchronization
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct EventStoreTests {
    @Test(
        "what happens to an alert is logged as it was right after that, counted up by workspace",
        arguments: TestDatabase.engines)
    func log(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let other = try await TestWorkspace(database, email: "bob@example.com")
            let events = EventStore(database: database)
            for each in [workspace, other] { try await each.rules.fixture(workspaceID: each.id) }

            try await workspace.raise(.fixture(.revenue, "1"))
            try await other.raise(.fixture(.revenue, "1"))
            try await workspace.raise(.fixture(.revenue, "2"), .fixture(.revenue, "3"))
            _ = try await workspace.alerts.read(1, workspaceID: workspace.id, by: .init(id: 1, name: "Ada"), now: .t0)
            let resolved = try await workspace.resolve(1)
            try await workspace.resolve(1)

            let all = try await events.events(after: 0, limit: 100, workspaceID: workspace.id)
            let alerts = all.compactMap { event in if case .alert(let alert) = event.subject { alert } else { nil } }
            #expect(all.map(\.id) == [1, 2, 3, 4])
            #expect(all.map(\.kind) == [.alertTriggered, .alertUpdated, .alertUpdated, .alertResolved])
            #expect(alerts.map(\.occurrences) == [1, 3, 3, 3])
            #expect(alerts.map(\.status) == [.unread, .unread, .read, .resolved])
            #expect(alerts.last == resolved)
            #expect(try await events.events(after: 1, limit: 2, workspaceID: workspace.id).map(\.id) == [2, 3])
            #expect(try await events.latestID(workspaceID: workspace.id) == 4)
            #expect(try await events.latestID(workspaceID: other.id) == 1)
        }
    }

    @Test("what becomes of a report is logged from when it is asked for", arguments: TestDatabase.engines)
    func reports(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let (reports, queue) = (ReportStore(database: database), ReportQueue(database: database))
            for _ in 0..<2 {
                _ = try await reports.create(
                    NewReport(name: "Sales", type: .daily), workspaceID: workspace.id, by: .operator, now: .t0)
            }
            let first = try #require(try await queue.take(now: .t0))
            try await queue.complete(first, files: [.pdf: [1, 2, 3]], digest: .fixture, now: .t0)
            let second = try #require(try await queue.take(now: .t0))
            try await queue.fail(second, "no font", now: .t0)

            let all = try await EventStore(database: database).events(
                after: 0, limit: 100, workspaceID: workspace.id)
            let told = all.compactMap { event in
                if case .report(let report) = event.subject { report } else { nil }
            }
            #expect(told.map(\.status) == [.draft, .draft, .processing, .completed, .processing, .failed])
            #expect(told.map(\.id) == [1, 2, 1, 1, 2, 2])
            #expect(
                all.map(\.kind) == [
                    .reportUpdated, .reportUpdated, .reportUpdated, .reportCompleted, .reportUpdated, .reportUpdated,
                ])
            for id in [Int64(1), 2] {
                #expect(
                    try await reports.report(id, workspaceID: workspace.id) == told.last { $0.id == id })
            }
        }
    }

    @Test("who asks for what is behind an event misses none, however many write", arguments: TestDatabase.engines)
    func order(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let events = EventStore(database: database)
            // Each point breaks a rule of its own: several breaches of one may be told by one event.
            for number in 0..<64 {
                try await workspace.rules.fixture(.fixture(.orders, .equal, "\(number)"), workspaceID: workspace.id)
            }
            let queues = (0..<4).map { _ in IngestQueue(database: database, now: { .t0 }) }
            let reading = Task {
                var seen: [Int64] = []
                while seen.count < 64 {
                    seen += try await events.events(after: seen.last ?? 0, limit: 10, workspaceID: workspace.id).map(
                        \.id)
                }
                return seen
            }

            try await withThrowingTaskGroup { group in
                for number in 0..<64 {
                    group.addTask {
                        _ = try await queues[number % 4].ingest(
                            [.fixture(.orders, "\(number)")], workspaceID: workspace.id)
                    }
                }
                try await group.waitForAll()
            }

            #expect(try await reading.value == Array(1...64))
        }
    }

    @Test("what a newer program logged is passed over", arguments: TestDatabase.engines)
    func unknownKind(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let events = EventStore(database: database)
            try await database.write { try $0.log(Array(repeating: .fixture(), count: 3), workspaceID: workspace.id) }

            try await database.run("UPDATE event SET kind = 'report-drawn', subject = '{}' WHERE id = 2")

            #expect(try await events.events(after: 0, limit: 9, workspaceID: workspace.id).map(\.id) == [1, 3])
            #expect(try await events.events(after: 1, limit: 9, workspaceID: workspace.id).map(\.id) == [3])
        }
    }

    @Test("an alert is read as it was kept when there were first any")
    func firstVersion() throws {
        let text = #"""
            {"id":7,"rule":{"id":3,"name":"Low"},"metric":"revenue","condition":"daily","comparison":"<","threshold":1000000,
            "severity":"critical","breach":{"value":800000,"day":20780,"isLate":true,"recordID":9},"message":"m",
            "occurrences":2,"triggeredAt":1795428000000,"lastTriggeredAt":1795428001000,
            "read":{"at":1795428000000,"person":{"id":1,"name":"Ada"}},"resolution":{"at":1795428000000,"note":"n"}}
            """#

        #expect(try StoredJSON.value(of: "an alert", in: text) == Self.kept)
    }

    private static let kept = Alert(
        id: 7, rule: .init(id: 3, name: "Low"), metric: .revenue, condition: .daily, comparison: .below,
        threshold: Amount(tenThousandths: 1_000_000), severity: .critical,
        breach: Breach(value: Amount(tenThousandths: 800_000), day: .d0, isLate: true, recordID: 9), message: "m",
        occurrences: 2, triggeredAt: .t0, lastTriggeredAt: Instant.t0.advanced(bySeconds: 1),
        read: .init(at: .t0, person: .init(id: 1, name: "Ada")),
        resolution: .init(at: .t0, person: nil, note: "n"))

    @Test("events are removed after seven days, and their numbers are not given again", arguments: TestDatabase.engines)
    func prune(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspace = try await TestWorkspace(database)
            let events = EventStore(database: database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            try await workspace.raise(.fixture(.revenue, "1"))
            workspace.clock.advance(seconds: 60)
            try await workspace.raise(.fixture(.revenue, "1"))

            let early = try await events.prune(now: Instant.t0.advanced(bySeconds: 7 * 86_400 - 1))
            let onTime = try await events.prune(now: Instant.t0.advanced(bySeconds: 7 * 86_400))
            try await workspace.raise(.fixture(.revenue, "1"))

            #expect([early, onTime] == [0, 1])
            #expect(try await events.events(after: 0, limit: 9, workspaceID: workspace.id).map(\.id) == [2, 3])
        }
    }

    @Test("what a commit changed is told by kind, and what was not committed is not", arguments: TestDatabase.engines)
    func news(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let told = Mutex<[CommittedChanges]>([])
            let workspace = try await TestWorkspace(database)
            database.versions.observe { news in
                if case .committed(let changes) = news { told.withLock { $0.append(changes) } }
            }

            try await database.write { $0.note(.events, in: 7) }
            _ = try? await database.write { connection in
                connection.note(.events, in: 8)
                throw StoreError(.conflict, "not done")
            }
            try await workspace.ingest(.fixture())

            let changes = told.withLock { $0 }
            #expect(changes.map { $0[.events] } == [[7], []])
            #expect(changes.map { $0[.data] } == [[], [workspace.id]])
        }
    }

    @Test("a process is told of the events that another commits", .enabled(if: TestDatabase.hasPostgres))
    func processes() async throws {
        try await withDatabaseURL(.postgres) { url in
            let database = try await openDatabase(url)
            _ = try await Migrator(database: database).migrate(now: .t0)
            let other = try await PostgresDatabase.open(PostgresURL(url), isFollowing: true, limits: .patient)
            let workspace = try await TestWorkspace(database)
            try await workspace.rules.fixture(workspaceID: workspace.id)
            let told = AsyncStream<Set<Int64>>.makeStream()
            other.versions.observe { news in
                if case .committed(let changes) = news, !changes[.events].isEmpty {
                    told.continuation.yield(changes[.events])
                }
            }
            while other.versions.current(workspaceID: 1) == nil { await Task.yield() }

            try await workspace.raise(.fixture(.revenue, "1"))
            var all = told.stream.makeAsyncIterator()
            let first = await all.next()

            #expect(first == [workspace.id])
            await other.close()
            try await database.close()
        }
    }

    @Test("what processes tell each other is read as it was written, and nonsense is passed over")
    func text() {
        var changes = CommittedChanges()
        for change in CommittedChange.allCases { changes.note(change, in: 12) }
        changes.note(.events, in: 5)

        #expect(changes.text == "12,e5,e12,d12,s12")
        #expect(CommittedChanges(text: changes.text) == changes)
        #expect(CommittedChanges(text: "x,e,,9x").isEmpty)
    }
}
