import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

@testable import AnalyticsServer

@Suite struct RouteAccessTests {
    /// A route as one meets it from outside.
    struct Entry: Sendable {
        let method: HTTPRequest.Method
        /// With `{id}` for the id of something of another workspace.
        let path: String
        /// What one must be allowed to do; nil where a token is enough.
        var permission: Permission?
        /// Whether the token must have the scope `*`.
        var needsEveryScope = false
        var isOpen = false
        var readsBody = false
        /// What an empty object as the body brings.
        let status: HTTPResponse.Status
        /// The table that the id is of.
        var table: SQL?
    }

    static let entries =
        [
            Entry(method: .get, path: "/health", isOpen: true, status: .ok),
            Entry(method: .get, path: "/docs", isOpen: true, status: .ok),
            Entry(method: .get, path: "/docs/reference.css", isOpen: true, status: .ok),
            Entry(method: .get, path: "/api/v1/openapi.json", isOpen: true, status: .ok),
            Entry(
                method: .post, path: "/api/v1/auth/register", isOpen: true, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .post, path: "/api/v1/auth/login", isOpen: true, readsBody: true, status: .unprocessableContent),
            Entry(
                method: .post, path: "/api/v1/auth/password/forgot", isOpen: true, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .post, path: "/api/v1/auth/password/reset", isOpen: true, readsBody: true,
                status: .unprocessableContent),
            Entry(method: .get, path: "/api/v1/auth/me", status: .ok),
            Entry(method: .patch, path: "/api/v1/auth/me", needsEveryScope: true, readsBody: true, status: .ok),
            Entry(
                method: .patch, path: "/api/v1/auth/password", needsEveryScope: true, readsBody: true,
                status: .unprocessableContent),
            Entry(method: .get, path: "/api/v1/auth/tokens", needsEveryScope: true, status: .ok),
            Entry(
                method: .post, path: "/api/v1/auth/tokens", needsEveryScope: true, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .delete, path: "/api/v1/auth/tokens/{id}", needsEveryScope: true, status: .notFound,
                table: "access_token"),
            Entry(method: .get, path: "/api/v1/workspace", status: .ok),
            Entry(
                method: .patch, path: "/api/v1/workspace", permission: .manageWorkspace, readsBody: true, status: .ok),
            Entry(method: .get, path: "/api/v1/users", permission: .manageUsers, status: .ok),
            Entry(
                method: .patch, path: "/api/v1/users/{id}", permission: .manageUsers, readsBody: true,
                status: .notFound,
                table: "user_account"),
            Entry(
                method: .delete, path: "/api/v1/users/{id}", permission: .manageUsers, status: .notFound,
                table: "user_account"),
            Entry(method: .get, path: "/api/v1/users/invitations", permission: .manageUsers, status: .ok),
            Entry(
                method: .post, path: "/api/v1/users/invitations", permission: .manageUsers, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .delete, path: "/api/v1/users/invitations/{id}", permission: .manageUsers, status: .notFound,
                table: "invitation"),
            // A stream does not end; what it lets in is the same for HEAD, which has none.
            Entry(method: .head, path: "/api/v1/events", permission: .viewAnalytics, status: .ok),
            Entry(method: .get, path: "/api/v1/audit-log", permission: .manageUsers, status: .ok),
            Entry(method: .get, path: "/api/v1/analytics", permission: .viewAnalytics, status: .ok),
            Entry(method: .get, path: "/api/v1/analytics/export", permission: .exportAnalytics, status: .ok),
            Entry(
                method: .post, path: "/api/v1/analytics", permission: .ingestAnalytics, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .post, path: "/api/v1/analytics/batch", permission: .ingestAnalytics, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .patch, path: "/api/v1/analytics/{id}", permission: .ingestAnalytics, readsBody: true,
                status: .notFound, table: "data_point"),
            Entry(
                method: .delete, path: "/api/v1/analytics/{id}", permission: .ingestAnalytics, status: .notFound,
                table: "data_point"),
            Entry(method: .get, path: "/api/v1/analytics/imports", permission: .ingestAnalytics, status: .ok),
            Entry(
                method: .post, path: "/api/v1/analytics/imports", permission: .ingestAnalytics, readsBody: true,
                status: .unprocessableContent),
            // What its body must be depends on the import.
            Entry(
                method: .put, path: "/api/v1/analytics/imports/{id}/content", permission: .ingestAnalytics,
                status: .notFound, table: "data_import"),
            Entry(
                method: .get, path: "/api/v1/analytics/imports/{id}", permission: .ingestAnalytics, status: .notFound,
                table: "data_import"),
            Entry(
                method: .delete, path: "/api/v1/analytics/imports/{id}", permission: .ingestAnalytics,
                status: .notFound,
                table: "data_import"),
            Entry(method: .get, path: "/api/v1/analytics/kpi", permission: .viewAnalytics, status: .ok),
            Entry(method: .get, path: "/api/v1/analytics/chart/revenue", permission: .viewAnalytics, status: .ok),
            Entry(method: .get, path: "/api/v1/analytics/categories", permission: .viewAnalytics, status: .ok),
            Entry(method: .get, path: "/api/v1/alerts", permission: .manageAlerts, status: .ok),
            Entry(
                method: .post, path: "/api/v1/alerts/read", permission: .manageAlerts, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .get, path: "/api/v1/alerts/{id}", permission: .manageAlerts, status: .notFound, table: "alert"),
            Entry(method: .get, path: "/api/v1/alert-rules", permission: .manageAlerts, status: .ok),
            Entry(
                method: .post, path: "/api/v1/alert-rules", permission: .manageAlerts, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .post, path: "/api/v1/alert-rules/preview", permission: .manageAlerts, readsBody: true,
                status: .unprocessableContent),
            Entry(
                method: .get, path: "/api/v1/alert-rules/{id}", permission: .manageAlerts, status: .notFound,
                table: "alert_rule"),
            Entry(
                method: .patch, path: "/api/v1/alert-rules/{id}", permission: .manageAlerts, readsBody: true,
                status: .notFound, table: "alert_rule"),
            Entry(
                method: .delete, path: "/api/v1/alert-rules/{id}", permission: .manageAlerts, status: .notFound,
                table: "alert_rule"),
            Entry(
                method: .post, path: "/api/v1/alert-rules/{id}/snooze", permission: .manageAlerts, readsBody: true,
                status: .notFound, table: "alert_rule"),
        ] + alertChanges + notifications + mail + reports + embeds + pages + [
            Entry(method: .post, path: "/api/v1/auth/logout", status: .ok)
        ]

