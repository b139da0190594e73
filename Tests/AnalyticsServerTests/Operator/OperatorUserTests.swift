import AnalyticsCore
import AnalyticsServer
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct OperatorUserTests {
    private func make(_ api: TestAPI, _ json: String) async throws -> Answer {
        try await api.send(.post, "/operator/users", json: json)
    }

    @Test("a user without further wishes is the admin of a new workspace, with a password of chance that works")
    func plainUser() async throws {
        try await withBothAPIs { clients, commands in
            let answer = try await make(commands, #"{"name": "Bob", "email": "BOB@example.com"}"#)

            #expect(answer.status == .created)
            let password = try #require(answer["data.password"] as? String)
            #expect(password.wholeMatch(of: /[a-z2-9]{5}(-[a-z2-9]{5}){3}/) != nil)
            #expect(
                answer.text.replacing(password, with: "PASSWORD") == #"{"data":{"user":{"id":1,"name":"Bob","#
                    + #""email":"bob@example.com","role":"admin","permissions":["view-analytics","ingest-analytics","#
                    + #""export-analytics","manage-alerts","view-reports","create-reports","delete-reports","#
                    + #""manage-users","manage-workspace"],"workspace":{"id":1,"name":"Bob's workspace","#
                    + #""timezone":"UTC","currency":"USD"},"created_at":"2026-11-23T10:00:00.000Z"},"#
                    + #""password":"PASSWORD"}}"#)
            let login = try await clients.send(
                .post, "/api/v1/auth/login", json: #"{"email": "bob@example.com", "password": "\#(password)"}"#)
            #expect(login.status == .ok)
            #expect(!login.text.contains(password))
            // A token is what one gets by logging in, not here.
            #expect(try await commands.number("SELECT COUNT(*) FROM access_token") == 1)
        }
    }

    @Test("a password of the operator's choice is not repeated, and works as it was sent")
    func chosenPassword() async throws {
        try await withBothAPIs { clients, commands in
            let answer = try await make(
                commands,
                #"{"name": "Bob", "email": "bob@example.com", "password": " my secret ", "new_workspace": "Acme"}"#)
            let login = try await clients.send(
                .post, "/api/v1/auth/login", json: #"{"email": "bob@example.com", "password": " my secret "}"#)

            #expect(answer.status == .created)
            #expect(answer.text.hasSuffix(#","password":null}}"#))
            #expect(!answer.text.contains("my secret"))
            #expect(answer["data.user.workspace.name"] as? String == "Acme")
            #expect(login.status == .ok)
        }
    }

    @Test("a user joins a workspace by its id or its exact name, in any role")
    func joining() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture(workspace: "Acme")
            for (selector, role) in [("1", "viewer"), ("Acme", "manager"), (" Acme ", "admin"), ("1", "analyst")] {
                let answer = try await make(
                    api,
                    """
                    {"name": "Bob", "email": "\(role)@example.com", "role": "\(role)", "workspace": "\(selector)"}
                    """)

                #expect(answer.status == .created, "\(answer.text)")
                #expect(answer["data.user.role"] as? String == role)
                #expect(answer["data.user.workspace.id"] as? Int == 1)
            }
            #expect(try await api.number("SELECT COUNT(*) FROM workspace") == 1)
        }
    }

    @Test("a workspace that is not there or not the only one of its name is 422, and no user is made")
    func workspaces() async throws {
        try await withAPI(isOperator: true) { api in
            let accounts = AccountStore(database: api.database)
            _ = try await accounts.fixture(email: "a@example.com", workspace: "Twice")
            _ = try await accounts.fixture(email: "b@example.com", workspace: "Twice")
            let cases = [
                ("Twice", #"Several workspaces are called \"Twice\". Give the id of one."#),
                ("twice", #"No workspace has the id or the exact name \"twice\"."#),
                ("3", #"No workspace has the id or the exact name \"3\"."#),
                ("-1", #"No workspace has the id or the exact name \"-1\"."#),
            ]
            for (selector, message) in cases {
                let answer = try await make(
                    api, #"{"name": "Bob", "email": "bob@example.com", "workspace": "\#(selector)"}"#)

                #expect(answer.status == .unprocessableContent)
                #expect(answer.body == fault("workspace", message))
            }
            #expect(try await api.number("SELECT COUNT(*) FROM user_account") == 2)
        }
    }

    @Test("every fault is named at once")
    func faults() async throws {
        try await withAPI(isOperator: true) { api in
            let several = try await make(
                api, #"{"email": "bob", "role": "owner", "password": "short", "workspace": 1, "new_workspace": []}"#)

            #expect(several.status == .unprocessableContent)
            #expect(
                several.body == #"{"message":"The name field is required. (and 5 more errors)","#
                    + #""code":"validation_failed","errors":{"name":["The name field is required."],"#
                    + #""email":["The email field must be a valid email address."],"#
                    + #""role":["The selected role is invalid. It must be admin, manager, analyst or viewer."],"#
                    + #""password":["The password field must be at least 8 characters."],"#
                    + #""workspace":["The workspace field must be a string."],"#
                    + #""new_workspace":["The new workspace field must be a string."]},"request_id":"ID"}"#)
            let cases = [
                (#""role": "viewer""#, "role", "The first user of a new workspace must be its admin."),
                (#""password": 12345678"#, "password", "The password field must be a string."),
                (
                    #""password": "12345678\ud800""#, "password",
                    "The password field must not contain U+0000 or half of a surrogate pair."
                ),
                (#""password": "1234567""#, "password", "The password field must be at least 8 characters."),
            ]
            for (member, field, message) in cases {
                let answer = try await make(api, #"{"name": "Bob", "email": "bob@example.com", \#(member)}"#)

                #expect(answer.status == .unprocessableContent, "\(member)")
                #expect(answer.body == fault(field, message), "\(member)")
            }
            #expect(try await api.number("SELECT COUNT(*) FROM user_account") == 0)
        }
    }

    @Test("an e-mail that has an account is 422")
    func taken() async throws {
        try await withAPI(isOperator: true) { api in
            _ = try await AccountStore(database: api.database).fixture()

            let answer = try await make(api, #"{"name": "Bob", "email": "Ada@example.com"}"#)

            #expect(answer.body == fault("email", "The email has already been taken."))
            #expect(try await api.number("SELECT COUNT(*) FROM workspace") == 1)
        }
    }
}
