import AnalyticsCore
import AnalyticsTesting
import HTTPTypes
import Testing

@Suite struct RouteAccessTests {
    /// A route as one meets it from outside.
    private struct Entry {
        let method: HTTPRequest.Method
        let path: String
        /// What one may need to have; nil where a token is enough.
        var permission: Permission?
        var isOpen = false
        var readsBody = false
        /// What an empty body brings.
        let status: HTTPResponse.Status
    }

    private static let entries = [
        Entry(method: .get, path: "/health", isOpen: true, status: .ok),
        Entry(
            method: .post, path: "/api/v1/auth/register", isOpen: true, readsBody: true, status: .unprocessableContent),
        Entry(method: .post, path: "/api/v1/auth/login", isOpen: true, readsBody: true, status: .unprocessableContent),
        Entry(method: .get, path: "/api/v1/auth/me", status: .ok),
        Entry(method: .get, path: "/api/v1/analytics", permission: .viewAnalytics, status: .ok),
        Entry(
            method: .post, path: "/api/v1/analytics", permission: .ingestAnalytics, readsBody: true,
            status: .unprocessableContent),
        Entry(method: .get, path: "/api/v1/analytics/kpi", permission: .viewAnalytics, status: .ok),
        Entry(method: .get, path: "/api/v1/analytics/chart/revenue", permission: .viewAnalytics, status: .ok),
        Entry(method: .get, path: "/api/v1/analytics/categories", permission: .viewAnalytics, status: .ok),
        Entry(method: .post, path: "/api/v1/auth/logout", status: .ok),
    ]

    @Test("each route lets in who may, names what is missing, and refuses a malformed body")
    func everyRoute() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            for entry in Self.entries {
                let nobody = try await api.send(entry.method, entry.path)
                let allowed = entry.permission.map { [$0] } ?? [.viewReports]
                let narrow = try await api.token(scopes: Set(allowed))
                let others = try await api.token(scopes: Set(Permission.allCases).subtracting(allowed))
                let withScope = try await api.send(entry.method, entry.path, token: narrow)
                let withoutScope = try await api.send(entry.method, entry.path, token: others)
                let malformed = try await api.send(entry.method, entry.path, token: admin, json: "{")

                let name = "\(entry.method) \(entry.path)"
                if entry.isOpen {
                    #expect(nobody.status == entry.status, "\(name)")
                } else {
                    #expect(nobody.status == .unauthorized, "\(name)")
                    #expect(nobody.body == unauthenticated, "\(name)")
                    #expect(nobody.headers[.wwwAuthenticate] == "Bearer", "\(name)")
                }
                #expect(withScope.status == entry.status, "\(name)")
                if let permission = entry.permission {
                    #expect(withoutScope.status == .forbidden, "\(name)")
                    #expect(withoutScope.body == forbidden(permission.rawValue), "\(name)")
                } else {
                    #expect(withoutScope.status == entry.status, "\(name)")
                }
                // A route without a body ignores one.
                #expect(malformed.status == (entry.readsBody ? .badRequest : entry.status), "\(name)")
            }
        }
    }

    @Test("every role sees the figures, and a viewer cannot add to them")
    func roles() async throws {
        try await withAPI { api in
            _ = try await api.register()
            let point = #"{"metric_type": "users", "value": 1}"#
            for role in Role.allCases {
                let token = role == .admin ? try await api.token() : try await api.join(as: role)

                let list = try await api.get("/api/v1/analytics", token: token)
                let kpi = try await api.get("/api/v1/analytics/kpi", token: token)
                let ingest = try await api.ingest(point, token: token)

                #expect([list.status, kpi.status] == [.ok, .ok], "\(role)")
                if role == .viewer {
                    #expect(ingest.status == .forbidden)
                    #expect(ingest.body == forbidden("ingest-analytics"))
                } else {
                    #expect(ingest.status == .created, "\(role)")
                }
            }
            #expect(try await api.total(token: try await api.token()) == 3)
        }
    }

    @Test("a scope is no right: a viewer's token for ingesting is refused")
    func scopeBeyondRole() async throws {
        try await withAPI { api in
            _ = try await api.register()
            _ = try await api.join(as: .viewer)
            let token = try await api.token(of: "viewer@example.com", scopes: [.ingestAnalytics])

            let ingest = try await api.ingest(#"{"metric_type": "users", "value": 1}"#, token: token)
            let list = try await api.get("/api/v1/analytics", token: token)

            #expect(ingest.body == forbidden("ingest-analytics"))
            #expect(list.body == forbidden("view-analytics"))
        }
    }

    @Test("refusals come in order: token, permission, media type, size, syntax, fields")
    func order() async throws {
        try await withAPI { api in
            let admin = try await api.register()
            let narrow = try await api.token(scopes: [.viewAnalytics])
            let large = "{" + String(repeating: " ", count: 1_048_576)
            let text: HTTPFields = [.contentType: "text/plain"]

            let noToken = try await api.send(.post, "/api/v1/analytics", json: large, headers: text)
            let noPermission = try await api.ingest(large, token: narrow, headers: text)
            let wrongType = try await api.ingest(large, token: admin, headers: text)
            let tooLarge = try await api.ingest(large, token: admin)
            let malformed = try await api.ingest(#"{"value": "abc", }"#, token: admin)
            let invalid = try await api.ingest(#"{"value": "abc"}"#, token: admin)

            let answers = [noToken, noPermission, wrongType, tooLarge, malformed, invalid]
            #expect(answers.map(\.status.code) == [401, 403, 415, 413, 400, 422])
            #expect(try await api.total(token: admin) == 0)
        }
    }
}
