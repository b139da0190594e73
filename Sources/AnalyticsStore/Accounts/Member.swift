public import AnalyticsCore

/// A user with the workspace that the user belongs to.
public struct Member: Sendable, Equatable {
    /// Who it is.
    public let user: User
    /// Where that user belongs.
    public let workspace: Workspace
}

extension Member {
    /// The columns that ``init(row:startingAt:)`` reads, of the tables called `u` and `w`.
    static let columns = SQL(trusted: columnNames.joined(separator: ", "))
    static let columnNames = [
        "u.workspace_id", "u.id", "u.name", "u.email", "u.role", "u.created_at", "w.id", "w.name", "w.time_zone",
        "w.currency",
    ]

    /// Reads ten columns.
    init(row: any Row, startingAt start: Int) throws {
        user = User(
            id: try row.integer(start + 1), workspaceID: try row.integer(start), name: try row.text(start + 2),
            email: EmailAddress(trusted: try row.text(start + 3)), role: try row.role(start + 4),
            createdAt: try row.instant(start + 5))
        workspace = try Workspace(row: row, startingAt: start + 6)
    }
}

extension Row {
    /// The role whose name is in a column.
    func role(_ column: Int) throws -> Role {
        guard let role = Role(rawValue: try text(column)) else {
            throw StoreError.unexpected(value: "no role", column: column)
        }
        return role
    }
}

extension Connection {
    func member(id: Int64, workspaceID: Int64) throws -> Member? {
        try first(
            """
            SELECT \(Member.columns)
            FROM user_account AS u
            JOIN workspace AS w ON w.id = u.workspace_id
            WHERE u.workspace_id = \(workspaceID) AND u.id = \(id)
            """
        ) { try Member(row: $0, startingAt: 0) }
    }

    /// The account with that address and its password's hash, or nil.
    func account(email: EmailAddress) throws -> (member: Member, passwordHash: String)? {
        try first(
            """
            SELECT \(Member.columns), u.password_hash
            FROM user_account AS u
            JOIN workspace AS w ON w.id = u.workspace_id
            WHERE u.email = \(email.text)
            """
        ) { row in
            (try Member(row: row, startingAt: 0), try row.text(10))
        }
    }
}
