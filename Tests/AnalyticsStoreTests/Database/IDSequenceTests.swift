import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite struct IDSequenceTests {
    @Test("each kind counts from 1 on its own", arguments: TestDatabase.engines)
    func counts(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let ids = try await database.write { connection in
                try [IDSequence.user, .user, .token, .user, .dataImport, .workspace].map(connection.nextID)
            }

            #expect(ids == [1, 2, 1, 3, 1, 1])
        }
    }

    @Test("an id of a transaction that failed is given again", arguments: TestDatabase.engines)
    func failed(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            await #expect(throws: CancellationError.self) {
                try await database.write { connection in
                    _ = try connection.nextID(of: .user)
                    throw CancellationError()
                }
            }

            let id = try await database.write { try $0.nextID(of: .user) }
            #expect(id == 1)
        }
    }
}
