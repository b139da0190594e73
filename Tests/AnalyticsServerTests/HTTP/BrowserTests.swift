import AnalyticsServer
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct BrowserTests {
    private func withOrigins(
        _ origins: AllowedOrigins, _ body: @escaping @Sendable (TestAPI) async throws -> Void
    ) async throws {
        var settings = API.Settings.unlimited()
        settings.origins = origins
        try await withAPI(settings: settings, body)
    }

    @Test("no page of another origin is let in unless a setting names it")
    func off() async throws {
        try await withAPI { api in
            let answer = try await api.get("/api/v1/auth/me", headers: [.origin: "https://app.example.com"])
            let preflight = try await api.send(
                .options, "/api/v1/auth/me",
                headers: [.origin: "https://app.example.com", .accessControlRequestMethod: "GET"])

            #expect(answer.headers[.accessControlAllowOrigin] == nil)
            #expect(preflight.headers[.accessControlAllowOrigin] == nil)
            #expect(preflight.status == .ok)
            #expect(preflight.headers[.allow] == "GET, HEAD, PATCH")
        }
    }

    @Test("a page of a named origin is let in, and no other")
    func named() async throws {
        try await withOrigins(try #require(AllowedOrigins(["https://app.example.com"]))) { api in
            let preflight = try await api.send(
                .options, "/api/v1/analytics",
                headers: [.origin: "https://app.example.com", .accessControlRequestMethod: "POST"])
            let refused = try await api.get("/api/v1/auth/me", headers: [.origin: "https://app.example.com"])
            let other = try await api.get("/api/v1/auth/me", headers: [.origin: "https://app.example.com.evil.org"])

            #expect(preflight.headers[.accessControlAllowOrigin] == "https://app.example.com")
            #expect(preflight.headers[.accessControlAllowMethods] == "GET, HEAD, POST")
            #expect(preflight.headers[.accessControlAllowHeaders]?.contains("Idempotency-Key") == true)
            #expect(preflight.headers[.accessControlAllowCredentials] == nil)
            #expect(refused.status == .unauthorized)
            #expect(refused.headers[.accessControlAllowOrigin] == "https://app.example.com")
            #expect(refused.headers[.accessControlExposeHeaders]?.contains("Retry-After") == true)
            #expect(other.headers[.accessControlAllowOrigin] == nil)
            #expect([preflight, refused, other].allSatisfy { $0.headers[.vary] == "Origin" })
        }
    }

    @Test("with all origins every page is let in, by the same answer")
    func all() async throws {
        try await withOrigins(.all) { api in
            let answer = try await api.get("/health", headers: [.origin: "null"])

            #expect(answer.headers[.accessControlAllowOrigin] == "*")
            #expect(answer.headers[.vary] == nil)
        }
    }

    @Test(
        "what is no origin is refused", arguments: ["example.com", "https://", "https://a/b", "ftp://a", "https://*.a"])
    func noOrigin(text: String) {
        #expect(AllowedOrigins([text]) == nil)
    }

    @Test(
        "an error comes as problem details to who asks for them, and to nobody else",
        arguments: [
            ("application/problem+json", true), ("application/json, Application/Problem+JSON;q=0.5", true),
            ("application/problem+json;q=0", false), ("application/json", false), ("*/*", false),
        ])
    func problem(accept: String, isProblem: Bool) async throws {
        try await withAPI { api in
            let token = try await api.register()

            let answer = try await api.ingest(#"{"value": 1.23456}"#, token: token, headers: [.accept: accept])

            let usual =
                #""message":"The metric type field is required. (and 1 more error)","code":"validation_failed","#
                + #""errors":{"metric_type":["The metric type field is required."],"#
                + #""value":["The value field must have 0-4 decimal places."]}"#
            if isProblem {
                #expect(answer.headers[.contentType] == "application/problem+json")
                #expect(
                    answer.body == #"{"type":"about:blank","title":"Unprocessable Content","status":422,"#
                        + #""detail":"The metric type field is required. (and 1 more error)","# + usual
                        + #","error_codes":{"metric_type":["required"],"value":["decimal_places"]},"request_id":"ID"}"#)
            } else {
                #expect(answer.headers[.contentType] == "application/json")
                #expect(answer.body == "{" + usual + #","request_id":"ID"}"#)
            }
        }
    }
}