    /// What several methods do alike.
    private static let alertChanges = [HTTPRequest.Method.patch, .post, .put].flatMap { method in
        [
            Entry(
                method: method, path: "/api/v1/alerts/{id}/read", permission: .manageAlerts, status: .notFound,
                table: "alert"),
            Entry(
                method: method, path: "/api/v1/alerts/{id}/resolve", permission: .manageAlerts, readsBody: true,
                status: .notFound, table: "alert"),
        ]
    }

    private static let notifications = [
        Entry(method: .get, path: "/api/v1/channels", permission: .manageWorkspace, status: .ok),
        Entry(
            method: .post, path: "/api/v1/channels", permission: .manageWorkspace, readsBody: true,
            status: .unprocessableContent),
        Entry(
            method: .get, path: "/api/v1/channels/{id}", permission: .manageWorkspace, status: .notFound,
            table: "channel"),
        Entry(
            method: .patch, path: "/api/v1/channels/{id}", permission: .manageWorkspace, readsBody: true,
            status: .notFound, table: "channel"),
        Entry(
            method: .delete, path: "/api/v1/channels/{id}", permission: .manageWorkspace, status: .notFound,
            table: "channel"),
        Entry(
            method: .post, path: "/api/v1/channels/{id}/test", permission: .manageWorkspace, readsBody: true,
            status: .notFound, table: "channel"),
        Entry(
            method: .post, path: "/api/v1/channels/{id}/rotate", permission: .manageWorkspace, readsBody: true,
            status: .notFound, table: "channel"),
        Entry(
            method: .get, path: "/api/v1/channels/{id}/deliveries", permission: .manageWorkspace, status: .notFound,
            table: "channel"),
        Entry(
            method: .post, path: "/api/v1/deliveries/{id}/replay", permission: .manageWorkspace, status: .notFound,
            table: "delivery"),
    ]

    private static let mail = [
        Entry(
            method: .post, path: "/api/v1/mail/confirm", isOpen: true, readsBody: true, status: .unprocessableContent),
        Entry(method: .post, path: "/mail/unsubscribe/{code}", isOpen: true, status: .notFound),
    ]

