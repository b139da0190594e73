import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import Logging
import Synchronization
import Testing

@Suite(.timeLimit(.patient)) struct WatchDiskTests {
    /// Makes workspaces with so many points each, and returns their numbers.
    private func makeWorkspaces(_ counts: [Int], in database: any Database) async throws -> [Int64] {
        let queue = IngestQueue(database: database, now: { .t0 })
        var ids: [Int64] = []
        for (number, count) in counts.enumerated() {
            let id = try await AccountStore(database: database).fixture(email: "\(number)@example.com").workspace.id
            _ = try await queue.ingest(
                Array(repeating: try NewPoint.fixture(), count: count), workspaceID: id)
            ids.append(id)
        }
        return ids
    }

    @Test(
        "the less is free, the more of the largest workspaces are refused, and none where there is room",
        arguments: TestDatabase.engines)
    func refuses(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ids = try await makeWorkspaces([10, 60, 30], in: database)
            let storage = StorageGuard()
            let free = Mutex<Double?>(nil)
            let job = WatchDisk(
                usage: UsageStore(database: database), storage: storage, reservePercent: 10,
                logger: Logger(label: "test")
            ) { free.withLock { $0 } }
            func refused(withFree share: Double?) async throws -> [Bool] {
                free.withLock { $0 = share }
                try await job.run()
                return ids.map(storage.refuses)
            }

            #expect(try await refused(withFree: 0.5) == [false, false, false])
            #expect(try await refused(withFree: 0.09) == [false, true, false])
            #expect(try await refused(withFree: 0.02) == [false, true, true])
            #expect(try await refused(withFree: 0) == [true, true, true])
            #expect(try await refused(withFree: nil) == [false, false, false])
        }
    }

    @Test("a workspace that has the server to itself is never refused", arguments: TestDatabase.engines)
    func alone(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ids = try await makeWorkspaces([10], in: database)
            let storage = StorageGuard()
            let job = WatchDisk(
                usage: UsageStore(database: database), storage: storage, reservePercent: 10,
                logger: Logger(label: "test")
            ) { 0.01 }

            try await job.run()

            #expect(!storage.refuses(ids[0]))
        }
    }

    @Test("the free share of a disk is known where a file lies, and not where none does")
    func share() async throws {
        try await withTemporaryFolder { folder in
            let share = try #require(WatchDisk.freeShare(at: folder))
            #expect((0...1).contains(share))
            #expect(WatchDisk.freeShare(at: folder + "/nothing/there") == nil)
        }
    }
}
