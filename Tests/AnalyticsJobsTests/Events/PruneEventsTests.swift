import AnalyticsCore
import AnalyticsJobs
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct PruneEventsTests {
    @Test(
        "all events older than seven days are removed in one run, however many, and no others",
        .timeLimit(.patient), arguments: TestDatabase.engines)
    func run(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let workspaceID = try await AccountStore(database: database).fixture().workspace.id
            let clock = TestClock()
            let events = EventStore(database: database)
            let job = PruneEvents(events: events, now: { clock.now })
            try await database.write {
                try $0.log(Array(repeating: .fixture(), count: 2_500), workspaceID: workspaceID)
            }

            clock.advance(seconds: EventStore.lifetimeSeconds - 1)
            try await job.run()
            let before = try await events.events(after: 0, limit: 3_000, workspaceID: workspaceID).count
            clock.advance(seconds: 1)
            try await job.run()

            #expect(before == 2_500)
            #expect(try await events.events(after: 0, limit: 1, workspaceID: workspaceID).isEmpty)
            #expect(try await events.latestID(workspaceID: workspaceID) == 2_500)
        }
    }
}