    private static let reports = [
        Entry(
            method: .get, path: "/api/v1/analytics/chart/revenue.svg", permission: .viewAnalytics, status: .ok),
        Entry(method: .get, path: "/api/v1/reports", permission: .viewReports, status: .ok),
        Entry(
            method: .post, path: "/api/v1/reports", permission: .createReports, readsBody: true,
            status: .unprocessableContent),
        Entry(
            method: .get, path: "/api/v1/reports/{id}", permission: .viewReports, status: .notFound, table: "report"),
        Entry(
            method: .get, path: "/api/v1/reports/{id}/download", permission: .viewReports, status: .notFound,
            table: "report"),
        Entry(
            method: .delete, path: "/api/v1/reports/{id}", permission: .deleteReports, status: .notFound,
            table: "report"),
        Entry(method: .get, path: "/api/v1/report-schedules", permission: .viewReports, status: .ok),
        Entry(
            method: .patch, path: "/api/v1/report-schedules/{id}", permission: .createReports, readsBody: true,
            status: .notFound, table: "report_schedule"),
        Entry(
            method: .delete, path: "/api/v1/report-schedules/{id}", permission: .createReports, status: .notFound,
            table: "report_schedule"),
        Entry(
            method: .post, path: "/api/v1/report-schedules/{id}/run", permission: .createReports, readsBody: true,
            status: .notFound, table: "report_schedule"),
    ]

    private static let embeds = [
        Entry(method: .get, path: "/api/v1/embeds", permission: .manageWorkspace, status: .ok),
        Entry(
            method: .post, path: "/api/v1/embeds", permission: .manageWorkspace, readsBody: true,
            status: .unprocessableContent),
        Entry(
            method: .delete, path: "/api/v1/embeds/{id}", permission: .manageWorkspace, status: .notFound,
            table: "embed"),
        Entry(method: .get, path: "/embed/{link}.svg", isOpen: true, status: .notFound),
    ]

    /// Pages: who is not logged in is sent away from those of the workspace, with a token, too, which is for programs.
    private static let pages =
        [
            "/", "/data", "/alerts", "/alerts/channels", "/alerts/channels/{id}", "/rules", "/rules/new", "/rules/{id}",
            "/reports", "/reports/{id}", "/settings", "/settings/team", "/settings/workspace", "/settings/audit",
        ].map { Entry(method: .get, path: $0, isOpen: true, status: .seeOther) }
        + [
            "/login", "/register", "/join/{code}", "/forgot", "/reset/{code}", "/mail/confirm/{code}",
            "/mail/unsubscribe/{code}",
        ].map { path in
            Entry(method: .get, path: path, isOpen: true, status: .ok)
        } + [
            Entry(method: .get, path: "/assets/{file}", isOpen: true, status: .notFound),
            Entry(method: .post, path: "/session", isOpen: true, readsBody: true, status: .unprocessableContent),
            Entry(
                method: .post, path: "/session/registration", isOpen: true, readsBody: true,
                status: .unprocessableContent),
            Entry(method: .delete, path: "/session", status: .ok),
        ]

    /// The table of the product's description: which roles have each permission.
    private static let roles: [Permission: Set<Role>] = [
        .viewAnalytics: [.admin, .manager, .analyst, .viewer], .ingestAnalytics: [.admin, .manager, .analyst],
        .exportAnalytics: [.admin, .manager, .analyst], .manageAlerts: [.admin, .analyst],
        .manageUsers: [.admin], .manageWorkspace: [.admin], .viewReports: [.admin, .manager, .analyst, .viewer],
        .createReports: [.admin, .manager], .deleteReports: [.admin],
    ]

    @Test("the table of routes has every route there is")
    func complete() async throws {
        try await withDatabase { database in
            let routes = API(testing: database, clock: TestClock(), settings: .unlimited()).routes

            let served = routes.map { "\($0.method) \($0.path.replacing("{metric}", with: "revenue"))" }

            let known = Self.entries.map { "\($0.method == .head ? .get : $0.method) \($0.path)" }
            #expect(served.sorted() == known.sorted())
        }
    }

