extension Migration {
    /// How each token came to be, and with which other it was made; from where each user has logged in.
    ///
    /// The audit log says both of the tokens that are there: it has an entry of each that was made with another.
    static let tokens = Migration(version: 18, name: "tokens") { dialect in
        [
            """
            ALTER TABLE access_token ADD COLUMN kind \(dialect.text) NOT NULL DEFAULT 'login'
                CHECK (kind IN ('login', 'browser', 'made'))
            """,
            "ALTER TABLE access_token ADD COLUMN parent_id \(dialect.integer)",
            "UPDATE access_token SET kind = 'browser' WHERE name = 'dashboard' AND expires_at IS NOT NULL",
            """
            UPDATE access_token
            SET kind = 'made', parent_id = entry.token_id
            FROM audit_entry AS entry
            WHERE entry.action = 'token.created' AND entry.workspace_id = access_token.workspace_id
                AND entry.object_id = access_token.id
            """,
            // A token that is gone was logged out: nothing ends with it.
            """
            UPDATE access_token
            SET parent_id = NULL
            WHERE parent_id IS NOT NULL AND NOT EXISTS (
                SELECT 1
                FROM access_token AS parent
                WHERE parent.workspace_id = access_token.workspace_id AND parent.user_id = access_token.user_id
                    AND parent.id = access_token.parent_id
            )
            """,
            // By this the tokens that were made with one are found, and all that were made are counted.
            "CREATE INDEX access_token_by_parent ON access_token (workspace_id, user_id, kind, parent_id)",
            "CREATE INDEX access_token_by_end ON access_token (expires_at) WHERE expires_at IS NOT NULL",
            """
            CREATE TABLE known_origin (
                workspace_id \(dialect.integer) NOT NULL,
                user_id \(dialect.integer) NOT NULL,
                origin_hash \(dialect.bytes) NOT NULL CHECK (length(origin_hash) = 32),
                seen_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, user_id, origin_hash),
                FOREIGN KEY (workspace_id, user_id) REFERENCES user_account (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
        ]
    }
}
