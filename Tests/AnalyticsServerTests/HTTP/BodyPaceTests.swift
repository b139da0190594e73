import AnalyticsTesting
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
            try channel.take(.head(.post))
            for _ in 1...6 {
                try channel.take(.body(ByteBuffer(string: "a")))
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
            try channel.take(.head(.post))

            for _ in 1...1_000 {
                try channel.take(.body(ByteBuffer(repeating: 0x61, count: 100)))
                loop.advanceTime(by: .seconds(1))
            }

            #expect(channel.isActive)
        }
    }

    @Test("a body that stops arriving gets the time that its bytes have earned, and no more")
    func stoppedBody() throws {
        try withConnection { channel, loop in
            try channel.take(.head(.post))
            try channel.take(.body(ByteBuffer(repeating: 0x61, count: 3_000)))

            loop.advanceTime(by: .seconds(89))
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(2))

            #expect(!channel.isActive)
        }
    }

    @Test("the time in which the server does not read is its own")
    func slowServer() throws {
        try withConnection { channel, loop in
            try channel.take(.head(.post))
            loop.advanceTime(by: .seconds(50))
            // It has enough to do with these.
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "a")))
            loop.advanceTime(by: .hours(1))
            #expect(channel.isActive)
            channel.read()
            loop.advanceTime(by: .seconds(9))
            #expect(channel.isActive)

            loop.advanceTime(by: .seconds(2))

            #expect(!channel.isActive)
        }
    }

    @Test("a body in memory has ten seconds, and then 64 kB a second; a phone's small one has its time")
    func held() throws {
        let held = BodyPace.held(bytesPerSecond: ConnectionLimits().bodyPace)
        try withConnection(held: held) { channel, loop in
            try channel.take(.head(.post))
            for _ in 1...3 {
                try channel.take(.body(ByteBuffer(repeating: 0x61, count: 200)))
                loop.advanceTime(by: .seconds(3))
            }
            try channel.take(.end(nil))
            #expect(channel.isActive)

            try channel.take(.head(.post))
            for _ in 1...100 {
                try channel.take(.body(ByteBuffer(repeating: 0x61, count: 65_536)))
                loop.advanceTime(by: .seconds(1))
            }
            #expect(channel.isActive)
            for _ in 1...22 where channel.isActive {
                try channel.take(.body(ByteBuffer(repeating: 0x61, count: 32_768)))
                loop.advanceTime(by: .seconds(1))
            }

            #expect(!channel.isActive)
        }
    }

    @Test("no pace is none")
    func anyPace() throws {
        try withConnection(held: .held(bytesPerSecond: 0)) { channel, loop in
            try channel.take(.head(.post))

            loop.advanceTime(by: .hours(100))

            #expect(channel.isActive)
        }
    }

    @Test("a file ends when nothing comes for a minute, and otherwise may be as slow as a bad line")
    func streamed() throws {
        let streamed = BodyPace.streamed(silence: .seconds(60))
        try withConnection(held: .held(bytesPerSecond: 65_536), streamed: streamed) { channel, loop in
            try channel.take(.head(.put))
            for _ in 1...100 {
                try channel.take(.body(ByteBuffer(repeating: 0x61, count: 512 * 60)))
                loop.advanceTime(by: .seconds(59))
            }
            #expect(channel.isActive)

            try channel.take(.body(ByteBuffer(repeating: 0x61, count: 1_000_000)))
            loop.advanceTime(by: .seconds(60))

            #expect(!channel.isActive)
        }
    }

    @Test("of all routes the content of an import alone is such a file")
    func files() async throws {
        try await withAPI { api in
            let isStreamed = API(testing: api.database, clock: api.clock, settings: .unlimited()).isStreamed
            func request(_ method: HTTPRequest.Method, _ path: String) -> HTTPRequest {
                HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
            }

            #expect(isStreamed(request(.put, "/api/v1/analytics/imports/7/content?last_day=2026-11-23")))
            #expect(!isStreamed(request(.post, "/api/v1/analytics/imports/7/content")))
            #expect(!isStreamed(request(.put, "/api/v1/analytics/imports/7")))
            #expect(!isStreamed(request(.post, "/api/v1/analytics/batch")))
        }
    }

    @Test("a request that is complete does not end by it, however long its answer takes")
    func completeRequest() throws {
        try withConnection { channel, loop in
            try channel.take(.head(.post))
            try channel.take(.body(ByteBuffer(string: "a")))
            loop.advanceTime(by: .seconds(50))
            try channel.take(.end(nil))

            loop.advanceTime(by: .hours(1))

            #expect(channel.isActive)
        }
    }

    @Test("each request on a connection has a time of its own")
    func nextRequest() throws {
        try withConnection { channel, loop in
            for _ in 1...10 {
                try channel.take(.head(.post))
                loop.advanceTime(by: .seconds(50))
                try channel.take(.end(nil))
            }
            #expect(channel.isActive)

            try channel.take(.head(.post))
            loop.advanceTime(by: .seconds(61))

            #expect(!channel.isActive)
        }
    }

    @Test("what arrives goes on to the request")
    func passedOn() throws {
        let parts: [HTTPRequestPart] = [.head(.post), .body(ByteBuffer(string: "abc")), .end(nil)]
        try withConnection { channel, _ in
            for part in parts { try channel.take(part) }

            let passed = try parts.map { _ in try channel.readInbound(as: HTTPRequestPart.self) }
            #expect(passed == parts)
        }
    }

    /// A connection on which PUT sends files.
    ///
    /// - Parameters:
    ///   - held: The pace of other bodies: 60 s and a second for every 100 bytes unless given.
    ///   - streamed: The pace of files.
    private func withConnection(
        held: BodyPace = BodyPace(grace: .seconds(60), bytesPerSecond: 100),
        streamed: BodyPace = .streamed(silence: .seconds(60)),
        _ body: (EmbeddedChannel, EmbeddedEventLoop) throws -> Void
    ) throws {
        let loop = EmbeddedEventLoop()
        let handler = BodyPaceHandler(held: held, streamed: streamed) { $0.method == .put }
        let channel = EmbeddedChannel(handler: handler, loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try body(channel, loop)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}

extension EmbeddedChannel {
    /// Has a part arrive in a read of its own, after which the server reads on.
    fileprivate func take(_ part: HTTPRequestPart) throws {
        try writeInbound(part)
        read()
    }
}

extension HTTPRequest {
    fileprivate static let post = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/")
    fileprivate static let put = HTTPRequest(method: .put, scheme: "http", authority: "localhost", path: "/")
}
