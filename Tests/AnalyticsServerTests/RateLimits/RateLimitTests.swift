import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct RateLimitTests {
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

    /// Sends as many requests as it takes until one is refused, with one token after the other.
    ///
    /// - Returns: How many of each token's were answered.
    private func useUp(_ api: TestAPI, _ tokens: [String], most: Int = 20) async throws -> [Int] {
        var counts: [Int] = []
        for token in tokens {
            var count = 0
            while count < most, try await api.get("/api/v1/auth/me", token: token).status == .ok { count += 1 }
            counts.append(count)
        }
        return counts
    }

    @Test("all tokens of a user share ten times a token's limit, and all users of a workspace thirty times")
    func shares() async throws {
        #expect(RateLimits().ingest == .init(30, user: 300, workspace: 900))
        #expect(RateLimits().other == .init(60, user: 600, workspace: 1_800))
        #expect(RateLimits.Shares(.max - 1).user == .max)
        var settings = API.Settings.unlimited()
        settings.limits.other = 1
        try await withAPI(settings: settings) { api in
            _ = try await api.register()
            _ = try await api.register(email: "mary@example.com")
            _ = try await api.join(as: .viewer)
            _ = try await api.join(as: .analyst)
            func tokens(_ email: String) async throws -> [String] {
                var tokens: [String] = []
                for _ in 0..<12 { tokens.append(try await api.token(of: email)) }
                return tokens
            }

            let admin = try await useUp(api, try await tokens("ada@example.com"))
            let viewer = try await useUp(api, try await tokens("viewer@example.com"))
            let analyst = try await useUp(api, try await tokens("analyst@example.com"))
            let again = try await useUp(api, try await tokens("viewer@example.com"))
            let stranger = try await useUp(api, try await tokens("mary@example.com"))
            api.clock.advance(seconds: 60)
            let later = try await useUp(api, try await tokens("ada@example.com"))

            let ten = Array(repeating: 1, count: 10) + [0, 0]
            #expect([admin, viewer, analyst, stranger, later].allSatisfy { $0 == ten })
            #expect(again.allSatisfy { $0 == 0 })
        }
    }

    @Test("a workspace's limit holds for its users together")
    func workspace() async throws {
        var settings = API.Settings.unlimited()
        settings.limits.other = .init(4, user: 0, workspace: 6)
        try await withAPI(settings: settings) { api in
            let tokens = [try await api.register(), try await api.join(as: .viewer)]

            let counts = try await useUp(api, tokens)
            let refused = try await api.get("/api/v1/auth/me", token: tokens[1])

            #expect(counts == [4, 2])
            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.rateLimitLimit] == "6")
            #expect(refused.headers[.retryAfter] == "60")
        }
    }

    @Test("the header fields speak of the limit with the least left")
    func least() async throws {
        var settings = API.Settings.unlimited()
        settings.limits.other = .init(3, user: 4, workspace: 9)
        try await withAPI(settings: settings) { api in
            let tokens = [try await api.register(), try await api.token()]
            var seen: [String] = []
            for token in [tokens[0], tokens[0], tokens[1], tokens[1], tokens[1]] {
                let headers = try await api.get("/api/v1/auth/me", token: token).headers
                seen.append("\(headers[.rateLimitRemaining] ?? "") of \(headers[.rateLimitLimit] ?? "")")
            }

            #expect(seen == ["2 of 3", "1 of 3", "1 of 4", "0 of 4", "0 of 4"])
        }
    }

    @Test("a token that goes on beyond its limit takes nothing from its user's others")
    func runaway() async throws {
        var settings = API.Settings.unlimited()
        settings.limits.ingest = .init(2, user: 5, workspace: 5)
        try await withAPI(settings: settings) { api in
            let tokens = [try await api.register(), try await api.token(), try await api.token()]
            var counts: [Int] = []
            for token in tokens {
                var count = 0
                for _ in 0..<20 {
                    let point = #"{"metric_type": "users", "value": 1}"#
                    if try await api.ingest(point, token: token).status == .created { count += 1 }
                }
                counts.append(count)
            }

            #expect(counts == [2, 2, 1])
        }
    }

    @Test(
        "a token's limit of 0 is none for users and workspaces, too",
        arguments: [RateLimits.Shares(0, user: 1, workspace: 1)])
    func classOff(shares: RateLimits.Shares) async throws {
        var settings = API.Settings.unlimited()
        settings.limits.other = shares
        try await withAPI(settings: settings) { api in
            let token = try await api.register()

            #expect(try await useUp(api, [token]) == [20])
        }
    }

    /// A token as the server makes them, of its own making.
    private static func wrongToken(_ id: Int64) -> String {
        var generator = SystemRandomNumberGenerator()
        return TokenSecret(id: id, using: &generator).text
    }

    @Test("wrong tokens count by address; beyond the limit those that are in use go on")
    func wrongTokens() async throws {
        var settings = API.Settings.unlimited()
        settings.limits.pages = 5
        settings.proxies = TrustedProxies([try #require(Network("127.0.0.1"))])
        try await withAPI(isListening: true, settings: settings) { api in
            func status(_ token: String, from address: String) async throws -> Int {
                try await api.get("/api/v1/auth/me", token: token, headers: [.forwardedFor: address]).status.code
            }
            let (used, unused) = (try await api.register(), try await api.token())
            let expired = try await api.token(expiresAt: .t0)
            #expect(try await status(used, from: "192.0.2.1") == 200)

            var wrong: [Int] = []
            for id in Int64(11)...14 { wrong.append(try await status(Self.wrongToken(id), from: "192.0.2.1")) }
            wrong.append(try await status(expired, from: "192.0.2.1"))
            let beyond = try await status(Self.wrongToken(19), from: "192.0.2.1")
            let known = try await status(used, from: "192.0.2.1")
            let unknown = try await status(unused, from: "192.0.2.1")
            let elsewhere = try await status(unused, from: "192.0.2.2")
            let none = try await api.get("/api/v1/auth/me", headers: [.forwardedFor: "192.0.2.1"])
            api.clock.advance(seconds: 60)
            let later = try await status(Self.wrongToken(19), from: "192.0.2.1")

            #expect(wrong == [401, 401, 401, 401, 401])
            #expect(beyond == 429)
            #expect(known == 200)
            #expect(unknown == 429)
            #expect(elsewhere == 200)
            #expect(none.status == .unauthorized)
            #expect(later == 401)
        }
    }

    @Test(
        "what anyone may read counts by address as pages do",
        arguments: ["/docs", "/docs/reference.css", "/api/v1/openapi.json", "/nothing", "/api/v1/auth/login"])
    func openPages(path: String) async throws {
        var settings = API.Settings.unlimited()
        settings.limits.pages = 3
        settings.proxies = TrustedProxies([try #require(Network("127.0.0.1"))])
        try await withAPI(isListening: true, settings: settings) { api in
            func answer(from address: String) async throws -> Answer {
                try await api.get(path, headers: [.forwardedFor: address])
            }
            _ = try await answer(from: "192.0.2.9")
            for _ in 1...3 { #expect(try await answer(from: "192.0.2.1").status != .tooManyRequests) }

            let refused = try await answer(from: "192.0.2.1")
            let other = try await answer(from: "192.0.2.2")
            let health = try await api.get("/health", headers: [.forwardedFor: "192.0.2.1"])

            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.retryAfter] == "60")
            #expect(other.status != .tooManyRequests)
            #expect(health.status == .ok)
        }
    }

    @Test("addresses of version 6 also count by their site, which has ten times as much")
    func site() async throws {
        var settings = API.Settings.unlimited()
        settings.limits.auth = 1
        settings.proxies = TrustedProxies([try #require(Network("127.0.0.1"))])
        try await withAPI(isListening: true, settings: settings) { api in
            var codes: [Int] = []
            for number in 1...11 {
                codes.append(
                    try await login(api, "\(number)@example.com", from: "2001:db8:7:\(number)::1").status.code)
            }
            let other = try await login(api, "x@example.com", from: "2001:db8:8:1::1")

            #expect(codes == Array(repeating: 401, count: 10) + [429])
            #expect(other.status == .unauthorized)
        }
    }
}
