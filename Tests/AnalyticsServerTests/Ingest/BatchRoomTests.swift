import AnalyticsTesting
import HTTPTypes
import Synchronization
import Testing

@testable import AnalyticsServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite(.timeLimit(.patient)) struct BatchRoomTests {
    /// A clock that stands still until it is moved.
    private final class Clock: Sendable {
        private let offset = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        var now: ContinuousClock.Instant { start + offset.withLock { $0 } }

        func advance(by duration: Duration) { offset.withLock { $0 += duration } }
    }

    @Test("what all batches together may hold is bounded, and given back")
    func bound() throws {
        let room = BatchRoom(most: 8_000)
        let leases = (1...4).map { room.lease(workspaceID: $0) }
        for lease in leases { try lease.extend(to: 1_000) }
        let late = room.lease(workspaceID: 5)

        #expect(throws: APIError.self) { try late.extend(to: 1) }
        leases[0].end()
        try late.extend(to: 1_000)
        #expect(throws: APIError.self) { try room.lease(workspaceID: 6).extend(to: 1) }
    }

    @Test("a workspace has a quarter of the room, however many of its batches are under way")
    func quarter() throws {
        let room = BatchRoom(most: 40_000)
        let leases = (0..<5).map { _ in room.lease(workspaceID: 1) }
        for lease in leases { try lease.extend(to: 1_000) }

        #expect(throws: APIError.self) { try room.lease(workspaceID: 1).extend(to: 1) }
        try room.lease(workspaceID: 2).extend(to: 9_000)
        leases[0].end()
        try room.lease(workspaceID: 1).extend(to: 1_000)
    }

    @Test(
        "a workspace's part has room for a batch of the largest size, whatever that is", arguments: [1, 10_000, 90_000])
    func largest(records: Int) throws {
        var limits = BatchLimits()
        limits.records = records

        try BatchRoom(for: limits).lease(workspaceID: 1).extend(to: records)
    }

    @Test("room of a body that stands still for five seconds goes to others that need it, and not before")
    func standingStill() async throws {
        let clock = Clock()
        let room = BatchRoom(most: 8_000, now: { clock.now })
        let still = room.lease(workspaceID: 1)
        try still.extend(to: 1_000)

        try await still.waiting { () throws(APIError) in
            clock.advance(by: .milliseconds(4_999))
            let early = room.lease(workspaceID: 1)
            #expect(throws: APIError.self) { try early.extend(to: 1) }
            clock.advance(by: .milliseconds(1))
            try early.extend(to: 1_000)
            early.end()
        }
        // Its room was free again when it went on.
        #expect(throws: APIError.self) { try room.lease(workspaceID: 1).extend(to: 1) }
        still.end()
        try room.lease(workspaceID: 1).extend(to: 1_000)
    }

    @Test("a body that goes on after others took its room is refused, unless there is room again")
    func displaced() async throws {
        let clock = Clock()
        let room = BatchRoom(most: 8_000, now: { clock.now })
        let still = room.lease(workspaceID: 1)
        try still.extend(to: 1_000)
        let other = room.lease(workspaceID: 1)

        await #expect(throws: APIError.self) {
            try await still.waiting { () throws(APIError) in
                clock.advance(by: .seconds(5))
                try other.extend(to: 1_000)
            }
        }
        other.end()
        try await still.waiting { () throws(APIError) in }
    }

    @Test("the time in which the server itself is busy is none in which a body stands still")
    func busyServer() async throws {
        let clock = Clock()
        let room = BatchRoom(most: 8_000, now: { clock.now })
        let lease = room.lease(workspaceID: 1)
        try await lease.waiting { () throws(APIError) in }
        try lease.extend(to: 1_000)

        clock.advance(by: .seconds(60))

        #expect(throws: APIError.self) { try room.lease(workspaceID: 1).extend(to: 1) }
    }

    @Test("half-sent batches of one workspace leave room for those of others")
    func halfSent() async throws {
        var settings = API.Settings.unlimited()
        settings.connections.bodyPace = 0
        settings.connections.idleSeconds = 3_600
        settings.batches.patience = .seconds(3_600)
        try await withAPI(isListening: true, settings: settings) { api in
            let attacker = try await api.register()
            let victim = try await api.register(email: "grace@example.com")
            let lines = "metric_type,value\n" + String(repeating: "orders,1\n", count: 9_990)
            let request =
                "POST /api/v1/analytics/batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(attacker)\r\n"
                + "Content-Type: text/csv\r\nContent-Length: \(lines.utf8.count + 100)\r\n\r\n" + lines
            let port = try #require(api.port)
            let connections = try (0..<22).map { _ in try RawExchange(port: port).begin(request) }
            defer { for connection in connections { close(connection) } }
            func batch(_ token: String) async throws -> Answer {
                try await api.send(
                    .post, "/api/v1/analytics/batch", token: token, body: Array(lines.utf8),
                    headers: [.contentType: "text/csv"])
            }

            // Once there is no room for another batch of its own, it has taken what it could from others.
            while try await batch(attacker).status != .serviceUnavailable {}
            let other = try await batch(victim)

            #expect(other.status == .created)
        }
    }
}
