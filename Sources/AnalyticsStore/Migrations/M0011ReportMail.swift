extension Migration {
    /// Deliveries may go to an address that is no user's, as a report does; how many reports there are is kept, and since
    /// when each is finished.
    static let reportMail = Migration(version: 11, name: "report mail") { dialect in
        (dialect.altersConditions ? alteredDelivery(dialect) : deliveryAnew(dialect)) + [
            "CREATE INDEX delivery_by_lane ON delivery (lane, due_at, id) WHERE due_at IS NOT NULL",
            // To how many recipients reports were to go, of the day in UTC on which one was asked for last.
            "ALTER TABLE workspace ADD COLUMN report_mail_day \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE workspace ADD COLUMN report_mail_count \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE report ADD COLUMN finished_at \(dialect.integer)",
            """
            UPDATE report
            SET finished_at = COALESCE(completed_at, created_at)
            WHERE status IN ('completed', 'failed')
            """,
            "CREATE INDEX report_by_end ON report (finished_at) WHERE finished_at IS NOT NULL",
            """
            CREATE TABLE report_count (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                type \(dialect.text) NOT NULL CHECK (type IN ('daily', 'weekly', 'monthly')),
                status \(dialect.text) NOT NULL CHECK (status IN ('draft', 'processing', 'completed', 'failed')),
                report_count \(dialect.integer) NOT NULL CHECK (report_count >= 0),
                PRIMARY KEY (workspace_id, type, status)
            ) \(dialect.clusteredTable)
            """,
            """
            INSERT INTO report_count (workspace_id, type, status, report_count)
            SELECT workspace_id, type, status, COUNT(*)
            FROM report
            GROUP BY workspace_id, type, status
            """,
        ]
    }

    private static let oneTarget = """
        CASE WHEN channel_id IS NULL THEN 0 ELSE 1 END + CASE WHEN user_id IS NULL THEN 0 ELSE 1 END
            + CASE WHEN address IS NULL THEN 0 ELSE 1 END = 1
        """

    /// The table gets a column and another condition, and whoever may use it still may.
    private static func alteredDelivery(_ dialect: Dialect) -> [String] {
        [
            "ALTER TABLE delivery ADD COLUMN address \(dialect.text)",
            // The first condition of the table that is about several columns.
            "ALTER TABLE delivery DROP CONSTRAINT delivery_check",
            "ALTER TABLE delivery ADD CONSTRAINT delivery_check CHECK (\(oneTarget))",
        ]
    }

    /// The table is made anew.
    private static func deliveryAnew(_ dialect: Dialect) -> [String] {
        let columns = """
            workspace_id, id, channel_id, user_id, lane, event, payload, message_id, status, attempt_count, since, due_at,
            fence, created_at, finished_at
            """
        let attempts = "workspace_id, delivery_id, number, at, milliseconds, status_code, error"
        return [
            "DROP INDEX delivery_by_due",
            "DROP INDEX delivery_by_channel",
            "DROP INDEX delivery_by_end",
            "ALTER TABLE delivery_attempt RENAME TO former_delivery_attempt",
            "ALTER TABLE delivery RENAME TO former_delivery",
            """
            CREATE TABLE delivery (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                channel_id \(dialect.integer),
                user_id \(dialect.integer),
                address \(dialect.text),
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
                CHECK (\(oneTarget)),
                CHECK ((status = 'pending') = (due_at IS NOT NULL)),
                CHECK ((status = 'pending') = (finished_at IS NULL))
            ) \(dialect.clusteredTable)
            """,
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
            "INSERT INTO delivery (\(columns)) SELECT \(columns) FROM former_delivery",
            "INSERT INTO delivery_attempt (\(attempts)) SELECT \(attempts) FROM former_delivery_attempt",
            "DROP TABLE former_delivery_attempt",
            "DROP TABLE former_delivery",
            "CREATE INDEX delivery_by_due ON delivery (due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX delivery_by_channel ON delivery (workspace_id, channel_id, id)",
            "CREATE INDEX delivery_by_end ON delivery (finished_at) WHERE finished_at IS NOT NULL",
        ]
    }
}
