import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct BodyPaceTests {
    @Test("a body of a byte now and then ends with its connection")
    func slowBody() throws {
        try withConnection { channel, loop in
            try channel.read(.head(.post))
            for _ in 1...6 {
                try channel.read(.body(ByteBuffer(string: "a")))
                loop.advanceTime(by: .seconds(9))
            }
            #expect(channel.isActive)

            loop.advanceTime(by: .seconds(6))

            #expect(!channel.isActive)
        }
    }

    @Test("a body that arrives at the pace may take as long as it likes")
    func steadyBody() throws {
        try withConnection { channel, loop in
            try channel.read(.head(.post))

            for _ in 1...1_000 {
                try channel.read(.body(ByteBuffer(repeating: 0x61, count: 100)))
                loop.advanceTime(by: .seconds(1))
            }

            #expect(channel.isActive)
        }
    }

    @Test("a body that stops arriving gets the time that its bytes have earned, and no more")
    func stoppedBody() throws {
        try withConnection { channel, loop in
            try channel.read(.head(.post))
            try channel.read(.body(ByteBuffer(repeating: 0x61, count: 3_000)))

            loop.advanceTime(by: .seconds(89))
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(2))

            #expect(!channel.isActive)
        }
    }

    @Test("a request that is complete does not end by it, however long its answer takes")
    func completeRequest() throws {
        try withConnection { channel, loop in
            try channel.read(.head(.post))
            try channel.read(.body(ByteBuffer(string: "a")))
            loop.advanceTime(by: .seconds(50))
            try channel.read(.end(nil))

            loop.advanceTime(by: .hours(1))

            #expect(channel.isActive)
        }
    }

    @Test("each request on a connection has a time of its own")
    func nextRequest() throws {
        try withConnection { channel, loop in
            for _ in 1...10 {
                try channel.read(.head(.post))
                loop.advanceTime(by: .seconds(50))
                try channel.read(.end(nil))
            }
            #expect(channel.isActive)

            try channel.read(.head(.post))
            loop.advanceTime(by: .seconds(61))

            #expect(!channel.isActive)
        }
    }

    @Test("what arrives goes on to the request")
    func passedOn() throws {
        let parts: [HTTPRequestPart] = [.head(.post), .body(ByteBuffer(string: "abc")), .end(nil)]
        try withConnection { channel, _ in
            for part in parts { try channel.read(part) }

            let passed = try parts.map { _ in try channel.readInbound(as: HTTPRequestPart.self) }
            #expect(passed == parts)
        }
    }

    /// A connection whose bodies have 60 s and a second for every 100 bytes.
    private func withConnection(_ body: (EmbeddedChannel, EmbeddedEventLoop) throws -> Void) throws {
        let loop = EmbeddedEventLoop()
        let pace = BodyPace(grace: .seconds(60), bytesPerSecond: 100)
        let channel = EmbeddedChannel(handler: BodyPaceHandler(pace: pace), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try body(channel, loop)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}

extension EmbeddedChannel {
    /// Has a part arrive in a read of its own.
    fileprivate func read(_ part: HTTPRequestPart) throws {
        try writeInbound(part)
    }
}

extension HTTPRequest {
    fileprivate static let post = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/")
}
