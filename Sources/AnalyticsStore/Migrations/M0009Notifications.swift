extension Migration {
    /// Channels, what is on its way to them with what became of it, and codes by which a password may be set anew.
    ///
    /// A delivery that is pending is due at an instant; whoever takes it moves that instant into the future and raises
    /// `fence`, so a crash brings it back, and of two who took it only the last can say what became of it.
    static let notifications = Migration(version: 9, name: "notifications") { dialect in
        [
            "ALTER TABLE workspace ADD COLUMN channel_count \(dialect.integer) NOT NULL DEFAULT 0",
            // Of alerts of which severities the user gets mail: names with spaces between, none by default.
            "ALTER TABLE user_account ADD COLUMN alert_severities \(dialect.text) NOT NULL DEFAULT ''",
            """
            CREATE TABLE password_reset (
                workspace_id \(dialect.integer) NOT NULL,
                user_id \(dialect.integer) NOT NULL,
                code_hash \(dialect.bytes) NOT NULL CHECK (length(code_hash) = 32),
                expires_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, user_id),
                FOREIGN KEY (workspace_id, user_id) REFERENCES user_account (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
            "CREATE UNIQUE INDEX password_reset_by_code ON password_reset (code_hash)",
            """
            CREATE TABLE channel (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                name \(dialect.text) NOT NULL,
                kind \(dialect.text) NOT NULL CHECK (kind IN ('webhook', 'slack', 'email')),
                target \(dialect.text) NOT NULL,
                severities \(dialect.text) NOT NULL,
                is_active \(dialect.integer) NOT NULL CHECK (is_active IN (0, 1)),
                disabled_reason \(dialect.text),
                secret \(dialect.text),
                former_secret \(dialect.text),
                former_secret_until \(dialect.integer),
                delivery_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (delivery_count >= 0),
                created_at \(dialect.integer) NOT NULL,
                updated_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id),
                CHECK ((kind = 'webhook') = (secret IS NOT NULL)),
                CHECK ((former_secret IS NULL) = (former_secret_until IS NULL))
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE delivery (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                channel_id \(dialect.integer),
                user_id \(dialect.integer),
                lane \(dialect.integer) NOT NULL,
                event \(dialect.text) NOT NULL,
                payload \(dialect.text) NOT NULL,
                message_id \(dialect.text) NOT NULL,
                status \(dialect.text) NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
                attempt_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (attempt_count >= 0),
                since \(dialect.integer) NOT NULL,
                due_at \(dialect.integer),
                fence \(dialect.integer) NOT NULL DEFAULT 0,
                created_at \(dialect.integer) NOT NULL,
                finished_at \(dialect.integer),
                PRIMARY KEY (workspace_id, id),
                FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id) ON DELETE CASCADE,
                CHECK ((channel_id IS NULL) <> (user_id IS NULL)),
                CHECK ((status = 'pending') = (due_at IS NOT NULL)),
                CHECK ((status = 'pending') = (finished_at IS NULL))
            ) \(dialect.clusteredTable)
            """,
            "CREATE INDEX delivery_by_due ON delivery (due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX delivery_by_channel ON delivery (workspace_id, channel_id, id)",
            "CREATE INDEX delivery_by_end ON delivery (finished_at) WHERE finished_at IS NOT NULL",
            """
            CREATE TABLE delivery_attempt (
                workspace_id \(dialect.integer) NOT NULL,
                delivery_id \(dialect.integer) NOT NULL,
                number \(dialect.integer) NOT NULL,
                at \(dialect.integer) NOT NULL,
                milliseconds \(dialect.integer) NOT NULL,
                status_code \(dialect.integer),
                error \(dialect.text),
                PRIMARY KEY (workspace_id, delivery_id, number),
                FOREIGN KEY (workspace_id, delivery_id) REFERENCES delivery (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
        ]
    }
}
