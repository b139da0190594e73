import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite(.timeLimit(.patient)) struct BodyRoomTests {
    private static let free = BodyRoom.free

    @Test("the bytes of one account's bodies are bounded, and others have their own")
    func account() throws {
        let room = BodyRoom(.init(total: 1_000_000, account: 100_000))
        let first = room.lease(to: .user(1))
        try first.take(Self.free + 90_000)

        let second = room.lease(to: .user(1))
        try second.take(Self.free + 10_000)
        #expect(throws: APIError.self) { try second.take(1) }
        try room.lease(to: .user(2)).take(Self.free + 100_000)
        first.end()
        try second.take(1)
    }

    @Test("the bytes of all bodies together are bounded, but for the first of each")
    func total() throws {
        let room = BodyRoom(.init(total: 100_000, account: 0))
        let large = room.lease(to: .user(1))
        try large.take(Self.free + 100_000)

        let small = room.lease(to: .user(2))
        try small.take(Self.free)
        #expect(throws: APIError.self) { try small.take(1) }
        large.end()
        large.end()
        try small.take(1)
        small.end()
        #expect(room.total == 0)
    }

    @Test("clients without a token count by their network")
    func clients() throws {
        let room = BodyRoom(.init(total: 0, account: 100_000))
        try room.lease(to: .client(NetworkAddress("192.0.2.2"))).take(Self.free + 100_000)
        let lease = room.lease(to: .client(NetworkAddress("2001:db8::1")))
        try lease.take(Self.free + 100_000)

        #expect(throws: APIError.self) {
            try room.lease(to: .client(NetworkAddress("2001:db8::2"))).take(Self.free + 1)
        }
        withExtendedLifetime(lease) {}
    }

    @Test("0 is no bound")
    func none() throws {
        try BodyRoom(.init(total: 0, account: 0)).lease(to: .user(1)).take(.max / 2)
    }

    @Test("unfinished bodies of one user leave room for everybody's small ones, and for others' large ones")
    func unfinished() async throws {
        var settings = API.Settings.unlimited()
        // The room of a user is that of the largest body then.
        settings.bodyLimit = 100_000
        settings.batches.bytes = 100_000
        settings.connections.bodyBytesOfUser = 1
        settings.connections.bodyPace = 0
        settings.connections.idleSeconds = 3_600
        try await withAPI(isListening: true, settings: settings) { api in
            let token = try await api.register()
            let other = try await api.register(email: "grace@example.com")
            let port = try #require(api.port)
            let connection = try RawExchange(port: port).begin(
                "POST /api/v1/analytics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                    + String(repeating: " ", count: 99_000))
            defer { close(connection) }
            let point = #"{"metric_type": "users", "value": 1}"#
            let large = String(repeating: " ", count: 60_000) + point

            // Until all of it has arrived.
            var refused = try await api.ingest(large, token: token)
            while refused.status == .created { refused = try await api.ingest(large, token: token) }
            let small = try await api.ingest(point, token: token)
            let others = try await api.ingest(large, token: other)

            #expect(refused.status == .serviceUnavailable)
            #expect(
                refused.body
                    == refusal("Too many large bodies are being sent at once. Try again soon.", "unavailable"))
            #expect(refused.headers[.retryAfter] == "1")
            #expect(small.status == .created)
            #expect(others.status == .created)
        }
    }
}
