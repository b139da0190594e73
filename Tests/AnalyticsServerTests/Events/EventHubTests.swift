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
        /// Two of one user, and one of another, by token.
        let sessions: [Int64: Session]
        let database: any Database

        func enter(_ other: Session? = nil) -> StreamReader? {
            try? hub.enter(other ?? session, over: NIOAsyncTestingChannel(), latestID: 0)
        }

        func log(_ count: Int) async throws {
            try await database.write { connection in
                try connection.log(Array(repeating: .fixture(), count: count), workspaceID: 1)
            }
        }
    }

    /// - Parameter mostOfUser: The most streams of a user.
    private func withHub(
        mostOfUser: Int = 0, _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        try await withAPI { api in
            _ = try await api.register()
            _ = try await api.token()
            _ = try await api.register(email: "grace@example.com")
            let tokens = TokenStore(database: api.database)
            let authentication = Authentication(
                tokens: tokens, uses: TokenUseLog(tokens: tokens), versions: api.database.versions,
                limits: RateLimitCounters(.none), publicURL: PublicURL("http://localhost"), now: { .t0 })
            let hub = EventHub(
                events: EventStore(database: api.database), versions: api.database.versions,
                authentication: authentication, mostOfUser: mostOfUser, now: { .t0 })
            let sessions = try await authentication.sessions(of: [1, 2, 3])
            let session = try #require(sessions[1])
            try await body(Rig(hub: hub, session: session, sessions: sessions, database: api.database))
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

    @Test("a user has a number of streams with all tokens, and other users have theirs")
    func mostOfUser() async throws {
        try await withHub(mostOfUser: 3) { rig in
            let other = try #require(rig.sessions[2])
            #expect(other.member.user.id == rig.session.member.user.id)
            let readers = [rig.enter(), rig.enter(), rig.enter(other)].compactMap(\.self)

            let tooMany = [rig.enter(), rig.enter(other)].compactMap(\.self)
            let grace: Session = try #require(rig.sessions[3])
            let stranger = rig.enter(grace)
            rig.hub.leave(try #require(readers.first))
            let again = rig.enter(other)

            #expect(readers.count == 3)
            #expect(tooMany.isEmpty)
            #expect(stranger != nil)
            #expect(again != nil)
            for reader in readers + [stranger, again].compactMap(\.self) { rig.hub.leave(reader) }
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

    @Test("a browser that reads a stream stays logged in as long as it does, and 30 days at most")
    func browserReads() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let tokens = TokenStore(database: api.database)
            let clock = api.clock
            let authentication = Authentication(
                tokens: tokens, uses: TokenUseLog(tokens: tokens), versions: api.database.versions,
                limits: RateLimitCounters(.none), publicURL: PublicURL("http://localhost"), now: { clock.now })
            let hub = EventHub(
                events: EventStore(database: api.database), versions: api.database.versions,
                authentication: authentication, pace: EventHub.Pace(check: .milliseconds(5)), now: { clock.now })
            let account = try await AccountStore(database: api.database).credentials(
                email: EmailAddress(trusted: "ada@example.com"))
            let login = try await tokens.issueForLogin(
                NewLoginToken(
                    name: "dashboard", expiresAt: clock.now.advanced(bySeconds: BrowserSession.idleSeconds),
                    isBrowser: true), of: try #require(account).member.user, from: nil, now: clock.now)
            let id = login.token.id
            let session = try #require(try await authentication.sessions(of: [id])[id])
            let reader = try hub.enter(session, over: NIOAsyncTestingChannel(), latestID: 0)
            func end() async throws -> Instant? { try await tokens.session(tokenID: id)?.token.expiresAt }

            // Far beyond the end that the session had when the stream began.
            for _ in 0..<60 {
                clock.advance(seconds: BrowserSession.idleSeconds - 60)
                let expected = BrowserSession.end(begunAt: .t0, usedAt: clock.now)
                while try await end() != expected { try await Task.sleep(for: .milliseconds(1)) }
                #expect(reader.isReading)
            }
            clock.advance(seconds: 3_600)
            while reader.isReading { try await Task.sleep(for: .milliseconds(1)) }

            #expect(try await end() == Instant.t0.advanced(bySeconds: BrowserSession.longestSeconds))
            hub.leave(reader)
        }
    }
}
