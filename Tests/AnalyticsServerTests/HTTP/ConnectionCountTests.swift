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

@Suite(.timeLimit(.patient)) struct ConnectionCountTests {
    private static let health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// Runs a closure with an API that lets an address have one connection beside that of the tests' own client.
    private func withAPI(
        trusting proxies: [String] = [], _ body: @escaping @Sendable (TestAPI, RawExchange) async throws -> Void
    ) async throws {
        var settings = API.Settings.unlimited()
        settings.connections.ofAddress = 2
        settings.proxies = TrustedProxies(proxies.compactMap { Network($0) })
        try await AnalyticsTesting.withAPI(isListening: true, settings: settings) { api in
            _ = try await api.get("/health")
            try await body(api, RawExchange(port: try #require(api.port)))
        }
    }

    @Test("a connection beyond those that an address may have is closed, and there is room again when one ends")
    func most() async throws {
        try await withAPI { api, exchange in
            let first = try exchange.begin(Self.health)
            let answer = await exchange.firstBytes(of: first)

            let refused = try? exchange.begin(Self.health)
            let none = if let refused { await exchange.firstBytes(of: refused) } else { "" }
            let known = try await api.get("/health")
            if let refused { close(refused) }
            close(first)
            while api.connectionCount > 1 { try await Task.sleep(for: .milliseconds(2)) }
            let again = try exchange.begin(Self.health)
            let answerAgain = await exchange.firstBytes(of: again)
            close(again)

            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(none.isEmpty)
            #expect(known.status == .ok)
            #expect(answerAgain.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("a trusted proxy may have any number, because all clients come from it")
    func proxy() async throws {
        try await withAPI(trusting: ["127.0.0.0/8"]) { _, exchange in
            let connections = try (0..<5).map { _ in try exchange.begin(Self.health) }
            defer { for connection in connections { close(connection) } }

            for connection in connections {
                #expect(await exchange.firstBytes(of: connection).hasPrefix("HTTP/1.1 200"))
            }
        }
    }
}
