import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct SessionTests {
    @Test("me shows the user and the token that asks")
    func me() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let token = try await api.token(scopes: [.viewReports, .viewAnalytics])

            let answer = try await api.get("/api/v1/auth/me", token: token)

            #expect(answer.status == .ok)
            #expect(
                answer.body == #"{"data":{"id":1,"name":"Ada Lovelace","email":"ada@example.com","role":"admin","#
                    + #""permissions":["view-analytics","ingest-analytics","export-analytics","manage-alerts","#
                    + #""view-reports","create-reports","delete-reports","manage-users","manage-workspace"],"#
                    + #""workspace":{"id":1,"name":"Ada Lovelace's workspace","timezone":"UTC","currency":"USD"},"#
                    + #""created_at":"2026-11-23T10:00:00.000Z","email_confirmed_at":null,"alert_emails":[],"#
                    + #""token":{"id":2,"name":"narrow","scopes":["view-analytics","view-reports"]}}}"#)
            #expect(!answer.text.contains(try #require(token.split(separator: "|").last)))
            #expect(!answer.text.contains("scrypt"))
        }
    }

    @Test("a viewer's permissions are those of the role")
    func viewer() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let token = try await api.join(as: .viewer)

            let answer = try await api.get("/api/v1/auth/me", token: token)

            #expect(answer["data.permissions"] as? [String] == ["view-analytics", "view-reports"])
            #expect(answer["data.workspace.id"] as? Int == 1)
        }
    }

    @Test("after logging out the token is refused at once, and the user's others are not")
    func logout() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let other = try await api.token()
            #expect(try await api.get("/api/v1/auth/me", token: token).status == .ok)

            let answer = try await api.send(.post, "/api/v1/auth/logout", token: token)
            let after = try await api.get("/api/v1/auth/me", token: token)
            let again = try await api.send(.post, "/api/v1/auth/logout", token: token)

            #expect(answer.status == .ok)
            #expect(answer.text == #"{"message":"Logged out successfully."}"#)
            #expect(after.status == .unauthorized)
            #expect(after.body == unauthenticated)
            #expect(again.status == .unauthorized)
            #expect(try await api.get("/api/v1/auth/me", token: other).status == .ok)
            #expect(try await api.number("SELECT COUNT(*) FROM access_token") == 1)
        }
    }

    @Test("no request that comes after the answer to a logout gets in, however many were on their way")
    func logoutUnderLoad() async throws {
        try await withAPI { api in
            _ = try await api.register()
            for _ in 0..<10 {
                let token = try await api.token()
                try await withThrowingTaskGroup { group in
                    for _ in 0..<6 {
                        group.addTask { _ = try await api.get("/api/v1/auth/me", token: token) }
                    }
                    let logout = try await api.send(.post, "/api/v1/auth/logout", token: token)
                    #expect(logout.status == .ok)
                    #expect(try await api.get("/api/v1/auth/me", token: token).status == .unauthorized)
                    try await group.waitForAll()
                }
                #expect(try await api.get("/api/v1/auth/me", token: token).status == .unauthorized)
            }
        }
    }

    @Test("what is no valid token is refused, and each time in the same words")
    func refusedTokens() async throws {
        try await withAPI { api in
            let token = try await api.register()
            var generator = SystemRandomNumberGenerator()
            let otherSecret = TokenSecret(id: 1, using: &generator).text
            let unknownID = TokenSecret(id: 999, using: &generator).text
            let secret = try #require(token.split(separator: "|").last)
            let headers: [String?] = [
                nil, "", "Bearer", "Bearer ", "Bearer \(secret)", "Bearer |\(secret)", "Bearer 2|\(secret)",
                "Bearer 01|\(secret)", "Bearer +1|\(secret)", "Bearer \(token)0", "Bearer \(token.dropLast())",
                "Bearer  \(token)", "Basic \(token)", "Token \(token)", token, "Bearer\(token)",
                "Bearer 1|" + String(secret.reversed()), "Bearer \(otherSecret)", "Bearer \(unknownID)",
                "Bearer \(token), Bearer \(token)", "Bearer 9223372036854775808|\(secret)",
            ]
            for header in headers {
                var fields: HTTPFields = [:]
                if let header { fields[.authorization] = header }
                let answer = try await api.get("/api/v1/auth/me", headers: fields)

                #expect(answer.status == .unauthorized, "\(header ?? "none")")
                #expect(answer.body == unauthenticated, "\(header ?? "none")")
                #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                #expect(!answer.text.contains(secret))
            }
            #expect(try await api.get("/api/v1/auth/me?token=\(token)").status == .unauthorized)
        }
    }

    @Test("the scheme may be written in any case")
    func schemeCase() async throws {
        try await withAPI { api in
            let token = try await api.register()
            for scheme in ["Bearer", "bearer", "BEARER"] {
                let answer = try await api.get(
                    "/api/v1/auth/me", headers: [.authorization: "\(scheme) \(token)"])
                #expect(answer.status == .ok, "\(scheme)")
            }
        }
    }

    @Test("a token is refused from the moment on at which it expires")
    func expiry() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let token = try await api.token(expiresAt: api.clock.now.advanced(bySeconds: 60))

            api.clock.advance(seconds: 59)
            let before = try await api.get("/api/v1/auth/me", token: token)
            api.clock.advance(seconds: 1)
            let after = try await api.get("/api/v1/auth/me", token: token)

            #expect(before.status == .ok)
            #expect(after.status == .unauthorized)
            #expect(after.body == unauthenticated)
        }
    }
}
