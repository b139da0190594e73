public import AnalyticsCore

/// The users of a workspace, as its admins manage them.
public struct MemberStore: Sendable {
    private let database: any Database

    /// The users of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// A part of a workspace's users, newest first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<Member> {
        try await database.read { connection in
            let members = try connection.all(
                """
                SELECT \(Member.columns)
                FROM user_account AS u
                JOIN workspace AS w ON w.id = u.workspace_id
                WHERE u.workspace_id = \(workspaceID) AND u.id < \(slice.bound)
                ORDER BY u.id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """
            ) { try Member(row: $0, startingAt: 0) }
            let total = try connection.first("SELECT user_count FROM workspace WHERE id = \(workspaceID)") {
                try $0.integer(0)
            }
            return ListPage(members, of: slice, total: Int(total ?? 0))
        }
    }

    /// The user of that id, or nil where the workspace has none.
    public func member(_ id: Int64, workspaceID: Int64) async throws -> Member? {
        try await database.read { try $0.member(id: id, workspaceID: workspaceID) }
    }

    /// What became of a user that was to be changed or removed.
    public enum Change: Sendable, Equatable {
        /// The user was changed, and is this now.
        case done(Member)
        /// The user, as of then, was removed with so many tokens.
        case removed(Member, tokenCount: Int)
        /// The workspace has no such user.
        case notFound
        /// The user is the workspace's last admin, and stays it.
        case lastAdmin
    }

    /// Gives a user another role.
    public func changeRole(
        of userID: Int64, to role: Role, workspaceID: Int64, by author: Author, now: Instant
    ) async throws -> Change {
        try await database.write { connection in
            guard let member = try connection.member(id: userID, workspaceID: workspaceID) else { return .notFound }
            let former = member.user.role
            if former == role { return .done(member) }
            if former == .admin, try !connection.releaseAdmin(workspaceID: workspaceID) { return .lastAdmin }
            if role == .admin {
                try connection.execute("UPDATE workspace SET admin_count = admin_count + 1 WHERE id = \(workspaceID)")
            }
            try connection.execute(
                """
                UPDATE user_account
                SET role = \(role.rawValue)
                WHERE workspace_id = \(workspaceID) AND id = \(userID)
                """)
            connection.note(.sessions, in: workspaceID)
            try connection.audit(
                .userRoleChanged, of: userID,
                [AuditChange("role", from: former.rawValue, to: role.rawValue)], by: author, workspaceID: workspaceID,
                now: now)
            guard let changed = try connection.member(id: userID, workspaceID: workspaceID) else { return .notFound }
            return .done(changed)
        }
    }

    /// Removes a user with all tokens; the address leaves the channels and the reports that it gets mail of.
    public func remove(
        _ userID: Int64, workspaceID: Int64, by author: Author, now: Instant
    ) async throws -> Change {
        try await database.write { connection in
            guard let member = try connection.member(id: userID, workspaceID: workspaceID) else { return .notFound }
            let user = member.user
            if user.role == .admin, try !connection.releaseAdmin(workspaceID: workspaceID) { return .lastAdmin }
            let revoked = try connection.revokeTokens(.all(but: nil), of: user)
            try connection.execute(
                "DELETE FROM idempotency_key WHERE workspace_id = \(workspaceID) AND user_id = \(userID)")
            try connection.execute("DELETE FROM delivery WHERE workspace_id = \(workspaceID) AND user_id = \(userID)")
            let left = try connection.withdraw(user.email, workspaceID: workspaceID, by: author, now: now)
            try connection.deleteNoticeWindow(of: .user(userID), workspaceID: workspaceID)
            try connection.execute("DELETE FROM user_account WHERE workspace_id = \(workspaceID) AND id = \(userID)")
            try connection.execute("UPDATE workspace SET user_count = user_count - 1 WHERE id = \(workspaceID)")
            connection.note(.sessions, in: workspaceID)
            try connection.audit(
                .userRemoved, of: userID,
                [
                    AuditChange("name", from: user.name, to: nil), AuditChange("email", from: user.email.text, to: nil),
                    AuditChange("role", from: user.role.rawValue, to: nil),
                ] + left + RevokedTokens.changes(revoked),
                by: author, workspaceID: workspaceID, now: now)
            return .removed(member, tokenCount: revoked.count)
        }
    }
}

extension Connection {
    /// Takes one admin from a workspace's count, unless it is the last.
    ///
    /// The condition is on the row that is written, so of two who ask at once one finds it changed.
    fileprivate func releaseAdmin(workspaceID: Int64) throws -> Bool {
        try execute(
            "UPDATE workspace SET admin_count = admin_count - 1 WHERE id = \(workspaceID) AND admin_count > 1") == 1
    }
}
