import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct FailedSignInTests {
    /// An API behind a proxy, so that requests come from many addresses, whose addresses may log in often.
    private func withGuesses(
        auth: Int = 1_000, services: NotificationServices = .init(),
        _ body: @escaping @Sendable (TestAPI) async throws -> Void
    ) async throws {
        var settings = API.Settings.unlimited()
        settings.limits = RateLimits(auth: auth, ingest: 0, other: 0, pages: 0)
        settings.proxies = TrustedProxies([try #require(Network("127.0.0.1"))])
        try await withAPI(isListening: true, settings: settings, notifications: services, body)
    }

    private func logIn(
        _ api: TestAPI, password: String = "wrong horse", from address: String, cookie: String? = nil,
        email: String = "ada@example.com", path: String = "/api/v1/auth/login"
    ) async throws -> Answer {
        var headers: HTTPFields = [.forwardedFor: address]
        headers[.cookie] = cookie
        return try await api.send(
            .post, path, json: #"{"email": "\#(email)", "password": "\#(password)"}"#, headers: headers)
    }

    @Test("of an address and an e-mail ten failures a minute are looked at, and logins that succeed do not count")
    func byAddress() async throws {
        try await withGuesses { api in
            _ = try await api.register()
            for _ in 1...12 {
                #expect(try await logIn(api, password: "correct horse", from: "192.0.2.1").status == .ok)
            }
            for _ in 1...10 { #expect(try await logIn(api, from: "192.0.2.1").status == .unauthorized) }

            let refused = try await logIn(api, password: "correct horse", from: "192.0.2.1")
            let other = try await logIn(api, from: "192.0.2.1", email: "nobody@example.com")
            let elsewhere = try await logIn(api, password: "correct horse", from: "192.0.2.2")
            api.clock.advance(seconds: 60)
            let later = try await logIn(api, password: "correct horse", from: "192.0.2.1")

            #expect(refused.status == .tooManyRequests)
            #expect(refused.body == refusal("Too Many Attempts.", "rate_limited"))
            #expect(refused.headers[.rateLimitLimit] == "10")
            #expect(refused.headers[.rateLimitRemaining] == "0")
            #expect(refused.headers[.retryAfter] == "60")
            #expect(other.status == .unauthorized)
            #expect(elsewhere.status == .ok)
            #expect(later.status == .ok)
        }
    }

    @Test("strangers who guess from many networks are refused after a hundred, and keep the owner from nothing")
    func strangers() async throws {
        try await withGuesses { api in
            _ = try await api.register()
            #expect(try await logIn(api, password: "correct horse", from: "192.0.2.1").status == .ok)
            let browser = try await logIn(api, password: "correct horse", from: "192.0.2.2", path: "/session")
            let known = try #require(browser.headers[values: .setCookie].last).prefix { $0 != ";" }

            for number in 1...100 {
                #expect(try await logIn(api, from: "198.51.100.\(number)").status == .unauthorized)
            }
            let stranger = try await logIn(api, password: "correct horse", from: "203.0.113.1")
            let nobody = try await logIn(api, from: "203.0.113.1", email: "nobody@example.com")
            let network = try await logIn(api, password: "correct horse", from: "192.0.2.1")
            let traveller = try await logIn(
                api, password: "correct horse", from: "203.0.113.2", cookie: String(known), path: "/session")
            let pretended = try await logIn(
                api, password: "correct horse", from: "203.0.113.3",
                cookie: "analyticspro_browser=\(String(repeating: "a", count: 40))", path: "/session")
            api.clock.advance(seconds: 3_600)
            let later = try await logIn(api, password: "correct horse", from: "203.0.113.1")

            #expect(stranger.status == .tooManyRequests)
            #expect(stranger.headers[.rateLimitLimit] == "100")
            #expect(nobody.status == .unauthorized)
            #expect(network.status == .ok)
            #expect(traveller.status == .ok)
            // A browser that is known keeps its secret.
            #expect(traveller.headers[values: .setCookie].last?.hasPrefix(known) == true)
            #expect(pretended.status == .tooManyRequests)
            #expect(later.status == .ok)
        }
    }

    @Test("the browser of one account is not known to another")
    func otherAccount() async throws {
        try await withGuesses { api in
            _ = try await api.register()
            _ = try await api.register(email: "eve@example.com", name: "Eve Online")
            let eve = try await logIn(
                api, password: "correct horse", from: "192.0.2.66", email: "eve@example.com", path: "/session")
            let cookie = try #require(eve.headers[values: .setCookie].last).prefix { $0 != ";" }

            for number in 1...100 { _ = try await logIn(api, from: "198.51.100.\(number)", cookie: String(cookie)) }
            let refused = try await logIn(api, from: "192.0.2.66", cookie: String(cookie))
            let own = try await logIn(
                api, password: "correct horse", from: "203.0.113.1", cookie: String(cookie), email: "eve@example.com",
                path: "/session")

            #expect(refused.status == .tooManyRequests)
            #expect(own.status == .ok)
        }
    }

    @Test("a known browser has ten failures a minute and a hundred an hour of its own, wherever it is")
    func knownBrowser() async throws {
        try await withGuesses { api in
            _ = try await api.register()
            let browser = try await logIn(api, password: "correct horse", from: "192.0.2.1", path: "/session")
            let cookie = String(try #require(browser.headers[values: .setCookie].last).prefix { $0 != ";" })

            for number in 1...10 {
                #expect(try await logIn(api, from: "198.51.100.\(number)", cookie: cookie).status == .unauthorized)
            }
            let eleventh = try await logIn(api, from: "198.51.100.11", cookie: cookie)
            for _ in 2...10 {
                api.clock.advance(seconds: 60)
                for _ in 1...10 { _ = try await logIn(api, from: "198.51.100.1", cookie: cookie) }
            }
            api.clock.advance(seconds: 60)
            let hundredFirst = try await logIn(api, from: "198.51.100.1", cookie: cookie)

            #expect(eleventh.headers[.rateLimitLimit] == "10")
            #expect(eleventh.status == .tooManyRequests)
            #expect(hundredFirst.status == .tooManyRequests)
            #expect(hundredFirst.headers[.rateLimitLimit] == "100")
        }
    }

    @Test("guesses that are made at once find no more room than those one after the other, and no hash is made beyond")
    func atOnce() async throws {
        try await withGuesses { api in
            _ = try await api.register()

            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 { group.addTask { try await logIn(api, from: "192.0.2.1").status.code } }
                return try await group.reduce(into: [:] as [Int: Int]) { $0[$1, default: 0] += 1 }
            }

            #expect(statuses == [401: 10, 429: 30])
        }
    }

    @Test("the fifth wrong current password within an hour ends the token that it came with, and what it made stays")
    func passwordChange() async throws {
        try await withGuesses { api in
            let owner = try await api.register()
            let thief = try await api.token()
            let made = try await api.send(
                .post, "/api/v1/auth/tokens", token: thief, json: #"{"name": "t"}"#)
            let child = try #require(made["data.token"] as? String)
            func change(_ current: String, _ token: String) async throws -> Answer {
                try await api.send(
                    .patch, "/api/v1/auth/password", token: token,
                    json: """
                        {"current_password": "\(current)", "password": "a longer staple", \
                        "password_confirmation": "a longer staple"}
                        """, headers: [.forwardedFor: "192.0.2.1"])
            }

            for number in 1...5 {
                let answer = try await change("guess \(number)", thief)
                #expect(answer.body == fault("current_password", "The password is incorrect."))
            }
            #expect(try await change("correct horse", thief).body == unauthenticated)
            // The address has ten a minute, with whatever token.
            for _ in 1...5 { #expect(try await change("guess", child).status == .unprocessableContent) }
            #expect(try await change("correct horse", owner).status == .tooManyRequests)
            api.clock.advance(seconds: 60)
            #expect(try await change("correct horse", owner).status == .ok)
            #expect(try await api.get("/api/v1/auth/me", token: child).body == unauthenticated)
        }
    }

    @Test("an invitation is no way to guess the password of an account that is there")
    func invitation() async throws {
        try await withGuesses { api in
            let admin = try await api.register()
            _ = try await api.register(email: "eve@example.com", name: "Eve Online")
            let invited = try await api.send(
                .post, "/api/v1/users/invitations", token: admin,
                json: #"{"email": "eve@example.com", "role": "viewer"}"#)
            let code = try #require(invited["data.code"] as? String)
            func accept(_ password: String) async throws -> Answer {
                try await api.send(
                    .post, "/api/v1/auth/register",
                    json: """
                        {"name": "Eve", "email": "eve@example.com", "password": "\(password)", \
                        "password_confirmation": "\(password)", "invitation": "\(code)"}
                        """)
            }

            for number in 1...10 {
                #expect(
                    try await accept("guess number \(number)").body == fault("password", "The password is incorrect."))
            }

            #expect(try await accept("correct horse").status == .tooManyRequests)
        }
    }

    @Test("without a limit of logins nothing is counted")
    func off() async throws {
        try await withGuesses(auth: 0) { api in
            let token = try await api.register()
            for _ in 1...15 { #expect(try await logIn(api, from: "192.0.2.1").status == .unauthorized) }
            for _ in 1...7 {
                let answer = try await api.send(
                    .patch, "/api/v1/auth/password", token: token,
                    json: """
                        {"current_password": "guess", "password": "a longer staple", \
                        "password_confirmation": "a longer staple"}
                        """)
                #expect(answer.status == .unprocessableContent)
            }
        }
    }

    @Test("of an account that only strangers tried the audit log and the program's log tell, without the password")
    func told() async throws {
        let log = RecordedLog()
        var settings = API.Settings.unlimited()
        settings.limits = RateLimits(auth: 1_000, ingest: 0, other: 1, pages: 0)
        try await withDatabase { database in
            let failures = FailedSignInLog(database: database)
            let api = API(testing: database, clock: TestClock(), settings: settings, failedSignIns: failures)
            try await withAPI(api, on: database, logger: log.logger) { api in
                let admin = try await api.register()
                for _ in 1...3 { _ = try await logIn(api, from: "192.0.2.1") }
                _ = try await logIn(api, from: "192.0.2.1", email: "nobody@example.com")
                let narrow = try await api.token(scopes: [.viewAnalytics])
                _ = try await api.get("/api/v1/users", token: narrow)
                _ = try await api.get("/api/v1/users", token: narrow)
                _ = try await api.get("/api/v1/users", token: "1|x")
                try await failures.write()

                let entries = try await api.get("/api/v1/audit-log", token: admin)
                let lines = log.lines.filter { $0.contains("category=security") }

                #expect(entries["data.0.action"] as? String == "user.login_failed")
                #expect(entries["data.0.user"] is [String: Any] == false)
                #expect(entries["data.0.object.id"] as? Int == 1)
                #expect(entries["data.0.details.count.to"] as? String == "3")
                #expect(lines.count == 7)
                #expect(lines.allSatisfy { $0.contains("hb.request.id=") && $0.contains("address=") })
                #expect(lines.filter { $0.contains("status=401") && $0.contains(" user_id=1") }.count == 3)
                #expect(lines.filter { $0.contains("status=403") && $0.contains("required=manage-users") }.count == 1)
                #expect(lines.filter { $0.contains("status=429") && $0.contains("token_id=2") }.count == 1)
                let secret = try #require(narrow.split(separator: "|").last)
                #expect(!lines.contains { $0.contains("horse") || $0.contains(secret) || $0.contains("@") })
            }
        }
    }

    @Test("of an address ten refusals a minute are logged")
    func boundedLog() async throws {
        let log = RecordedLog()
        try await withAPI(logger: log.logger) { api in
            for _ in 1...25 { _ = try await api.get("/api/v1/users", token: "1|x") }
            api.clock.advance(seconds: 60)
            _ = try await api.get("/api/v1/users", token: "1|x")

            let lines = log.lines.filter { $0.contains("category=security") }
            #expect(lines.count == 11)
            #expect(lines[9].contains("further_lines_from=2026-11-23T10:01:00.000Z"))
        }
    }
}

@Suite struct FailureCounterTests {
    @Test("an attempt that is taken back makes room, and what is full stays so until its window ends")
    func room() throws {
        let counter = FailureCounter<String>(limit: 2, seconds: 60)
        let first = try counter.begin("a", now: .t0)
        let second = try counter.begin("a", now: .t0)

        #expect(first.failures == 1)
        #expect(second.failures == 2)
        #expect(throws: APIError.self) { try counter.begin("a", now: .t0) }
        _ = try counter.begin("b", now: .t0)
        counter.takeBack(first)
        _ = try counter.begin("a", now: Instant.t0.advanced(bySeconds: 59))
        #expect(throws: APIError.self) { try counter.begin("a", now: Instant.t0.advanced(bySeconds: 59)) }
        let next = try counter.begin("a", now: Instant.t0.advanced(bySeconds: 60))
        #expect(next.failures == 1)
        // Of a window that is over nothing is taken back from the next one.
        counter.takeBack(second)
        #expect(try counter.begin("a", now: Instant.t0.advanced(bySeconds: 60)).failures == 2)
    }

    @Test("one that keeps failing is not forgotten for others, which are")
    func capacity() throws {
        let counter = FailureCounter<Int>(limit: 100, seconds: 3_600, capacity: 10)
        for number in 1...50 {
            _ = try counter.begin(0, now: .t0)
            _ = try counter.begin(number, now: .t0)
        }

        #expect(try counter.begin(0, now: .t0).failures == 51)
        #expect(try counter.begin(1, now: .t0).failures == 1)
    }
}
