import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import HTTPTypes
import Testing

extension TestAPI {
    /// Asks for something.
    func get(_ path: String, token: String? = nil, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, path, token: token, headers: headers)
    }

    /// Sends a data point.
    func ingest(_ json: String, token: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.post, "/api/v1/analytics", token: token, json: json, headers: headers)
    }

    /// How many data points the list says there are.
    func total(token: String) async throws -> Int? {
        try await get("/api/v1/analytics", token: token)["meta.total"] as? Int
    }

    /// Stores points past the API, which has not been asked about them yet.
    func store(_ points: [NewPoint], workspaceID: Int64 = 1) async throws {
        let clock = clock
        let queue = IngestQueue(database: database, now: { clock.now })
        _ = try await queue.ingest(points, workspaceID: workspaceID)
    }

    /// Changes the database behind the API's back.
    func execute(_ sql: SQL) async throws {
        _ = try await database.write { try $0.execute(sql) }
    }

    /// A number that a query gives.
    func number(_ sql: SQL) async throws -> Int64? {
        try await database.read { connection in try connection.first(sql) { try $0.integer(0) } }
    }

    /// Another token of a user.
    func token(
        of email: String = "ada@example.com", scopes: Set<Permission>? = nil, expiresAt: Instant? = nil
    ) async throws -> String {
        let account = try await AccountStore(database: database).credentials(email: EmailAddress(trusted: email))
        let user = try #require(account).member.user
        return try await TokenStore(database: database).fixture(
            name: "narrow", scopes: scopes.map(TokenScopes.only) ?? .all, expiresAt: expiresAt, for: user,
            now: clock.now
        ).secret.text
    }

    /// What a browser sends whose session a token is, which it is from now on.
    func browser(with token: String) async throws -> HTTPFields {
        let id = try #require(TokenSecret(token)).id
        try await database.write { connection in
            let workspaceID = try connection.first("SELECT workspace_id FROM access_token WHERE id = \(id)") {
                try $0.integer(0)
            }
            try connection.execute("UPDATE access_token SET kind = 'browser' WHERE id = \(id)")
            if let workspaceID { connection.note(.sessions, in: workspaceID) }
        }
        return [.cookie: "analyticspro_session=\(token)"]
    }

    /// Adds a user to the first workspace.
    ///
    /// - Returns: The user's token.
    func join(as role: Role) async throws -> String {
        let email = "\(role.rawValue)@example.com"
        let user = AccountStore.NewUser(
            name: "Grace", email: EmailAddress(trusted: email), passwordHash: "$scrypt$ln=4,r=1,p=1$AA$AA")
        let made = try await AccountStore(database: database).create(user, in: .workspace(id: 1, role), now: clock.now)
        _ = try #require(made.member)
        return try await token(of: email)
    }
}
