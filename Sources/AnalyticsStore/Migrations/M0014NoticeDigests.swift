extension Migration {
    /// Notices beyond some a minute are gathered into digests, and workspaces take turns with mail, webhooks and reports.
    static let noticeDigests = Migration(version: 14, name: "notice digests") { dialect in
        [
            // The minute in which the notices of a channel, or of a user (whose number is below zero), are counted.
            """
            CREATE TABLE notice_window (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                target \(dialect.integer) NOT NULL,
                opened_at \(dialect.integer) NOT NULL,
                notice_count \(dialect.integer) NOT NULL,
                critical_count \(dialect.integer) NOT NULL,
                digest_id \(dialect.integer),
                digest_size \(dialect.integer) NOT NULL DEFAULT 0,
                PRIMARY KEY (workspace_id, target)
            ) \(dialect.clusteredTable)
            """,
            // What was gathered, once for all digests that hold it.
            """
            CREATE TABLE digest_notice (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                at \(dialect.integer) NOT NULL,
                payload \(dialect.text) NOT NULL,
                PRIMARY KEY (workspace_id, id)
            ) \(dialect.clusteredTable)
            """,
            "CREATE INDEX digest_notice_by_time ON digest_notice (at)",
            """
            CREATE TABLE digest_item (
                workspace_id \(dialect.integer) NOT NULL,
                delivery_id \(dialect.integer) NOT NULL,
                notice_id \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, delivery_id, notice_id),
                FOREIGN KEY (workspace_id, delivery_id) REFERENCES delivery (workspace_id, id) ON DELETE CASCADE,
                FOREIGN KEY (workspace_id, notice_id) REFERENCES digest_notice (workspace_id, id) ON DELETE RESTRICT
            ) \(dialect.clusteredTable)
            """,
            "CREATE INDEX digest_item_by_notice ON digest_item (workspace_id, notice_id)",
            // How many notices a digest counts beyond those that it holds.
            "ALTER TABLE delivery ADD COLUMN omitted_count \(dialect.integer) NOT NULL DEFAULT 0",
            // Mail of alerts had one lane for all workspaces, 0; mail with reports the number of the workspace below zero.
            """
            UPDATE delivery
            SET lane = CASE WHEN lane = 0 THEN -2 * workspace_id - 1 ELSE 2 * lane END
            WHERE lane <= 0
            """,
            "CREATE INDEX report_by_turn ON report (workspace_id, due_at, id) WHERE due_at IS NOT NULL",
        ]
    }
}
