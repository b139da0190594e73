extension Migration {
    /// Invitations, the audit log, answers kept by idempotency key, and how many of each thing a workspace has.
    ///
    /// The counts stand in the rows that they belong to, so that the total of a list is read and not counted, and so
    /// that the last admin can be held by a condition on one row.
    static let contract = Migration(version: 3, name: "contract") { dialect in
        [
            "ALTER TABLE workspace ADD COLUMN user_count \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE workspace ADD COLUMN admin_count \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE workspace ADD COLUMN invitation_count \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE workspace ADD COLUMN audit_count \(dialect.integer) NOT NULL DEFAULT 0",
            """
            UPDATE workspace
            SET user_count = (SELECT COUNT(*) FROM user_account AS u WHERE u.workspace_id = workspace.id),
                admin_count = (
                    SELECT COUNT(*) FROM user_account AS u WHERE u.workspace_id = workspace.id AND u.role = 'admin'
                )
            """,
            "ALTER TABLE user_account ADD COLUMN token_count \(dialect.integer) NOT NULL DEFAULT 0",
            """
            UPDATE user_account
            SET token_count = (
                SELECT COUNT(*)
                FROM access_token AS t
                WHERE t.workspace_id = user_account.workspace_id AND t.user_id = user_account.id
            )
            """,
            """
            CREATE TABLE invitation (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                email \(dialect.text) NOT NULL,
                role \(dialect.text) NOT NULL CHECK (role IN ('admin', 'manager', 'analyst', 'viewer')),
                code_hash \(dialect.bytes) NOT NULL CHECK (length(code_hash) = 32),
                expires_at \(dialect.integer) NOT NULL,
                created_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id),
                UNIQUE (workspace_id, email)
            ) \(dialect.clusteredTable)
            """,
            "CREATE UNIQUE INDEX invitation_by_code ON invitation (code_hash)",
            """
            CREATE TABLE audit_entry (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                at \(dialect.integer) NOT NULL,
                user_id \(dialect.integer),
                user_name \(dialect.text),
                user_email \(dialect.text),
                token_id \(dialect.integer),
                address \(dialect.text),
                action \(dialect.text) NOT NULL,
                object_id \(dialect.integer),
                changes \(dialect.text) NOT NULL,
                PRIMARY KEY (workspace_id, id)
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE idempotency_key (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                user_id \(dialect.integer) NOT NULL,
                operation \(dialect.text) NOT NULL,
                key \(dialect.text) NOT NULL,
                body_hash \(dialect.bytes) NOT NULL CHECK (length(body_hash) = 32),
                status \(dialect.integer) NOT NULL CHECK (status BETWEEN 200 AND 299),
                answer \(dialect.bytes) NOT NULL,
                created_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, user_id, operation, key)
            ) \(dialect.clusteredTable)
            """,
            "CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at)",
        ]
    }
}
