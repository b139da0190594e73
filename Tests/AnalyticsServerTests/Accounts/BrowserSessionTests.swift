import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite(.timeLimit(.patient)) struct BrowserSessionTests {
    private static let login = #"{"email": "ada@example.com", "password": "correct horse"}"#
    private static let origin = "http://localhost"

    /// The cookie that a browser sends back, of what it was told to keep.
    private func cookie(of answer: Answer) throws -> String {
        let field = try #require(answer.headers[.setCookie])
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
            #expect(
                answer.headers[.setCookie]?.hasSuffix("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict") == true)
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
}
