import AnalyticsTesting
import NIOCore
import NIOEmbedded
import Testing

@testable import AnalyticsServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite(.timeLimit(.patient)) struct AnswerPaceTests {
    /// The bytes that the system has not taken yet.
    private final class Backlog {
        var bytes = 0
    }

    private func withConnection(_ body: (EmbeddedChannel, EmbeddedEventLoop, Backlog) throws -> Void) throws {
        let (loop, backlog) = (EmbeddedEventLoop(), Backlog())
        let handler = AnswerPaceHandler(limit: .seconds(60)) { _ in backlog.bytes }
        let channel = EmbeddedChannel(handler: handler, loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try body(channel, loop, backlog)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    private func answer(_ channel: EmbeddedChannel, bytes: Int) throws {
        try channel.writeOutbound(IOData.byteBuffer(ByteBuffer(repeating: 0x61, count: bytes)))
    }

    @Test("a client that takes nothing of an answer for a minute loses its connection")
    func stuck() throws {
        try withConnection { channel, loop, backlog in
            backlog.bytes = 1_000
            try answer(channel, bytes: 5_000)

            loop.advanceTime(by: .seconds(59))
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(11))

            #expect(!channel.isActive)
        }
    }

    @Test("a client that takes a little now and then has all the time that it needs")
    func slow() throws {
        try withConnection { channel, loop, backlog in
            backlog.bytes = 1_000
            try answer(channel, bytes: 5_000)

            for _ in 1...99 {
                loop.advanceTime(by: .seconds(49))
                backlog.bytes -= 10
            }

            #expect(channel.isActive)
        }
    }

    @Test("what is written for a client that takes nothing is no sign of life")
    func written() throws {
        try withConnection { channel, loop, backlog in
            backlog.bytes = 1_000
            try answer(channel, bytes: 5_000)
            for _ in 1...7 {
                loop.advanceTime(by: .seconds(10))
                backlog.bytes += 3
                if channel.isActive { try answer(channel, bytes: 3) }
            }

            #expect(!channel.isActive)
        }
    }

    @Test("a client that has taken everything owes nothing, however long the rest of its answer takes")
    func taken() throws {
        try withConnection { channel, loop, backlog in
            try answer(channel, bytes: 5_000)
            loop.advanceTime(by: .hours(1))
            backlog.bytes = 1_000
            try answer(channel, bytes: 1_000)
            loop.advanceTime(by: .seconds(30))
            backlog.bytes = 0
            loop.advanceTime(by: .hours(1))
            backlog.bytes = 1_000
            try answer(channel, bytes: 1_000)
            loop.advanceTime(by: .seconds(50))

            #expect(channel.isActive)
        }
    }

    @Test("an answer whose client reads nothing ends with its connection")
    func unread() async throws {
        var settings = API.Settings.unlimited()
        settings.connections.idleSeconds = 1
        try await withAPI(isListening: true, settings: settings) { api in
            // Far more than what the system holds for a connection.
            let request = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let exchange = RawExchange(port: try #require(api.port))
            let connection = try exchange.begin(String(repeating: request, count: 100))
            defer { close(connection) }
            #expect(await exchange.firstBytes(of: connection).hasPrefix("HTTP/1.1 200"))

            // The client of the tests asks for nothing, and goes before it.
            while api.connectionCount > 0 { try await Task.sleep(for: .milliseconds(10)) }
        }
    }
}
