import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct RateLimitTests {
    private func withLimits(
        proxies: [String] = [], isListening: Bool = false, _ body: @escaping @Sendable (TestAPI) async throws -> Void
    ) async throws {
        var settings = API.Settings()
        settings.proxies = TrustedProxies(proxies.compactMap { Network($0) })
        try await withAPI(isListening: isListening, settings: settings, body)
    }

    private func login(
        _ api: TestAPI, _ email: String = "ada@example.com", password: String = "wrong", from address: String? = nil
    ) async throws -> Answer {
        try await api.send(
            .post, "/api/v1/auth/login", json: #"{"email": "\#(email)", "password": "\#(password)"}"#,
            headers: address.map { [.forwardedFor: $0] } ?? [:])
    }

    @Test("of 61 calls within a minute the last is refused, and answered again after as many seconds as it says")
    func sixtyOne() async throws {
        try await withLimits { api in
            let token = try await api.register()
            for number in 1...60 {
                let answer = try await api.get("/api/v1/analytics/kpi", token: token)
                #expect(answer.status == .ok)
                #expect(answer.headers[.rateLimitLimit] == "60")
                #expect(answer.headers[.rateLimitRemaining] == String(60 - number))
                if number == 1 { api.clock.advance(seconds: 20) }
            }

            let refused = try await api.get("/api/v1/analytics/kpi", token: token)
            api.clock.advance(seconds: 39)
            let early = try await api.get("/api/v1/auth/me", token: token)
            api.clock.advance(seconds: 1)
            let later = try await api.get("/api/v1/analytics/kpi", token: token)

            #expect(refused.status == .tooManyRequests)
            #expect(refused.body == refusal("Too Many Attempts.", "rate_limited"))
            #expect(refused.headers[.rateLimitLimit] == "60")
            #expect(refused.headers[.rateLimitRemaining] == "0")
            #expect(refused.headers[.retryAfter] == "40")
            #expect(refused.headers[.rateLimitReset] == String(Instant.t0.milliseconds / 1000 + 60))
            #expect(early.status == .tooManyRequests)
            #expect(early.headers[.retryAfter] == "1")
            #expect(later.status == .ok)
            #expect(later.headers[.rateLimitRemaining] == "59")
        }
    }

    @Test("ingests have a counter of their own, and so has each token")
    func separate() async throws {
        try await withLimits { api in
            let token = try await api.register()
            let other = try await api.token()
            let point = #"{"metric_type": "users", "value": 1}"#

            for number in 1...30 {
                let answer = try await api.ingest(number.isMultiple(of: 2) ? point : "{}", token: token)
                #expect(answer.headers[.rateLimitLimit] == "30")
                #expect(answer.headers[.rateLimitRemaining] == String(30 - number))
            }
            let refused = try await api.ingest(point, token: token)
            let byOther = try await api.ingest(point, token: other)
            let read = try await api.get("/api/v1/analytics", token: token)

            #expect(refused.status == .tooManyRequests)
            #expect(byOther.status == .created)
            #expect(read.status == .ok)
            #expect(read.headers[.rateLimitRemaining] == "59")
            #expect(read["meta.total"] as? Int == 16)
        }
    }

    @Test("a request without a valid token uses nothing up, one without the permission does")
    func refusedTokens() async throws {
        try await withLimits { api in
            _ = try await api.register()
            let token = try await api.token(scopes: [.viewReports])
            for _ in 0..<70 { #expect(try await api.get("/api/v1/users", token: "1|x").status == .unauthorized) }

            let forbidden = try await api.get("/api/v1/users", token: token)
            let allowed = try await api.get("/api/v1/auth/me", token: token)

            #expect(forbidden.status == .forbidden)
            #expect(forbidden.headers[.rateLimitRemaining] == "59")
            #expect(allowed.headers[.rateLimitRemaining] == "58")
        }
    }

    @Test("registrations and logins of an address share ten a minute, failed ones too")
    func auth() async throws {
        try await withLimits(proxies: ["127.0.0.1"], isListening: true) { api in
            _ = try await api.register()
            for number in 1...10 {
                let answer = try await login(api, "\(number)@example.com", from: "192.0.2.1")
                #expect(answer.status == .unauthorized)
                #expect(answer.headers[.rateLimitLimit] == "10")
                #expect(answer.headers[.rateLimitRemaining] == String(10 - number))
            }

            let refused = try await login(api, password: "correct horse", from: "192.0.2.1")
            let elsewhere = try await login(api, password: "correct horse", from: "192.0.2.2")
            // What the client itself wrote before the proxy's entry is not believed.
            let pretended = try await login(api, password: "correct horse", from: "192.0.2.3, 192.0.2.1")
            let health = try await api.get("/health")

            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.rateLimitRemaining] == "0")
            #expect(elsewhere.status == .ok)
            #expect(pretended.status == .tooManyRequests)
            #expect(health.headers[.rateLimitLimit] == nil)
        }
    }

    @Test("without trusted proxies the socket's address counts, whatever the client says")
    func untrusted() async throws {
        try await withLimits(isListening: true) { api in
            for number in 1...10 { _ = try await login(api, "\(number)@example.com", from: "192.0.2.\(number)") }

            let refused = try await login(api, "x@example.com", from: "192.0.2.99")

            #expect(refused.status == .tooManyRequests)
        }
    }

    @Test("an e-mail address has ten logins a minute, wherever they come from and whether or not it has an account")
    func email() async throws {
        try await withLimits(proxies: ["127.0.0.1"], isListening: true) { api in
            _ = try await api.register()
            for email in ["ada@example.com", "nobody@example.com"] {
                for number in 1...10 {
                    #expect(try await login(api, email, from: "2001:db8:\(number)::1").status == .unauthorized)
                }

                let refused = try await login(api, email.uppercased(), password: "correct horse", from: "192.0.2.7")

                #expect(refused.status == .tooManyRequests)
                #expect(refused.headers[.rateLimitLimit] == "10")
                #expect(refused.headers[.rateLimitRemaining] == "0")
                #expect(refused.headers[.retryAfter] == "60")
            }
        }
    }

    @Test("a limit of 0 is none")
    func off() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for _ in 0..<80 {
                let answer = try await api.get("/api/v1/auth/me", token: token)
                #expect(answer.status == .ok)
                #expect(answer.headers[.rateLimitLimit] == nil)
            }
        }
    }
}
