import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import NIOCore
import NIOEmbedded
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct EventHubTests {
    private struct Rig: Sendable {
        let hub: EventHub
        let session: Session
        let database: any Database

        func enter() -> StreamReader? { hub.enter(session, over: NIOAsyncTestingChannel(), latestID: 0) }

        func log(_ count: Int) async throws {
            try await database.write { connection in
                try connection.log(Array(repeating: .fixture(), count: count), workspaceID: 1)
            }
        }
    }

    private func withHub(_ body: @escaping @Sendable (Rig) async throws -> Void) async throws {
        try await withAPI { api in
            _ = try await api.register()
            let tokens = TokenStore(database: api.database)
            let authentication = Authentication(
                tokens: tokens, uses: TokenUseLog(tokens: tokens), versions: api.database.versions, now: { .t0 })
            let hub = EventHub(
                events: EventStore(database: api.database), versions: api.database.versions,
                authentication: authentication, now: { .t0 })
            let session = try #require(try await authentication.sessions(of: [1])[1])
            try await body(Rig(hub: hub, session: session, database: api.database))
        }
    }

    @Test("a token has so many streams and no more, and one that is left makes room")
    func most() async throws {
        try await withHub { rig in
            let readers = (0..<EventHub.mostOfToken).compactMap { _ in rig.enter() }

            let tooMany = rig.enter()
            rig.hub.leave(try #require(readers.first))
            rig.hub.leave(try #require(readers.first))
            let again = rig.enter()
            let tooManyAgain = rig.enter()

            #expect(readers.count == EventHub.mostOfToken)
            #expect(tooMany == nil)
            #expect(again != nil)
            #expect(tooManyAgain == nil)
            for reader in readers + [again].compactMap(\.self) { rig.hub.leave(reader) }
            #expect(rig.hub.readerCount == 0)
        }
    }

    @Test("a reader that does not keep up is cut off behind what waits for it")
    func slow() async throws {
        try await withHub { rig in
            let reader = try #require(rig.enter())

            // Nothing is taken while all of it is handed out.
            try await rig.log(1_000)
            while rig.hub.lastID(in: 1) != 1_000 { await Task.yield() }
            let taken = await reader.arrivals().compactMap(\.id)
            let rest = await reader.arrivals()

            #expect(taken == Array(1...Int64(StreamReader.mostWaiting)))
            #expect(rest.isEmpty)
            #expect(!reader.isReading)
            rig.hub.leave(reader)
        }
    }

    @Test("however many read, everyone is handed the same bytes in their order")
    func shared() async throws {
        try await withHub { rig in
            let readers = (0..<20).compactMap { _ in rig.enter() }

            for _ in 0..<50 { try await rig.log(2) }
            var taken: [[StreamPiece]] = []
            for reader in readers {
                var pieces: [StreamPiece] = []
                while pieces.count < 100 { pieces += await reader.arrivals().filter { $0.id != nil } }
                taken.append(pieces)
            }

            #expect(taken.allSatisfy { $0.map(\.id) == (1...100).map { Int64($0) } })
            let places = taken.map { $0[0].bytes.withUnsafeReadableBytes { $0.baseAddress } }
            #expect(Set(places).count == 1)
            for reader in readers { rig.hub.leave(reader) }
        }
    }

    @Test("a workspace that nobody reads any more, and then somebody again, is handed out in order")
    func again() async throws {
        try await withHub { rig in
            for round in 0..<50 {
                let reader = try #require(rig.enter())
                try await rig.log(1)
                var seen: [Int64] = []
                while seen.last != Int64(round) + 1 { seen += await reader.arrivals().compactMap(\.id) }
                rig.hub.leave(reader)

                #expect(seen == (1...Int64(round) + 1).map(\.self))
            }
        }
    }
}
