import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct RegisterTests {
    private static let ada = """
        {"name": "Ada Lovelace", "email": "ada@example.com", "password": "correct horse", \
        "password_confirmation": "correct horse"}
        """

    private func register(_ api: TestAPI, _ json: String) async throws -> Answer {
        try await api.send(.post, "/api/v1/auth/register", json: json)
    }

    @Test("registering gives an admin with a workspace of their own, and a token that works")
    func registered() async throws {
        try await withAPI { api in
            let answer = try await register(api, Self.ada)

            #expect(answer.status == .created)
            #expect(
                answer.body == #"{"message":"User registered successfully.","data":{"user":{"id":1,"#
                    + #""name":"Ada Lovelace","email":"ada@example.com","role":"admin","permissions":["#
                    + #""view-analytics","ingest-analytics","export-analytics","manage-alerts","view-reports","#
                    + #""create-reports","delete-reports","manage-users","manage-workspace"],"workspace":{"id":1,"#
                    + #""name":"Ada Lovelace's workspace","timezone":"UTC","currency":"USD"},"#
                    + #""created_at":"2026-11-23T10:00:00.000Z"},"token":"TOKEN","token_type":"Bearer"}}"#)
            #expect(answer.headers[.cacheControl] == "no-store, private")
            #expect(!answer.text.contains("correct horse"))
            #expect(!answer.text.contains("scrypt"))
            let token = try #require(answer["data.token"] as? String)
            #expect(try await api.get("/api/v1/auth/me", token: token).status == .ok)
        }
    }

    @Test("neither the password nor the token's secret is in the database")
    func secretsAtRest() async throws {
        try await withAPI { api in
            let token = try await api.register()
            let secret = try #require(token.split(separator: "|").last)

            let kept = try await api.database.read { connection in
                let passwords = try connection.all("SELECT password_hash FROM user_account ORDER BY id") {
                    try $0.text(0)
                }
                let tokens = try connection.all("SELECT name, scopes, secret_hash FROM access_token ORDER BY id") {
                    (text: try $0.text(0) + $0.text(1), hash: try $0.bytes(2))
                }
                return (passwords: passwords, tokens: tokens)
            }

            #expect(kept.passwords.count == 1)
            #expect(kept.passwords.allSatisfy { $0.hasPrefix("$scrypt$ln=4,r=1,p=1$") && !$0.contains("horse") })
            #expect(kept.tokens.map(\.text) == ["register*"])
            #expect(kept.tokens.allSatisfy { $0.hash.count == 32 && !$0.text.contains(secret) })
        }
    }

    @Test("the e-mail is trimmed and lower-cased, the name trimmed, the password neither, unknown fields are ignored")
    func normalised() async throws {
        try await withAPI { api in
            let answer = try await register(
                api,
                """
                {"name": "  Ada ", "email": " ADA@Example.COM\\n", "password": "  Pass Word ", "workspace": " Acme ",
                "password_confirmation": "  Pass Word ", "role": "viewer", "id": 99}
                """)
            let untrimmed = try await api.send(
                .post, "/api/v1/auth/login", json: #"{"email": "Ada@example.com ", "password": "  Pass Word "}"#)
            let trimmed = try await api.send(
                .post, "/api/v1/auth/login", json: #"{"email": "ada@example.com", "password": "Pass Word"}"#)

            #expect(answer.status == .created)
            #expect(answer["data.user.email"] as? String == "ada@example.com")
            #expect(answer["data.user.name"] as? String == "Ada")
            #expect(answer["data.user.workspace.name"] as? String == "Acme")
            #expect(answer["data.user.role"] as? String == "admin")
            #expect(answer["data.user.id"] as? Int == 1)
            #expect(untrimmed.status == .ok)
            #expect(trimmed.status == .unauthorized)
        }
    }

    @Test("a long name makes a name of a workspace that is cut to a hundred characters")
    func longName() async throws {
        try await withAPI { api in
            let name = String(repeating: "é", count: 100)
            let answer = try await register(api, Self.ada.replacing("Ada Lovelace", with: name))

            #expect(answer.status == .created)
            #expect(answer["data.user.workspace.name"] as? String == name)
        }
    }

    @Test("every fault is named at once, in Laravel's words")
    func allFaults() async throws {
        try await withAPI { api in
            let cases = [
                (
                    "{}",
                    #"{"message":"The name field is required. (and 2 more errors)","code":"validation_failed","errors":{"#
                        + #""name":["The name field is required."],"email":["The email field is required."],"#
                        + #""password":["The password field is required."]},"request_id":"ID"}"#
                ),
                (
                    """
                    {"name": "A", "email": "nope", "password": "short", "password_confirmation": "other", \
                    "workspace": 5}
                    """,
                    #"{"message":"The name field must be at least 2 characters. (and 4 more errors)","#
                        + #""code":"validation_failed","errors":{"#
                        + #""name":["The name field must be at least 2 characters."],"#
                        + #""email":["The email field must be a valid email address."],"#
                        + #""password":["The password field must be at least 8 characters.","#
                        + #""The password field confirmation does not match."],"#
                        + #""workspace":["The workspace field must be a string."]},"request_id":"ID"}"#
                ),
            ]
            for (json, expected) in cases {
                let answer = try await register(api, json)

                #expect(answer.status == .unprocessableContent)
                #expect(answer.body == expected)
            }
            #expect(try await register(api, "").body == cases[0].1)
            #expect(try await register(api, "[1]").body == cases[0].1)
        }
    }

    @Test("a fault of a single field is named, and no account is made")
    func singleFaults() async throws {
        try await withAPI { api in
            let long = String(repeating: "x", count: 101)
            let longEmail = String(repeating: "x", count: 60) + "@" + String(repeating: "abcdefghi.", count: 20) + "com"
            let cases: [(old: String, new: String, field: String, message: String)] = [
                (#""Ada Lovelace""#, #""A""#, "name", "The name field must be at least 2 characters."),
                (#""Ada Lovelace""#, #""\#(long)""#, "name", "The name field must not be greater than 100 characters."),
                (#""Ada Lovelace""#, #"" \t ""#, "name", "The name field is required."),
                (#""Ada Lovelace""#, "5", "name", "The name field must be a string."),
                (
                    #""Ada Lovelace""#, #""A\u0000b""#, "name",
                    "The name field must not contain U+0000 or half of a surrogate pair."
                ),
                (#""ada@example.com""#, "null", "email", "The email field is required."),
                (#""ada@example.com""#, "true", "email", "The email field must be a string."),
                (#""ada@example.com""#, #""ada""#, "email", "The email field must be a valid email address."),
                (#""ada@example.com""#, #""a@b@c.d""#, "email", "The email field must be a valid email address."),
                (#""ada@example.com""#, #""a da@c.d""#, "email", "The email field must be a valid email address."),
                (
                    #""ada@example.com""#, #""\#(longEmail)""#, "email",
                    "The email field must not be greater than 254 characters."
                ),
                (#""password": "correct horse""#, #""password": """#, "password", "The password field is required."),
                (
                    #""password": "correct horse""#, #""password": 12345678"#, "password",
                    "The password field must be a string."
                ),
                (
                    #""password": "correct horse""#, #""password": "correct horse ""#, "password",
                    "The password field confirmation does not match."
                ),
                (
                    #""password_confirmation": "correct horse""#, #""x": 1"#, "password",
                    "The password field confirmation does not match."
                ),
                (
                    #""password_confirmation": "correct horse""#, #""password_confirmation": "Correct horse""#,
                    "password",
                    "The password field confirmation does not match."
                ),
                (
                    "correct horse", #"correct\ud800horse"#, "password",
                    "The password field must not contain U+0000 or half of a surrogate pair."
                ),
                (
                    "correct horse", #"correct\u0000horse"#, "password",
                    "The password field must not contain U+0000 or half of a surrogate pair."
                ),
                ("correct horse", "1234567", "password", "The password field must be at least 8 characters."),
                (
                    #"{"#, #"{"workspace": "\#(long)", "#, "workspace",
                    "The workspace field must not be greater than 100 characters."
                ),
            ]
            for (old, new, field, message) in cases {
                let answer = try await register(api, Self.ada.replacing(old, with: new))

                #expect(answer.status == .unprocessableContent, "\(new)")
                #expect(answer.body == fault(field, message), "\(new)")
            }
            #expect(try await api.number("SELECT COUNT(*) FROM user_account") == 0)
            #expect(try await api.number("SELECT COUNT(*) FROM workspace") == 0)
            #expect(try await api.number("SELECT COUNT(*) FROM access_token") == 0)
        }
    }

    @Test("passwords are compared and counted by scalars, not by what looks the same")
    func passwordBytes() async throws {
        try await withAPI { api in
            let json = """
                {"name": "Ada", "email": "ada@example.com", "password": "caf\\u00e9 1234", \
                "password_confirmation": "cafe\\u0301 1234"}
                """
            let answer = try await register(api, json)

            #expect(answer.body == fault("password", "The password field confirmation does not match."))
        }
    }

    @Test("an e-mail that has an account is 422, in whatever case")
    func taken() async throws {
        try await withAPI { api in
            _ = try await api.register()

            for email in ["ada@example.com", "ADA@EXAMPLE.COM"] {
                let answer = try await register(api, Self.ada.replacing("ada@example.com", with: email))

                #expect(answer.status == .unprocessableContent)
                #expect(answer.body == fault("email", "The email has already been taken."))
            }
            #expect(try await api.number("SELECT COUNT(*) FROM workspace") == 1)
        }
    }

    @Test("of two who register the same e-mail at the same moment one gets it")
    func race() async throws {
        try await withAPI { api in
            for round in 0..<10 {
                let json = Self.ada.replacing("ada@", with: "ada\(round)@")
                async let first = register(api, json)
                async let second = register(api, json)

                let answers = try await [first, second].sorted { $0.status.code < $1.status.code }

                #expect(answers.map(\.status) == [.created, .unprocessableContent])
                #expect(answers[1].body == fault("email", "The email has already been taken."))
            }
            #expect(try await api.number("SELECT COUNT(*) FROM user_account") == 10)
            #expect(try await api.number("SELECT COUNT(*) FROM workspace") == 10)
        }
    }

    @Test("where registration is closed the first user gets in and nobody else does")
    func closed() async throws {
        try await withAPI(isRegistrationOpen: false) { api in
            let first = try await register(api, Self.ada)
            let second = try await register(api, Self.ada.replacing("ada@", with: "eve@"))
            let invalid = try await register(api, "{}")

            #expect(first.status == .created)
            #expect(second.status == .unprocessableContent)
            #expect(second.body == fault("invitation", "The invitation field is required."))
            #expect(invalid["errors.name.0"] as? String == "The name field is required.")
            #expect(try await api.number("SELECT COUNT(*) FROM user_account") == 1)
        }
    }
}
