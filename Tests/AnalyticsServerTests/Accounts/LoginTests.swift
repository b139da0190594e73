import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct LoginTests {
    private func logIn(_ api: TestAPI, _ json: String) async throws -> Answer {
        try await api.send(.post, "/api/v1/auth/login", json: json)
    }

    @Test("logging in gives the user and a new token, and the tokens before it stay")
    func loggedIn() async throws {
        try await withAPI { api in
            let first = try await api.register()

            let answer = try await logIn(api, #"{"email": " ADA@example.com ", "password": "correct horse"}"#)

            #expect(answer.status == .ok)
            #expect(
                answer.body == #"{"message":"Logged in successfully.","data":{"user":{"id":1,"#
                    + #""name":"Ada Lovelace","email":"ada@example.com","role":"admin","permissions":["#
                    + #""view-analytics","ingest-analytics","export-analytics","manage-alerts","view-reports","#
                    + #""create-reports","delete-reports","manage-users","manage-workspace"],"workspace":{"id":1,"#
                    + #""name":"Ada Lovelace's workspace","timezone":"UTC","currency":"USD"},"#
                    + #""created_at":"2026-11-23T10:00:00.000Z"},"token":"TOKEN","token_type":"Bearer"}}"#)
            #expect(answer.headers[.cacheControl] == "no-store, private")
            #expect(!answer.text.contains("correct horse"))
            let second = try #require(answer["data.token"] as? String)
            #expect(second != first)
            #expect(try await api.get("/api/v1/auth/me", token: first)["data.token.name"] as? String == "register")
            #expect(try await api.get("/api/v1/auth/me", token: second)["data.token.name"] as? String == "login")
        }
    }

    @Test("a wrong password and an unknown e-mail get the same answer")
    func wrongCredentials() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let expected =
                #"{"message":"These credentials do not match our records.","code":"unauthenticated","errors":{"#
                + #""email":["These credentials do not match our records."]},"request_id":"ID"}"#
            let bodies = [
                #"{"email": "ada@example.com", "password": "wrong horse"}"#,
                #"{"email": "ada@example.com", "password": "correct horse "}"#,
                #"{"email": "ada@example.com", "password": "CORRECT HORSE"}"#,
                #"{"email": "eve@example.com", "password": "correct horse"}"#,
                #"{"email": "no address at all", "password": "correct horse"}"#,
            ]
            for json in bodies {
                let answer = try await logIn(api, json)

                #expect(answer.status == .unauthorized, "\(json)")
                #expect(answer.body == expected, "\(json)")
                #expect(!answer.text.contains("horse"))
            }
            #expect(try await api.number("SELECT COUNT(*) FROM access_token") == 1)
        }
    }

    @Test("an account whose hash cannot be read lets nobody in")
    func unreadableHash() async throws {
        try await withAPI { api in
            _ = try await api.register()
            try await api.execute("UPDATE user_account SET password_hash = ''")

            let answer = try await logIn(api, #"{"email": "ada@example.com", "password": "correct horse"}"#)

            #expect(answer.status == .unauthorized)
        }
    }

    @Test("what is missing or no text is 422, all at once")
    func faults() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let missing =
                #"{"message":"The email field is required. (and 1 more error)","code":"validation_failed","errors":{"#
                + #""email":["The email field is required."],"#
                + #""password":["The password field is required."]},"request_id":"ID"}"#

            #expect(try await logIn(api, "").body == missing)
            #expect(try await logIn(api, #"{"email": " ", "password": ""}"#).body == missing)
            #expect(
                try await logIn(api, #"{"email": ["ada@example.com"], "password": "x"}"#).body
                    == fault("email", "The email field must be a string."))
            #expect(
                try await logIn(api, #"{"email": "ada@example.com", "password": 12345678}"#).body
                    == fault("password", "The password field must be a string."))
            #expect(
                try await logIn(api, #"{"email": "ada@example.com", "password": "\ud800"}"#).body
                    == fault(
                        "password", "The password field must not contain U+0000 or half of a surrogate pair."))
        }
    }
}
