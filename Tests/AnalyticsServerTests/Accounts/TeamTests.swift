import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct TeamTests {
    private func invite(
        _ api: TestAPI, _ email: String = "grace@example.com", role: String = "analyst", token: String
    ) async throws -> Answer {
        try await api.send(
            .post, "/api/v1/users/invitations", token: token, json: #"{"email": "\#(email)", "role": "\#(role)"}"#)
    }

    private func accept(
        _ api: TestAPI, _ code: String, _ email: String = "grace@example.com", password: String = "correct horse"
    ) async throws -> Answer {
        try await api.send(
            .post, "/api/v1/auth/register",
            json: """
                {"name": "Grace Hopper", "email": "\(email)", "password": "\(password)", \
                "password_confirmation": "\(password)", "invitation": "\(code)"}
                """)
    }

    private let invalid = fault("invitation", "The selected invitation is invalid.")

    @Test("an invitation lets its address in once, with its role, and shows its code once")
    func invitation() async throws {
        try await withAPI(isRegistrationOpen: false) { api in
            let admin = try await api.register()

            let invited = try await invite(api, " Grace@Example.com ", token: admin)
            let code = try #require(invited["data.code"] as? String)
            let list = try await api.get("/api/v1/users/invitations", token: admin)
            let other = try await accept(api, code, "eve@example.com")
            let joined = try await accept(api, code)
            let again = try await accept(api, code, "grace@example.com")
            let users = try await api.get("/api/v1/users", token: admin)

            #expect(invited.status == .created)
            #expect(invited["data.expires_at"] as? String == "2026-11-30T10:00:00.000Z")
            #expect(code.count == 40)
            #expect(list["meta.total"] as? Int == 1)
            #expect(!list.text.contains(code))
            #expect(other.body == invalid)
            #expect(joined.status == .created)
            #expect(joined["data.user.role"] as? String == "analyst")
            #expect(joined["data.user.workspace.id"] as? Int == 1)
            #expect(again.body == invalid)
            #expect(users["meta.total"] as? Int == 2)
            #expect(users["data.0.email"] as? String == "grace@example.com")
            #expect(try await api.get("/api/v1/users/invitations", token: admin)["meta.total"] as? Int == 0)
            #expect(try await api.number("SELECT COUNT(*) FROM workspace") == 1)
        }
    }

    @Test("an invitation ends after seven days, when it is revoked and when another takes its place")
    func invalidInvitations() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let replaced = try #require(try await invite(api, token: admin)["data.code"] as? String)
            let second = try await invite(api, token: admin)
            let revoked = try #require(second["data.code"] as? String)
            let id = try #require(second["data.id"] as? Int)
            #expect(try await accept(api, replaced).body == invalid)

            let revocation = try await api.send(.delete, "/api/v1/users/invitations/\(id)", token: admin)
            let afterRevocation = try await accept(api, revoked)
            let late = try #require(try await invite(api, token: admin)["data.code"] as? String)
            api.clock.advance(seconds: 7 * 86_400 - 1)
            let wrong = try await accept(api, late, password: "short")
            api.clock.advance(seconds: 1)
            let expired = try await accept(api, late)

            #expect(revocation.text == #"{"message":"Invitation revoked successfully."}"#)
            #expect(afterRevocation.body == invalid)
            #expect(wrong["errors.password.0"] as? String == "The password field must be at least 8 characters.")
            #expect(expired.body == invalid)
        }
    }

    @Test("an account that is alone without data moves with its own password; any other address is taken")
    func moving() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let alone = try await api.register(email: "grace@example.com")
            let busy = try await api.register(email: "busy@example.com")
            #expect(try await api.ingest(#"{"metric_type": "users", "value": 1}"#, token: busy).status == .created)

            let taken = try await invite(api, "busy@example.com", token: admin)
            let myself = try await invite(api, "ada@example.com", token: admin)
            let code = try #require(try await invite(api, token: admin)["data.code"] as? String)
            let guessed = try await accept(api, code, password: "another horse")
            #expect(try await api.get("/api/v1/auth/me", token: alone)["data.workspace.id"] as? Int == 2)
            let moved = try await accept(api, code)

            #expect(taken.body == fault("email", "The email has already been taken."))
            #expect(myself.body == fault("email", "The email has already been taken."))
            #expect(guessed.body == fault("password", "The password is incorrect."))
            #expect(moved.status == .created)
            #expect(moved["data.user.workspace.id"] as? Int == 1)
            #expect(moved["data.user.role"] as? String == "analyst")
            #expect(try await api.get("/api/v1/auth/me", token: alone).body == unauthenticated)
            #expect(try await api.number("SELECT COUNT(*) FROM workspace WHERE id = 2") == 0)
            #expect(try await api.get("/api/v1/users", token: admin)["meta.total"] as? Int == 2)
        }
    }

    @Test("a new role holds for the next request, and a removed user is out at once")
    func changes() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let viewer = try await api.join(as: .viewer)
            let point = #"{"metric_type": "users", "value": 1}"#
            #expect(try await api.ingest(point, token: viewer).body == forbidden("ingest-analytics"))

            let changed = try await api.send(.patch, "/api/v1/users/2", token: admin, json: #"{"role": "manager"}"#)
            let allowed = try await api.ingest(point, token: viewer)
            let removed = try await api.send(.delete, "/api/v1/users/2", token: admin)
            let out = try await api.ingest(point, token: viewer)
            let again = try await api.send(.delete, "/api/v1/users/2", token: admin)

            #expect(changed["data.role"] as? String == "manager")
            #expect(allowed.status == .created)
            #expect(removed.text == #"{"message":"User removed successfully.","revoked":1}"#)
            #expect(out.body == unauthenticated)
            #expect(again.body == refusal("Not found.", "not_found"))
            #expect(try await api.total(token: admin) == 1)
        }
    }

    @Test("the last admin stays, also where the two last are demoted at the same moment")
    func lastAdmin() async throws {
        try await withAPI { api in
            let ada = try await api.register()
            let alone = try await api.send(.patch, "/api/v1/users/1", token: ada, json: #"{"role": "viewer"}"#)
            let removal = try await api.send(.delete, "/api/v1/users/1", token: ada)
            #expect(alone.body == refusal("The last admin of a workspace must stay one.", "conflict"))
            #expect(removal.body == alone.body)
            #expect(alone.status == .conflict)

            for round in 0..<10 {
                let email = "admin\(round)@example.com"
                let code = try #require(
                    try await invite(api, email, role: "admin", token: ada)["data.code"] as? String)
                let id = try #require(try await accept(api, code, email)["data.user.id"] as? Int)
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for user in [1, id] {
                        group.addTask {
                            try await api.send(
                                .patch, "/api/v1/users/\(user)", token: ada, json: #"{"role": "viewer"}"#
                            ).status.code
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }.sorted()
                }
                // Whoever was demoted first may have lost the permission for the second demotion: 403.
                #expect(statuses == [200, 409] || statuses == [200, 403])
                #expect(try await api.number("SELECT COUNT(*) FROM user_account WHERE role = 'admin'") == 1)
                #expect(try await api.number("SELECT admin_count FROM workspace WHERE id = 1") == 1)
                try await api.execute("UPDATE user_account SET role = 'viewer' WHERE id <> 1")
                try await api.execute("UPDATE user_account SET role = 'admin' WHERE id = 1")
                // The API learns of it by any change that goes through it.
                let change = try await api.send(
                    .patch, "/api/v1/workspace", token: try await api.token(), json: #"{"name": "Acme \#(round)"}"#)
                #expect(change.status == .ok)
            }
        }
    }

    @Test("two registrations with one address at the same moment: one is made, one is refused")
    func sameAddress() async throws {
        try await withAPI { api in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await api.send(
                            .post, "/api/v1/auth/register",
                            json: """
                                {"name": "Ada", "email": "ada@example.com", "password": "correct horse", \
                                "password_confirmation": "correct horse"}
                                """
                        ).status.code
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(statuses.sorted() == [201, 422])
            #expect(try await api.number("SELECT COUNT(*) FROM workspace") == 1)
        }
    }

    @Test("a workspace's settings hold for the next answer, also for one that was kept")
    func settings() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let before = try await api.get("/api/v1/analytics/kpi", token: admin)

            let changed = try await api.send(
                .patch, "/api/v1/workspace", token: admin,
                json: #"{"name": " Acme ", "timezone": "Pacific/Kiritimati", "currency": "EUR"}"#)
            let after = try await api.get("/api/v1/analytics/kpi", token: admin)
            let bad = try await api.send(
                .patch, "/api/v1/workspace", token: admin,
                json: #"{"name": "", "timezone": "GMT+3", "currency": "eur"}"#)
            let nothing = try await api.send(.patch, "/api/v1/workspace", token: admin, json: "{}")

            #expect(before["data.to"] as? String == "2026-11-23")
            #expect(
                changed.text.hasPrefix(
                    #"{"data":{"id":1,"name":"Acme","timezone":"Pacific/Kiritimati","currency":"EUR","usage":{"#))
            #expect(after["data.to"] as? String == "2026-11-24")
            #expect(after["data.kpis.revenue.unit"] as? String == "EUR")
            #expect(
                bad.body == #"{"message":"The name field is required. (and 2 more errors)","code":"validation_failed","#
                    + #""errors":{"name":["The name field is required."],"#
                    + #""timezone":["The timezone field must be a valid timezone, such as Europe/Berlin."],"#
                    + #""currency":["The selected currency is invalid. It must be a code of ISO 4217, such as USD."]},"#
                    + #""request_id":"ID"}"#)
            #expect(nothing.text == changed.text)
        }
    }
}