    @Test(
        "a route lets in who may, names what is missing, knows nothing of others and refuses a malformed body",
        arguments: entries)
    func everyRoute(entry: Entry) async throws {
        try await withAPI { api in
            _ = try await api.register()
            let stranger = try await api.register(email: "stranger@example.com", name: "Mallory")
            let rule = try await api.send(
                .post, "/api/v1/alert-rules", token: stranger,
                json: """
                    {"name": "Secret rule", "metric_type": "revenue", "operator": ">", "threshold": 31336, \
                    "severity": "info"}
                    """)
            #expect(rule.status == .created)
            let secret = try await api.ingest(
                #"{"metric_type": "revenue", "value": 31337, "category": "Secret"}"#, token: stranger)
            #expect(secret.status == .created)
            let invited = try await api.send(
                .post, "/api/v1/users/invitations", token: stranger,
                json: #"{"email": "guest@example.com", "role": "viewer"}"#)
            #expect(invited.status == .created)
            _ = try await ImportStore(database: api.database).fixture(name: "Secret sales", workspaceID: 2)
            _ = try await ChannelStore(database: api.database).fixture(
                .fixture(name: "Secret", url: "https://secret.example.com"), workspaceID: 2)
            _ = try await DeliveryStore(database: api.database).test(
                channelID: 1, workspaceID: 2, by: .operator, now: .t0)
            _ = try await ReportStore(database: api.database).create(
                NewReport(name: "Secret report", type: .daily, repeats: true), workspaceID: 2, by: .operator, now: .t0)
            _ = try await EmbedStore(database: api.database).create(
                .init(name: "Secret chart", metric: .revenue), workspaceID: 2, by: .operator, now: .t0)
            var path = entry.path.replacing("{link}", with: "2-1-0")
            if let table = entry.table {
                let id = try #require(
                    try await api.number("SELECT MAX(id) FROM " + table + " WHERE workspace_id = 2"))
                path = path.replacing("{id}", with: String(id))
            }
            // An answer to HEAD is a status alone.
            func expected(_ body: String) -> String { entry.method == .head ? "" : body }
            func send(_ token: String?, _ json: String = "{}") async throws -> Answer {
                let answer = try await api.send(entry.method, path, token: token, json: json)
                for leak in ["Mallory", "stranger@", "31337", "Secret", "scrypt", "guest@", "secret.example"] {
                    #expect(!answer.text.contains(leak), "\(leak)")
                }
                // Whatever it says: no cache keeps it by itself, and no browser guesses what it is.
                #expect(answer.headers[.contentTypeOptions] == "nosniff")
                let caching = answer.headers[.cacheControl] ?? "nothing"
                let own = ["no-cache", "private, no-cache", "no-store", "public, max-age=31536000, immutable"]
                #expect(caching == "no-store, private" || own.contains(caching), "\(caching)")
                if !entry.isOpen { #expect(caching.contains("private") || caching.contains("no-store"), "\(caching)") }
                return answer
            }
            let allowed = entry.permission.map { [$0] } ?? [.viewReports]

            let nobody = try await send(nil)
            let withScope = try await send(try await api.token(scopes: Set(allowed)))
            let withoutScope = try await send(
                try await api.token(scopes: Set(Permission.allCases).subtracting(allowed)))
            let malformed = try await send(try await api.token(), "{")

            if entry.isOpen {
                #expect(nobody.status == entry.status)
            } else {
                #expect(nobody.status == .unauthorized)
                #expect(nobody.body == expected(unauthenticated))
                #expect(nobody.headers[.wwwAuthenticate] == "Bearer")
            }
            if entry.needsEveryScope {
                // Each scope by itself, and all of them by name: only * is the account's own.
                for scopes in Permission.allCases.map({ [$0] }) + [Permission.allCases] {
                    let narrow = try await send(try await api.token(scopes: Set(scopes)))
                    #expect(narrow.status == .forbidden, "\(scopes)")
                    #expect(narrow.body == expected(forbidden("*")), "\(scopes)")
                }
            } else {
                #expect(withScope.status == entry.status)
                if entry.table != nil { #expect(withScope.body == refusal("Not found.", "not_found")) }
            }
            if entry.needsEveryScope {
                #expect(withoutScope.status == .forbidden)
            } else if let permission = entry.permission {
                #expect(withoutScope.status == .forbidden)
                #expect(withoutScope.body == expected(forbidden(permission.rawValue)))
            } else {
                #expect(withoutScope.status == entry.status)
            }
            // A route without a body ignores one.
            #expect(malformed.status == (entry.readsBody ? .badRequest : entry.status))
            if entry.readsBody {
                #expect(
                    malformed.body
                        == refusal(
                            "The body is not valid JSON: unexpected end, expected a name in quotation marks at byte 1.",
                            "malformed_body"))
            }
            for role in Role.allCases {
                let token = role == .admin ? try await api.token() : try await api.join(as: role)
                let answer = try await send(token)
                if let permission = entry.permission, Self.roles[permission]?.contains(role) != true {
                    #expect(answer.body == expected(forbidden(permission.rawValue)), "\(role)")
                } else {
                    #expect(answer.status == entry.status, "\(role)")
                }
            }
            #expect(try await api.number("SELECT COUNT(*) FROM data_point WHERE workspace_id = 2") == 1)
            #expect(try await api.number("SELECT COUNT(*) FROM user_account WHERE workspace_id = 2") == 1)
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
