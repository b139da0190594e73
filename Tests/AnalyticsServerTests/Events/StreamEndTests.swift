import AnalyticsCore
import AnalyticsTesting
import Foundation
import HTTPTypes
import Testing

@testable import AnalyticsServer
@testable import AnalyticsStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How streams of events end other than by their clients' wish.
@Suite(.timeLimit(.patient)) struct StreamEndTests {
    /// Settings of which heartbeats, which would find a dead connection in the end, are no part.
    ///
    /// - Parameter parting: Less than what a busy machine takes for sending what waits, or more.
    private static func settings(parting: Duration = .seconds(2)) -> API.Settings {
        var settings = API.Settings.unlimited()
        settings.eventPace.heartbeat = .seconds(3_600)
        settings.eventPace.check = .milliseconds(10)
        settings.eventPace.parting = parting
        return settings
    }

    /// Opens a stream, and reads nothing of it.
    private func openUnread(_ api: TestAPI, token: String) async throws -> Int32 {
        let request =
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Authorization: Bearer \(token)\r\n\r\n"
        let descriptor = try RawExchange(port: try #require(api.port)).begin(request)
        while api.streamCount == 0 { try await Task.sleep(for: .milliseconds(2)) }
        return descriptor
    }

    /// Has more happen than all that lies between here and a client can hold.
    ///
    /// - Parameters:
    ///   - events: How many events, of 40 kB each: the system holds some 4 MB for a connection.
    ///   - together: How many are committed at once.
    private func flood(_ api: TestAPI, events: Int, together: Int = 40) async throws {
        let message = String(repeating: "x", count: 40_000)
        for _ in 0..<events / together {
            try await api.database.write { connection in
                try connection.log(Array(repeating: .fixture(message: message), count: together), workspaceID: 1)
            }
        }
    }

    @Test("a client that closes its connection is gone at once")
    func closed() async throws {
        try await withAPI(isListening: true, settings: Self.settings()) { api in
            let descriptor = try await openUnread(api, token: try await api.register())

            close(descriptor)

            while api.streamCount > 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    @Test("the connection of a client that takes nothing is closed")
    func stuck() async throws {
        try await withAPI(isListening: true, settings: Self.settings(parting: .milliseconds(50))) { api in
            let descriptor = try await openUnread(api, token: try await api.register())
            defer { close(descriptor) }

            // How many it takes depends on how many were on their way in one piece when the socket was full.
            while api.streamCount > 0 {
                try await flood(api, events: 80)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// In one piece all is written, and not taken, before the stream ends; in several it ends while some waits to be written.
    @Test(
        "the end of the server waits neither for those who read nor for one that takes nothing", arguments: [40, 200])
    func shutdown(together: Int) async throws {
        let (ended, descriptor) = try await withAPI(isListening: true, settings: Self.settings()) { api in
            let token = try await api.register()
            let descriptor = try await openUnread(api, token: token)
            // Less than makes it be cut off before.
            try await flood(api, events: 200, together: together)
            let opened = AsyncStream.makeStream(of: Void.self)
            let ended = Task {
                let reader = try await EventReader(api, token: token)
                opened.continuation.finish()
                while try await reader.line() != nil {}
            }
            for await _ in opened.stream {}
            return (ended, descriptor)
        }

        try await ended.value
        close(descriptor)
    }

    /// Reads a connection to its end, so slowly that it takes about a given time.
    private func readSlowly(_ descriptor: Int32, bytes: Int, for duration: Duration) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: bytes / 40)
                while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
                    text += buffer[..<count]
                    Thread.sleep(forTimeInterval: duration / .seconds(1) * Double(count) / Double(bytes))
                }
                continuation.resume(returning: String(decoding: text, as: UTF8.self))
            }
        }
    }

    @Test("a client that reads slowly gets all that happened before its token was revoked, and a whole answer")
    func slowReader() async throws {
        let parting = Patience.seconds(2)
        try await withAPI(isListening: true, settings: Self.settings(parting: parting)) { api in
            let token = try await api.register()
            let descriptor = try await openUnread(api, token: token)
            defer { close(descriptor) }
            let other = try await EventReader(api, token: try await api.token())
            try await flood(api, events: 200)
            // What one was handed the other was handed, too.
            _ = try await other.numbered(200)

            let logout = try await api.send(.post, "/api/v1/auth/logout", token: token)
            // Longer than a client may take that takes nothing.
            let text = await readSlowly(descriptor, bytes: 8_000_000, for: parting * 1.5)

            #expect(logout.status == .ok)
            let ids = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }
            #expect(ids.count == 200)
            #expect(ids.last == "id: 200")
            #expect(text.hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test("a token with as many streams as it may have is refused another")
    func tooMany() async throws {
        var settings = Self.settings()
        settings.connections.streamsOfUser = 0
        try await withAPI(settings: settings) { api in
            let token = try await api.register()
            let streams = (0..<EventHub.mostOfToken).map { _ in
                Task { try await api.get("/api/v1/events", token: token) }
            }
            while api.streamCount < EventHub.mostOfToken { try await Task.sleep(for: .milliseconds(2)) }

            let refused = try await api.get("/api/v1/events", token: token)
            let other = try await api.send(.head, "/api/v1/events", token: token)

            #expect(refused.status == .tooManyRequests)
            #expect(
                refused.body
                    == refusal(
                        "The token has 100 open streams. Close one, or use another token.", "rate_limited"))
            #expect(refused.headers[.retryAfter] == "1")
            #expect(other.status == .ok)
            for stream in streams { stream.cancel() }
            for stream in streams { _ = await stream.result }
        }
    }

    @Test("a user with as many streams as the operator allows is refused another, with any token")
    func tooManyOfUser() async throws {
        var settings = Self.settings()
        settings.connections.streamsOfUser = 2
        try await withAPI(settings: settings) { [settings] api in
            let token = try await api.register()
            let streams = (0..<settings.connections.streamsOfUser).map { _ in
                Task { try await api.get("/api/v1/events", token: token) }
            }
            while api.streamCount < streams.count { try await Task.sleep(for: .milliseconds(2)) }

            let refused = try await api.get("/api/v1/events", token: try await api.token())

            #expect(refused.status == .tooManyRequests)
            #expect(refused.body == refusal("You have 2 open streams. Close one.", "rate_limited"))
            for stream in streams { stream.cancel() }
            for stream in streams { _ = await stream.result }
        }
    }

    @Test(
        "what another process commits reaches a stream, and when it revokes the token the stream ends",
        .enabled(if: TestDatabase.hasPostgres, Comment(rawValue: TestDatabase.noPostgres)))
    func otherProcess() async throws {
        try await withDatabaseURL(.postgres) { url in
            let there = try await openDatabase(url)
            try await Migrator(database: there).migrate(now: .t0)
            let here = try await PostgresDatabase.open(
                PostgresURL(url), connections: 4, isFollowing: true, limits: .patient)
            try await withAPI(on: there) { other in
                try await withAPI(on: here, isListening: true, settings: Self.settings()) { api in
                    let admin = try await other.register()
                    let token = try await other.token()
                    let reader = try await EventReader(api, token: token)
                    #expect(try await reader.line() == "retry: 2000")

                    try await there.write { try $0.log([.fixture()], workspaceID: 1) }
                    let ingest = try await other.ingest(#"{"metric_type": "revenue", "value": 1}"#, token: admin)
                    let seen = [try await reader.event()?.type, try await reader.event()?.type]
                    let logout = try await other.send(.post, "/api/v1/auth/logout", token: token)
                    while try await reader.line() != nil {}

                    #expect(ingest.status == .created)
                    #expect(Set(seen) == ["alert-triggered", "data-ingested"])
                    #expect(logout.status == .ok)
                    #expect(try await api.get("/api/v1/auth/me", token: token).status == .unauthorized)
                    #expect(try await api.get("/api/v1/auth/me", token: admin).status == .ok)
                }
            }
            await here.close()
            try await there.close()
        }
    }
}
