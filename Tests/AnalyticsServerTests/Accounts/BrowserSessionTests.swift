import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct BrowserSessionTests {
    private static let login = #"{"email": "ada@example.com", "password": "correct horse"}"#
    private static let origin = "http://localhost"

    /// The cookie that a browser sends back, of what it was told to keep.
    private func cookie(of answer: Answer) throws -> String {
        let field = try #require(answer.headers[values: .setCookie].first)
        return String(field.prefix { $0 != ";" })
    }

    private func with(_ cookie: String, origin: String? = origin) -> HTTPFields {
        var headers: HTTPFields = [.cookie: cookie]
        headers[.origin] = origin
        return headers
    }

    @Test("a browser that logs in gets a cookie that no script reads and no other site sends, and no token")
    func opened() async throws {
        try await withAPI { api in
            _ = try await api.register()

            let answer = try await api.send(.post, "/session", json: Self.login)
            let cookie = try cookie(of: answer)
            let me = try await api.get("/api/v1/auth/me", headers: with(cookie, origin: nil))
            let page = try await api.get("/", headers: with(cookie, origin: nil))

            #expect(answer.status == .ok)
            #expect(answer["data.email"] as? String == "ada@example.com")
            #expect(!answer.text.contains(cookie.split(separator: "|").last ?? "?"))
            let fields = answer.headers[values: .setCookie]
            #expect(fields.first?.hasSuffix("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict") == true)
            // By the second the browser is known again; it lets nobody in.
            #expect(fields.count == 2)
            let second = try #require(
                fields.last?.wholeMatch(
                    of: /(analyticspro_browser=[A-Za-z0-9]{40}); Max-Age=34560000; Path=\/; HttpOnly; SameSite=Strict/))
            #expect(try await api.get("/api/v1/auth/me", headers: [.cookie: String(second.1)]).status == .unauthorized)
            #expect(me["data.token.name"] as? String == "dashboard")
            #expect(page.status == .ok)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
        }
    }

    @Test("who registers with a browser is logged in")
    func registered() async throws {
        try await withAPI { api in
            let answer = try await api.send(
                .post, "/session/registration",
                json: #"""
                    {"name": "Ada", "email": "ada@example.com", "password": "correct horse", "password_confirmation": "correct horse"}
                    """#)

            #expect(answer.status == .created)
            #expect(try await api.get("/", headers: with(try cookie(of: answer))).status == .ok)
        }
    }

    @Test("a change needs an origin that is this server's, a token needs none")
    func origins() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let cookie = try cookie(of: try await api.send(.post, "/session", json: Self.login))
            let point = #"{"metric_type": "users", "value": 1}"#
            func status(_ headers: HTTPFields) async throws -> Int {
                try await api.send(.post, "/api/v1/analytics", json: point, headers: headers).status.code
            }

            #expect(try await status(with(cookie)) == 201)
            #expect(try await status(with(cookie, origin: nil)) == 403)
            for foreign in ["https://evil.example", "null", "http://localhost:8081", "http://localhost.evil.example"] {
                #expect(try await status(with(cookie, origin: foreign)) == 403, "\(foreign)")
            }
            #expect(try await api.get("/api/v1/analytics", headers: with(cookie, origin: nil)).status == .ok)
            #expect(
                try await api.send(
                    .post, "/api/v1/analytics", token: token, json: point, headers: [.origin: "https://evil.example"]
                ).status == .created)
            let foreignLogin = try await api.send(
                .post, "/session", json: Self.login, headers: [.origin: "https://evil.example"])
            #expect(foreignLogin.status == .forbidden)
        }
    }

    @Test("a session that is used goes on, one that is not used for twelve hours is over")
    func idle() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let cookie = try cookie(of: try await api.send(.post, "/session", json: Self.login))
            let path = "/api/v1/auth/me"

            for _ in 0..<3 {
                api.clock.advance(seconds: BrowserSession.idleSeconds - 1)
                #expect(try await api.get(path, headers: with(cookie)).status == .ok)
            }
            api.clock.advance(seconds: BrowserSession.idleSeconds)
            let late = try await api.get(path, headers: with(cookie))
            let page = try await api.get("/?period=30", headers: with(cookie))

            #expect(late.status == .unauthorized)
            #expect(page.status == .seeOther)
            #expect(page.headers[.location] == "/login?next=%2F%3Fperiod%3D30")
        }
    }

    @Test("a session is over 30 days after it began, however much it is used")
    func absoluteEnd() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let cookie = try cookie(of: try await api.send(.post, "/session", json: Self.login))

            for _ in 0..<60 {
                api.clock.advance(seconds: BrowserSession.idleSeconds - 1)
                #expect(try await api.get("/api/v1/auth/me", headers: with(cookie)).status == .ok)
            }
            api.clock.advance(seconds: 59)
            let last = try await api.get("/api/v1/auth/me", headers: with(cookie))
            api.clock.advance(seconds: 1)
            let over = try await api.get("/api/v1/auth/me", headers: with(cookie))

            #expect(api.clock.now == Instant.t0.advanced(bySeconds: 30 * 86_400))
            #expect(last.status == .ok)
            #expect(over.status == .unauthorized)
        }
    }

    @Test("an API token is no browser's session, whatever its scopes and its end, and is not made to last longer")
    func tokenInCookie() async throws {
        try await withAPI { api in
            let login = try await api.register()
            let ending = try await api.token(expiresAt: .t0.advanced(bySeconds: 60))

            for token in [login, ending] {
                let answer = try await api.get(
                    "/api/v1/auth/me", headers: with("analyticspro_session=\(token)"))
                #expect(answer.status == .unauthorized)
            }
            #expect(
                try await api.number("SELECT expires_at FROM access_token WHERE id = 2")
                    == Instant.t0.advanced(bySeconds: 60).milliseconds)
        }
    }

    @Test("a new password logs other browsers out and leaves tokens, unless it is told otherwise")
    func passwordChange() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let here = try cookie(of: try await api.send(.post, "/session", json: Self.login))
            let there = try cookie(of: try await api.send(.post, "/session", json: Self.login))
            let made = try await api.send(
                .post, "/api/v1/auth/tokens", json: #"{"name": "cron"}"#, headers: with(there))
            let cron = try #require(made["data.token"] as? String)
            func change(from current: String, to new: String, _ more: String = "") async throws -> Int? {
                let answer = try await api.send(
                    .patch, "/api/v1/auth/password",
                    json: """
                        {"current_password": "\(current)", "password": "\(new)", "password_confirmation": "\(new)"\(more)}
                        """, headers: with(here))
                return answer["revoked"] as? Int
            }
            func isLoggedIn(_ cookie: String) async throws -> Bool {
                try await api.get("/api/v1/auth/me", headers: with(cookie)).status == .ok
            }

            let kept = try await change(from: "correct horse", to: "a longer staple", #", "keep_sessions": true"#)
            #expect(kept == 0)
            #expect(try await isLoggedIn(there))
            let ended = try await change(from: "a longer staple", to: "a third staple")

            #expect(ended == 1)
            #expect(try await isLoggedIn(here))
            #expect(try await !isLoggedIn(there))
            for token in [token, cron] {
                #expect(try await api.get("/api/v1/auth/me", token: token).status == .ok)
            }
        }
    }

    @Test("logging out ends the session and removes the cookie")
    func closed() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let cookie = try cookie(of: try await api.send(.post, "/session", json: Self.login))

            let answer = try await api.send(.delete, "/session", headers: with(cookie))
            let after = try await api.get("/api/v1/auth/me", headers: with(cookie))

            #expect(answer.status == .ok)
            #expect(answer.headers[.setCookie]?.hasPrefix("analyticspro_session=; Max-Age=0; Path=/") == true)
            #expect(after.status == .unauthorized)
        }
    }

    @Test("a token that is made in a browser does not end with the session")
    func tokens() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let cookie = try cookie(of: try await api.send(.post, "/session", json: Self.login))

            let made = try await api.send(
                .post, "/api/v1/auth/tokens", json: #"{"name": "cron"}"#, headers: with(cookie))
            api.clock.advance(seconds: 30 * 86_400)
            let token = try #require(made["data.token"] as? String)

            #expect(made["data.expires_at"] is String == false)
            #expect(try await api.get("/api/v1/auth/me", token: token).status == .ok)
        }
    }

    @Test("a browser has a limit of its own, for all that it asks for")
    func limit() async throws {
        var settings = API.Settings.unlimited()
        settings.limits = RateLimits(auth: 0, ingest: 1, other: 1, pages: 4)
        try await withAPI(settings: settings) { api in
            _ = try await api.register()
            let cookie = try cookie(of: try await api.send(.post, "/session", json: Self.login))

            var statuses: [Int] = []
            for _ in 0..<5 {
                statuses.append(try await api.get("/api/v1/auth/me", headers: with(cookie)).status.code)
            }

            #expect(statuses == [200, 200, 200, 200, 429])
            #expect(try await api.get("/", headers: with(cookie)).status == .tooManyRequests)
        }
    }

    @Test("whoever is not logged in is sent to the login page and from there only to pages of this server")
    func next() async throws {
        try await withAPI { api in
            _ = try await api.register()

            let page = try await api.get("/")
            #expect(page.status == .seeOther)
            #expect(page.headers[.location] == "/login")
            for (next, path) in [
                ("%2Fdata%3Fcategory%3DA", "/data?category=A"), ("https%3A%2F%2Fevil.example", "/"),
                ("%2F%2Fevil.example", "/"), ("%2F%5Cevil.example", "/"), ("%2F%09%2Fevil.example", "/"),
                ("javascript%3Aalert(1)", "/"),
            ] {
                let login = try await api.get("/login?next=\(next)")
                #expect(login.text.contains(#"data-then="goto:\#(path)""#), "\(next)")
            }
            let quoted = try await api.get("/login?next=%2F%22%3E%3Cscript%3E")
            #expect(!quoted.text.contains("<script>"))
        }
    }

    @Test("a browser that asks for a page that there is not is shown one that says so, programs get JSON")
    func noSuchPage() async throws {
        try await withAPI { api in
            let accept: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]

            let page = try await api.get("/nothing-here", headers: accept)
            let call = try await api.get("/api/v1/nothing", headers: accept)
            let program = try await api.get("/nothing-here")

            #expect(page.status == .notFound)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.text.contains("There is no such page"))
            #expect([call, program].map { $0.headers[.contentType] } == ["application/json", "application/json"])
        }
    }

    @Test(
        "over https the cookie is this host's alone, below a path this path's",
        arguments: [
            ("https://numbers.example.com", "__Host-analyticspro_session", "/"),
            ("https://example.com/numbers/", "__Secure-analyticspro_session", "/numbers"),
            ("https://example.com/a;b", "__Host-analyticspro_session", "/"),
        ])
    func secureCookie(publicURL: String, name: String, path: String) async throws {
        try await withAPI(publicURL: publicURL) { api in
            _ = try await api.register()

            let answer = try await api.send(.post, "/session", json: Self.login)
            let cookie = try cookie(of: answer)
            let field = try #require(answer.headers[.setCookie])
            let plain = cookie.replacing(name, with: "analyticspro_session")

            #expect(field.hasPrefix("\(name)="))
            #expect(field.hasSuffix("; Path=\(path); HttpOnly; SameSite=Strict; Secure"))
            #expect(try await api.get("/api/v1/auth/me", headers: with(cookie)).status == .ok)
            // A neighbour under the same domain could have planted it.
            #expect(try await api.get("/api/v1/auth/me", headers: with(plain)).status == .unauthorized)
            let logout = try await api.send(
                .delete, "/session", headers: with(cookie, origin: "https://localhost"))
            #expect(logout.headers[.setCookie]?.hasPrefix("\(name)=; Max-Age=0; Path=\(path);") == true)
        }
    }

    @Test("over https a change needs an origin of https")
    func secureOrigin() async throws {
        try await withAPI(publicURL: "https://numbers.example.com") { api in
            _ = try await api.register()
            let cookie = try cookie(of: try await api.send(.post, "/session", json: Self.login))
            func status(_ origin: String) async throws -> Int {
                try await api.send(
                    .post, "/api/v1/analytics", json: #"{"metric_type": "users", "value": 1}"#,
                    headers: with(cookie, origin: origin)
                ).status.code
            }

            #expect(try await status("https://numbers.example.com") == 201)
            #expect(try await status("https://localhost") == 201)
            #expect(try await status("http://localhost") == 403)
            #expect(try await status("http://numbers.example.com") == 403)
            let login = try await api.send(
                .post, "/session", json: Self.login, headers: [.origin: "http://localhost"])
            #expect(login.status == .forbidden)
        }
    }

    @Test("browsers are told to use https alone where the operator says so and it is https", arguments: [true, false])
    func strictTransport(isSecure: Bool) async throws {
        var settings = API.Settings.unlimited()
        settings.strictTransportSeconds = 31_536_000
        let url = isSecure ? "https://numbers.example.com" : "http://numbers.example.com"
        try await withAPI(settings: settings, publicURL: url) { api in
            let paths = ["/health", "/login", "/api/v1/auth/me", "/nothing"]
            for path in paths {
                let field = try await api.get(path).headers[.strictTransportSecurity]
                #expect(field == (isSecure ? "max-age=31536000" : nil), "\(path)")
            }
        }
        try await withAPI(publicURL: url) { api in
            let untold = try await api.get("/health")
            #expect(untold.headers[.strictTransportSecurity] == nil)
        }
    }
}
