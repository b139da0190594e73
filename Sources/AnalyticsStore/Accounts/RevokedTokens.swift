import AnalyticsCore

/// Which tokens of a user end with something else.
public enum EndingTokens: Sendable, Equatable {
    /// None.
    case none
    /// The sessions of browsers but the one of that id; what was made with them stays.
    case browsers(but: Int64)
    /// All but the one of that id.
    case all(but: Int64?)
}

/// What the audit log says of tokens that were revoked with something else.
enum RevokedTokens {
    /// How many ids an entry names.
    private static let mostNamed = 1_000

    /// Their number and ids; nothing where there is none.
    static func changes(_ ids: [Int64]) -> [AuditChange] {
        ids.isEmpty ? [] : described(ids)
    }

    /// Their number, also where that is 0, and ids.
    static func described(_ ids: [Int64]) -> [AuditChange] {
        let named = ids.prefix(mostNamed).map { String($0) }.joined(separator: " ")
        return [
            AuditChange("revoked_tokens", from: nil, to: String(ids.count)),
            AuditChange("revoked_token_ids", from: ids.isEmpty ? nil : named, to: nil),
        ].filter { $0.from != nil || $0.to != nil }
    }
}

extension Connection {
    /// Removes tokens of a user.
    ///
    /// - Returns: Their ids.
    func revokeTokens(_ which: EndingTokens, of user: User) throws -> [Int64] {
        let ids: [Int64]
        switch which {
        case .none:
            return []
        case .browsers(let keptID):
            let kind = AccessToken.Kind.browser.rawValue
            ids = try all(
                """
                SELECT id
                FROM access_token
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND kind = \(kind)
                    AND id <> \(keptID)
                ORDER BY id
                """
            ) { try $0.integer(0) }
            try handOnChildren(of: ids, of: user)
        case .all(let keptID):
            ids = try all(
                """
                SELECT id
                FROM access_token
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND id <> \(keptID ?? 0)
                ORDER BY id
                """
            ) { try $0.integer(0) }
            if let keptID {
                try execute(
                    """
                    UPDATE access_token
                    SET parent_id = NULL
                    WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND id = \(keptID)
                    """)
            }
        }
        try deleteTokens(ids, of: user)
        return ids
    }

    /// Removes tokens of a user by their ids.
    func deleteTokens(_ ids: [Int64], of user: User) throws {
        guard !ids.isEmpty else { return }
        try execute(
            "DELETE FROM access_token WHERE workspace_id = ?1 AND id = ?2",
            forEach: ids.map { [user.workspaceID.sqlValue, $0.sqlValue] })
        try countTokens(-ids.count, of: user.id, workspaceID: user.workspaceID)
        note(.sessions, in: user.workspaceID)
    }

    /// The ids of a token of a user and of all that were made with it, and with those.
    func tokenWithDescendants(_ tokenID: Int64, of user: User) throws -> [Int64] {
        // Each row is there once, so that it also ends where the parents of a damaged table go round in a circle.
        try all(
            """
            WITH RECURSIVE revoked (id) AS (
                SELECT id
                FROM access_token
                WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND id = \(tokenID)
                UNION
                SELECT access_token.id
                FROM access_token
                JOIN revoked ON revoked.id = access_token.parent_id
                WHERE access_token.workspace_id = \(user.workspaceID) AND access_token.user_id = \(user.id)
                    AND access_token.kind = \(AccessToken.Kind.made.rawValue)
            )
            SELECT id
            FROM revoked
            ORDER BY id
            """
        ) { try $0.integer(0) }
    }

    /// Makes the tokens that were made with others children of those that the others were made with.
    func handOnChildren(of ids: [Int64], of user: User) throws {
        try handOnChildren(of: ids, ofUser: user.id, workspaceID: user.workspaceID)
    }

    /// Makes the tokens that were made with others children of those that the others were made with.
    ///
    /// The parents are read one by one, because one that ends may have been made with another that ends.
    func handOnChildren(of ids: [Int64], ofUser userID: Int64, workspaceID: Int64) throws {
        try execute(
            """
            UPDATE access_token
            SET parent_id = (
                SELECT former.parent_id
                FROM access_token AS former
                WHERE former.workspace_id = ?1 AND former.id = ?3
            )
            WHERE workspace_id = ?1 AND user_id = ?2 AND kind = 'made' AND parent_id = ?3
            """,
            forEach: ids.map { [workspaceID.sqlValue, userID.sqlValue, $0.sqlValue] })
    }
}
