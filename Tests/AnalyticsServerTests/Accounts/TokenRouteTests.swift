import AnalyticsCore
import AnalyticsServer
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct TokenRouteTests {
    private func create(_ api: TestAPI, _ json: String, token: String) async throws -> Answer {
        try await api.send(.post, "/api/v1/auth/tokens", token: token, json: json)
    }

    @Test("a token shows its secret once, does what its scopes say, and is refused once it is revoked")
    func life() async throws {
        try await withAPI { api in
            let admin = try await api.register()

            let made = try await create(
                api, #"{"name": " till ", "scopes": ["ingest-analytics"], "expires_at": "2026-11-24T12:00:00+01:00"}"#,
                token: admin)
            let secret = try #require(made["data.token"] as? String)
            let ingest = try await api.ingest(#"{"metric_type": "users", "value": 1}"#, token: secret)
            let read = try await api.get("/api/v1/analytics", token: secret)
            let list = try await api.get("/api/v1/auth/tokens", token: admin)
            let revoked = try await api.send(.delete, "/api/v1/auth/tokens/2", token: admin)
            let after = try await api.ingest("{}", token: secret)

            #expect(
                made.body == #"{"data":{"id":2,"name":"till","scopes":["ingest-analytics"],"last_used_at":null,"#
                    + #""expires_at":"2026-11-24T11:00:00.000Z","created_at":"2026-11-23T10:00:00.000Z","token":"TOKEN"}}"#
            )
            #expect(made.headers[.cacheControl] == "no-store, private")
            #expect(ingest.status == .created)
            #expect(read.body == forbidden("view-analytics"))
            #expect(list["meta.total"] as? Int == 2)
            #expect(list["data.0.name"] as? String == "till")
            #expect(!list.text.contains(try #require(secret.split(separator: "|").last)))
            #expect(revoked.text == #"{"message":"Token revoked successfully.","revoked":1}"#)
            #expect(after.body == unauthenticated)
            #expect(try await api.get("/api/v1/auth/tokens", token: admin)["meta.total"] as? Int == 1)
        }
    }

    @Test("a token never may more, or for longer, than the one it is made with")
    func bounds() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let viewer = try await api.join(as: .viewer)
            let short = try await api.token(expiresAt: .t0.advanced(bySeconds: 3_600))
            let narrow = try await api.token(scopes: [.viewAnalytics])

            let byDefault = try await create(api, #"{"name": "t"}"#, token: short)
            let byNarrow = try await create(
                api, #"{"name": "t", "scopes": ["view-analytics"]}"#, token: narrow)
            let longer = try await create(
                api, #"{"name": "t", "expires_at": "2026-11-23T11:00:00.001Z"}"#, token: short)
            let beyondRole = try await create(api, #"{"name": "t", "scopes": ["manage-users"]}"#, token: viewer)
            let asMuch = try await create(api, #"{"name": "t", "scopes": ["*"]}"#, token: viewer)

            #expect(byDefault["data.scopes"] as? [String] == ["*"])
            #expect(byDefault["data.expires_at"] as? String == "2026-11-23T11:00:00.000Z")
            #expect(byNarrow.body == forbidden("*"))
            #expect(
                longer.body
                    == fault(
                        "expires_at",
                        "The expires at field must be a date before or equal to 2026-11-23T11:00:00.000Z."))
            #expect(beyondRole.body == forbidden("manage-users"))
            #expect(asMuch["data.scopes"] as? [String] == ["*"])
        }
    }

    @Test(
        "what is wrong with a token is said, all of it",
        arguments: [
            (#"{"scopes": ["fly", "*", 7], "expires_at": "soon"}"#, ["name", "scopes.0", "scopes.2", "expires_at"]),
            (#"{"name": "t", "scopes": []}"#, ["scopes"]), (#"{"name": "t", "scopes": "*"}"#, ["scopes"]),
            (#"{"name": "t", "expires_at": "2026-11-23T10:00:00Z"}"#, ["expires_at"]),
            (#"{"name": "t", "scopes": ["*","*","*","*","*","*","*","*","*","*","*"]}"#, ["scopes"]),
        ])
    func faults(json: String, fields: [String]) async throws {
        try await withAPI { api in
            let admin = try await api.register()

            let answer = try await create(api, json, token: admin)

            #expect(answer.status == .unprocessableContent)
            #expect((answer["errors"] as? [String: Any])?.keys.sorted() == fields.sorted())
        }
    }

    @Test("the password changes only with the current one, and other tokens stay unless they are to go")
    func password() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let other = try await api.token()
            func change(_ current: String, _ new: String, _ more: String = "") async throws -> Answer {
                try await api.send(
                    .patch, "/api/v1/auth/password", token: admin,
                    json: """
                        {"current_password": "\(current)", "password": "\(new)", "password_confirmation": "\(new)"\(more)}
                        """)
            }

            let wrong = try await change("wrong horse", "a longer staple")
            let common = try await change("correct horse", "Password1")
            let changed = try await change("correct horse", "a longer staple")
            #expect(try await api.get("/api/v1/auth/me", token: other).status == .ok)
            let again = try await change("a longer staple", "a third staple", #", "revoke_others": "1""#)
            let login = try await api.send(
                .post, "/api/v1/auth/login", json: #"{"email": "ada@example.com", "password": "a third staple"}"#)

            #expect(wrong.body == fault("current_password", "The password is incorrect."))
            #expect(
                common.body
                    == fault(
                        "password",
                        "The given password has appeared in a data leak. Please choose a different password."))
            #expect(changed.text == #"{"message":"Password changed successfully.","revoked":0}"#)
            #expect(again.text == #"{"message":"Password changed successfully.","revoked":1}"#)
            #expect(try await api.get("/api/v1/auth/me", token: other).body == unauthenticated)
            #expect(try await api.get("/api/v1/auth/me", token: admin).status == .ok)
            #expect(login.status == .ok)
        }
    }

    @Test("revoking a token ends what was made with it, and the answer says how many; logging out does not")
    func family() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            func make(_ token: String) async throws -> String {
                try #require(try await create(api, #"{"name": "t"}"#, token: token)["data.token"] as? String)
            }
            let child = try await make(admin)
            let grandchild = try await make(child)
            let other = try await make(admin)
            let heir = try await make(other)

            let logout = try await api.send(.post, "/api/v1/auth/logout", token: other)
            let revoked = try await api.send(.delete, "/api/v1/auth/tokens/2", token: admin)

            #expect(logout.status == .ok)
            #expect(revoked.text == #"{"message":"Token revoked successfully.","revoked":2}"#)
            for gone in [child, grandchild, other] {
                #expect(try await api.get("/api/v1/auth/me", token: gone).body == unauthenticated)
            }
            #expect(try await api.get("/api/v1/auth/me", token: heir).status == .ok)
            let own = try await api.send(.delete, "/api/v1/auth/tokens/1", token: admin)
            #expect(own["revoked"] as? Int == 2)
            #expect(try await api.get("/api/v1/auth/me", token: heir).body == unauthenticated)
        }
    }

    @Test("a token is not made once the one that it is made with was revoked, though the request came before")
    func heldBack() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let other = try await api.token()

            // As it is when the body of the request arrives late: the session is still known, the token is gone.
            let account = try await AccountStore(database: api.database).credentials(
                email: EmailAddress(trusted: "ada@example.com"))
            let user = try #require(account).member.user
            _ = try await api.send(.delete, "/api/v1/auth/tokens/2", token: admin)
            let store = TokenStore(database: api.database)
            await #expect(throws: EndedToken()) {
                try await store.issue(
                    name: "late", scopes: .all, for: user, by: Author(person: .init(user), tokenID: 2), now: .t0)
            }

            #expect(try await create(api, #"{"name": "t"}"#, token: other).body == unauthenticated)
            #expect(try await api.number("SELECT COUNT(*) FROM access_token") == 1)
        }
    }

    @Test("a user has so many tokens made with others, as the operator says; logins do not count")
    func most() async throws {
        var settings = API.Settings.unlimited()
        settings.tokensPerUser = 2
        try await withAPI(settings: settings) { api in
            let admin = try await api.register()
            for _ in 0..<3 {
                _ = try await api.send(
                    .post, "/api/v1/auth/login", json: #"{"email": "ada@example.com", "password": "correct horse"}"#)
            }
            for _ in 0..<2 { #expect(try await create(api, #"{"name": "t"}"#, token: admin).status == .created) }

            let third = try await create(api, #"{"name": "t"}"#, token: admin)

            #expect(
                third.body
                    == fault(
                        "name", "You must not have more than 2 tokens that were made with others. Revoke one first."))
        }
    }

    @Test("what does not fit stays: the count of a user's tokens is the number of them")
    func counts() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            for _ in 0..<3 { _ = try await create(api, #"{"name": "t"}"#, token: admin) }
            _ = try await api.send(.delete, "/api/v1/auth/tokens/2", token: admin)
            _ = try await api.send(.delete, "/api/v1/auth/tokens/2", token: admin)

            let counted = try await api.number("SELECT token_count FROM user_account WHERE id = 1")

            #expect(counted == 3)
            #expect(try await api.number("SELECT COUNT(*) FROM access_token") == 3)
        }
    }
}
