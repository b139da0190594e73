extension Migration {
    /// Workspaces, users and tokens.
    ///
    /// `workspace_id` leads every key. Two more indexes do without it, because a request arrives with nothing else: an
    /// e-mail address at login, a token's id at every call. Spread over several databases they are the directory.
    static let accounts = Migration(version: 1, name: "accounts") { dialect in
        [
            """
            CREATE TABLE id_sequence (
                kind \(dialect.text) NOT NULL PRIMARY KEY,
                next_id \(dialect.integer) NOT NULL CHECK (next_id BETWEEN 1 AND 9007199254740991)
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE workspace (
                id \(dialect.integer) NOT NULL PRIMARY KEY,
                name \(dialect.text) NOT NULL,
                time_zone \(dialect.text) NOT NULL,
                currency \(dialect.text) NOT NULL,
                created_at \(dialect.integer) NOT NULL
            ) \(dialect.table)
            """,
            """
            CREATE TABLE user_account (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                name \(dialect.text) NOT NULL,
                email \(dialect.text) NOT NULL,
                password_hash \(dialect.text) NOT NULL,
                role \(dialect.text) NOT NULL CHECK (role IN ('admin', 'manager', 'analyst', 'viewer')),
                created_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id)
            ) \(dialect.clusteredTable)
            """,
            "CREATE UNIQUE INDEX user_account_by_email ON user_account (email)",
            """
            CREATE TABLE access_token (
                workspace_id \(dialect.integer) NOT NULL,
                id \(dialect.integer) NOT NULL,
                user_id \(dialect.integer) NOT NULL,
                name \(dialect.text) NOT NULL,
                scopes \(dialect.text) NOT NULL,
                secret_hash \(dialect.bytes) NOT NULL CHECK (length(secret_hash) = 32),
                last_used_at \(dialect.integer),
                expires_at \(dialect.integer),
                created_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id),
                FOREIGN KEY (workspace_id, user_id) REFERENCES user_account (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
            "CREATE UNIQUE INDEX access_token_by_id ON access_token (id)",
            "CREATE INDEX access_token_by_user ON access_token (workspace_id, user_id, id)",
        ]
    }
}
