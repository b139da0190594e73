import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct AuditLogTests {
    @Test(
        "every change of people, tokens, settings and records is there, with who, when, from where and by which token")
    func story() async throws {
        try await withAPI(isListening: true) { api in
            let admin = try await api.register()
            let id = try #require(
                try await api.ingest(#"{"metric_type": "revenue", "value": "10.5"}"#, token: admin)["data.id"] as? Int)
            let requests: [(HTTPRequest.Method, String, String?)] = [
                (.post, "/users/invitations", #"{"email": "grace@example.com", "role": "viewer"}"#),
                (.delete, "/users/invitations/1", nil),
                (.post, "/auth/tokens", #"{"name": "till"}"#), (.delete, "/auth/tokens/2", nil),
                (.patch, "/workspace", #"{"currency": "EUR"}"#),
                (
                    .patch, "/auth/password",
                    """
                    {"current_password": "correct horse", "password": "a longer staple", \
                    "password_confirmation": "a longer staple"}
                    """
                ),
                (.patch, "/analytics/\(id)", #"{"value": 11, "category": "Books"}"#),
                (.delete, "/analytics/\(id)", nil),
            ]
            for (method, path, json) in requests {
                let answer = try await api.send(method, "/api/v1" + path, token: admin, json: json)
                #expect([.ok, .created].contains(answer.status), "\(answer.text)")
            }

            let log = try await api.get("/api/v1/audit-log?per_page=50", token: admin)

            let actions = (log["data"] as? [[String: Any]] ?? []).compactMap { $0["action"] as? String }
            #expect(
                actions == [
                    "record.deleted", "record.corrected", "user.password_changed", "workspace.updated",
                    "token.revoked", "token.created", "invitation.revoked", "invitation.created", "user.registered",
                ])
            #expect(
                log.text.contains(
                    #"{"id":8,"at":"2026-11-23T10:00:00.000Z","user":{"id":1,"name":"Ada Lovelace","email":"ada@example.com"},"#
                        + #""token_id":1,"address":"127.0.0.1","action":"record.corrected","#
                        + #""object":{"type":"record","id":\#(id)},"#
                        + #""details":{"value":{"from":"10.5","to":"11"},"category":{"from":null,"to":"Books"}}}"#))
            #expect(!log.text.contains("scrypt"))
            #expect(!log.text.contains("staple"))
        }
    }

    @Test("a change that is refused leaves no entry, and another workspace's log is its own")
    func refused() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let other = try await api.register(email: "eve@example.com")

            _ = try await api.send(.patch, "/api/v1/users/1", token: admin, json: #"{"role": "viewer"}"#)
            _ = try await api.send(.delete, "/api/v1/users/2", token: admin)
            _ = try await api.send(.post, "/api/v1/auth/tokens", token: admin, json: "{}")

            #expect(try await api.get("/api/v1/audit-log", token: admin)["meta.total"] as? Int == 1)
            let log = try await api.get("/api/v1/audit-log", token: other)
            #expect(log["meta.total"] as? Int == 1)
            #expect(!log.text.contains("ada@example.com"))
        }
    }

    @Test("the log is paged by number and by cursor, newest first, and entries are numbered without a gap")
    func paging() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            for number in 1...24 {
                _ = try await api.send(.post, "/api/v1/auth/tokens", token: admin, json: #"{"name": "t\#(number)"}"#)
            }

            let page = try await api.get("/api/v1/audit-log?page=2&per_page=10", token: admin)
            let cursor = try #require(page["meta.next_cursor"] as? String)
            let rest = try await api.get("/api/v1/audit-log?cursor=\(cursor)&per_page=10", token: admin)
            let beyond = try await api.get("/api/v1/audit-log?page=99", token: admin)

            func ids(_ answer: Answer) -> [Int] {
                (answer["data"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
            }
            #expect(page["meta.total"] as? Int == 25)
            #expect(ids(page) == Array((6...15).reversed()))
            #expect(ids(rest) == Array((1...5).reversed()))
            #expect(ids(beyond).isEmpty)
        }
    }
}
