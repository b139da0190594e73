public import AnalyticsCore
import Foundation

/// Workspaces and their users.
public struct AccountStore: Sendable {
    private let database: any Database

    /// The accounts of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// What an account is made of.
    public struct NewUser: Sendable {
        /// What the person is called.
        public var name: String
        /// How the person logs in.
        public var email: EmailAddress
        /// The password's hash in PHC form.
        public var passwordHash: String
        /// What the person may do.
        public var role: Role

        /// An account of the given parts.
        public init(name: String, email: EmailAddress, passwordHash: String, role: Role) {
            self.name = name
            self.email = email
            self.passwordHash = passwordHash
            self.role = role
        }
    }

    /// Where a new account belongs.
    public enum Home: Sendable {
        /// A workspace that is made with it.
        case newWorkspace(name: String)
        /// The same, but only where there is none yet.
        case firstWorkspace(name: String)
        /// One that is there.
        case workspace(id: Int64)
    }

    /// Makes an account, its workspace where that is new, and a token with all scopes, all in one transaction.
    ///
    /// - Parameters:
    ///   - user: The account.
    ///   - home: The workspace that it belongs to.
    ///   - tokenName: What the token is called; no token is made without a name.
    ///   - now: When.
    /// - Returns: The account with its token's secret, or nil where another has the same e-mail address or its
    ///   workspace would not be the first.
    public func create(
        _ user: NewUser, in home: Home, tokenName: String? = nil, now: Instant
    ) async throws -> (member: Member, token: IssuedToken?)? {
        try await database.write { connection in
            // The address is looked at before anything is written, and the unique index decides where two ask at once.
            guard try connection.user(email: user.email) == nil else { return nil }
            let workspaceID: Int64
            switch home {
            case .workspace(let id):
                workspaceID = id
            case .newWorkspace(let name), .firstWorkspace(let name):
                if case .firstWorkspace = home,
                    try connection.first("SELECT 1 FROM workspace LIMIT 1", { try $0.integer(0) }) != nil
                {
                    return nil
                }
                workspaceID = try connection.nextID(of: .workspace)
                try connection.execute(
                    """
                    INSERT INTO workspace (id, name, time_zone, currency, created_at)
                    VALUES (\(workspaceID), \(name), \("UTC"), \("USD"), \(now))
                    """)
            }
            let userID = try connection.nextID(of: .user)
            try connection.execute(
                """
                INSERT INTO user_account (workspace_id, id, name, email, password_hash, role, created_at)
                VALUES (
                    \(workspaceID), \(userID), \(user.name), \(user.email.text), \(user.passwordHash),
                    \(user.role.rawValue), \(now)
                )
                """)
            guard let member = try connection.user(email: user.email)?.member else {
                throw StoreError(.corrupt, "an account that was just stored is not there")
            }
            let token = try tokenName.map { name in
                try connection.issueToken(name: name, scopes: .all, expiresAt: nil, for: member.user, now: now)
            }
            return (member, token)
        }
    }

    /// The account with that address and its password's hash, or nil.
    public func credentials(email: EmailAddress) async throws -> (member: Member, passwordHash: String)? {
        try await database.read { try $0.user(email: email) }
    }

    /// The workspaces with that exact name, at most two, by id.
    public func workspaces(named name: String) async throws -> [Workspace] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT id, name, time_zone, currency
                FROM workspace
                WHERE name = \(name)
                ORDER BY id
                LIMIT 2
                """, Workspace.init(row:))
        }
    }

    /// The workspace of that id, or nil.
    public func workspace(id: Int64) async throws -> Workspace? {
        try await database.read { connection in
            try connection.first(
                """
                SELECT id, name, time_zone, currency
                FROM workspace
                WHERE id = \(id)
                """, Workspace.init(row:))
        }
    }

    /// The first workspaces by id.
    public func workspaces(limit: Int) async throws -> [Workspace] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT id, name, time_zone, currency
                FROM workspace
                ORDER BY id
                LIMIT \(limit)
                """, Workspace.init(row:))
        }
    }
}

/// A user with the workspace that the user belongs to.
public struct Member: Sendable, Equatable {
    /// Who it is.
    public let user: User
    /// Where that user belongs.
    public let workspace: Workspace
}

extension Connection {
    fileprivate func user(email: EmailAddress) throws -> (member: Member, passwordHash: String)? {
        try first(
            """
            SELECT u.workspace_id, u.id, u.name, u.email, u.role, u.created_at,
                w.id, w.name, w.time_zone, w.currency, u.password_hash
            FROM user_account AS u
            JOIN workspace AS w ON w.id = u.workspace_id
            WHERE u.email = \(email.text)
            """
        ) { row in
            (try Member(row: row, startingAt: 0), try row.text(10))
        }
    }
}

extension Member {
    /// Reads ten columns: the user's workspace_id, id, name, email, role and created_at, the workspace's id, name,
    /// time_zone and currency.
    init(row: any Row, startingAt start: Int) throws {
        guard let role = Role(rawValue: try row.text(start + 4)) else {
            throw StoreError.unexpected(value: "no role", column: start + 4)
        }
        user = User(
            id: try row.integer(start + 1), workspaceID: try row.integer(start), name: try row.text(start + 2),
            email: EmailAddress(trusted: try row.text(start + 3)), role: role, createdAt: try row.instant(start + 5))
        workspace = try Workspace(row: row, startingAt: start + 6)
    }
}

extension Workspace {
    /// Reads four columns: id, name, time_zone and currency.
    fileprivate init(row: any Row) throws {
        try self.init(row: row, startingAt: 0)
    }

    fileprivate init(row: any Row, startingAt start: Int) throws {
        let zoneName = try row.text(start + 2)
        guard let zone = TimeZone(identifier: zoneName) else {
            throw StoreError.unexpected(value: zoneName, column: start + 2)
        }
        self.init(
            id: try row.integer(start), name: try row.text(start + 1), timeZone: zoneName == "UTC" ? .gmt : zone,
            currency: try row.text(start + 3))
    }
}
