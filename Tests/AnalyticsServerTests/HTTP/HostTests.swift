import AnalyticsTesting
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct HostTests {
    @Test("a request whose Host is missing, is there twice or is not a host is 400")
    func refused() async throws {
        try await withAPI(isListening: true) { api in
            let exchange = RawExchange(port: try #require(api.port))
            let lines = [
                "", "Host: \r\n", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n",
                "Host: a@b\r\n", "Host: a:b\r\n", "Host: a:123456\r\n", "Host: [::1\r\n", "Host: a,b\r\n",
            ]
            for line in lines {
                for path in ["/api/v1/auth/me", "/health", "/login", "/nothing"] {
                    let answer = try await exchange.send("GET \(path) HTTP/1.1\r\n\(line)Connection: close\r\n\r\n")

                    #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(line) \(path)")
                }
            }
        }
    }

    @Test("every host that there can be is taken")
    func taken() async throws {
        try await withAPI(isListening: true) { api in
            let exchange = RawExchange(port: try #require(api.port))
            for host in [
                "localhost", "a.example.com:443", "my_service", "10.0.0.1:8080", "[::1]", "[fe80::1]:80", "a:",
            ] {
                let answer = try await exchange.send(
                    "GET /health HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")

                #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(host)")
            }
        }
    }
}
