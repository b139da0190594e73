import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct OperatorTokenTests {
    private func make(_ api: TestAPI, _ json: String) async throws -> Answer {
        try await api.send(.post, "/operator/tokens", json: json)
    }

    @Test("a token may do everything and for ever unless the operator says otherwise")
    func plainToken() async throws {
        try await withBothAPIs { clients, commands in
            _ = try await clients.register()

            let answer = try await make(commands, #"{"email": "ADA@example.com", "name": " CI "}"#)

            #expect(answer.status == .created)
            #expect(
                answer.body == #"{"data":{"id":2,"name":"CI","scopes":["*"],"expires_at":null,"token":"TOKEN"}}"#)
            let token = try #require(answer["data.token"] as? String)
            let me = try await clients.get("/api/v1/auth/me", token: token)
            #expect(me["data.email"] as? String == "ada@example.com")
        }
    }

    @Test("a token has the scopes and the end that it was made with")
    func narrowToken() async throws {
        try await withBothAPIs { clients, commands in
            _ = try await clients.register()

            let answer = try await make(
                commands,
                """
                {"email": "ada@example.com", "name": "CI", "scopes": "ingest-analytics  view-analytics", \
                "expires_in_days": "2"}
                """)

            #expect(
                answer.body == #"{"data":{"id":2,"name":"CI","scopes":["view-analytics","ingest-analytics"],"#
                    + #""expires_at":"2026-11-25T10:00:00.000Z","token":"TOKEN"}}"#)
            let token = try #require(answer["data.token"] as? String)
            #expect(try await clients.get("/api/v1/analytics", token: token).status == .ok)
            clients.clock.advance(seconds: 2 * 86_400)
            #expect(try await clients.get("/api/v1/analytics", token: token).status == .unauthorized)
        }
    }

    @Test("every fault is named and no token is made")
    func faults() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()
            let scopes =
                "The selected scopes are invalid. Allowed are * or view-analytics, ingest-analytics, "
                + "export-analytics, manage-alerts, view-reports, create-reports, delete-reports, manage-users, "
                + "manage-workspace."
            let cases = [
                (#""name": " ""#, "name", "The name field is required."),
                (#""email": "eve@example.com""#, "email", "No account has this email."),
                (#""email": "ada""#, "email", "The email field must be a valid email address."),
                (#""scopes": "view-analytics everything""#, "scopes", scopes),
                (#""scopes": ["*"]"#, "scopes", "The scopes field must be a string."),
                (#""expires_in_days": 0"#, "expires_in_days", "The expires in days field must be at least 1."),
                (#""expires_in_days": 1.5"#, "expires_in_days", "The expires in days field must be an integer."),
                (#""expires_in_days": "soon""#, "expires_in_days", "The expires in days field must be an integer."),
                (
                    #""expires_in_days": 36501"#, "expires_in_days",
                    "The expires in days field must not be greater than 36500."
                ),
                (
                    #""expires_in_days": 999999999999999999"#, "expires_in_days",
                    "The expires in days field must not be greater than 36500."
                ),
            ]
            for (member, field, message) in cases {
                let answer = try await make(api, #"{"email": "ada@example.com", "name": "CI", \#(member)}"#)

                #expect(answer.status == .unprocessableContent, "\(member)")
                #expect(answer.body == fault(field, message), "\(member)")
            }
            let missing = try await make(api, "")
            #expect(missing["message"] as? String == "The email field is required. (and 1 more error)")
            #expect(try await api.number("SELECT COUNT(*) FROM access_token") == 0)
        }
    }
}
