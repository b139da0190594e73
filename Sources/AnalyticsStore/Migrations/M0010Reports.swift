extension Migration {
    /// Reports with their files, and what makes them again and again.
    ///
    /// A report that waits is due at an instant; whoever takes it moves that instant into the future and raises `fence`,
    /// so a crash brings it back, and of two who took it only the last can store its files.
    static let reports = Migration(version: 10, name: "reports") { dialect in
        [
            """
            CREATE TABLE report_schedule (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                name \(dialect.text) NOT NULL,
                type \(dialect.text) NOT NULL CHECK (type IN ('daily', 'weekly', 'monthly')),
                recipients \(dialect.text) NOT NULL,
                is_active \(dialect.integer) NOT NULL CHECK (is_active IN (0, 1)),
                minute_of_day \(dialect.integer) NOT NULL CHECK (minute_of_day BETWEEN 0 AND 1439),
                day_of_month \(dialect.integer) NOT NULL CHECK (day_of_month BETWEEN 1 AND 31),
                next_day \(dialect.integer) NOT NULL,
                next_run_at \(dialect.integer),
                created_at \(dialect.integer) NOT NULL,
                updated_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id),
                CHECK ((is_active = 1) = (next_run_at IS NOT NULL))
            ) \(dialect.clusteredTable)
            """,
            "CREATE INDEX report_schedule_by_run ON report_schedule (next_run_at) WHERE next_run_at IS NOT NULL",
            // A report outlives its schedule.
            """
            CREATE TABLE report (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                schedule_id \(dialect.integer),
                name \(dialect.text) NOT NULL,
                type \(dialect.text) NOT NULL CHECK (type IN ('daily', 'weekly', 'monthly')),
                status \(dialect.text) NOT NULL CHECK (status IN ('draft', 'processing', 'completed', 'failed')),
                scheduled_at \(dialect.integer) NOT NULL,
                period_from \(dialect.integer) NOT NULL,
                period_to \(dialect.integer) NOT NULL,
                recipients \(dialect.text) NOT NULL,
                due_at \(dialect.integer),
                fence \(dialect.integer) NOT NULL DEFAULT 0,
                attempt_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (attempt_count >= 0),
                failure \(dialect.text),
                completed_at \(dialect.integer),
                created_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id),
                CHECK (period_from <= period_to),
                CHECK (status IN ('draft', 'processing') OR due_at IS NULL),
                CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
                CHECK ((status = 'failed') = (failure IS NOT NULL))
            ) \(dialect.clusteredTable)
            """,
            "CREATE INDEX report_by_due ON report (due_at) WHERE due_at IS NOT NULL",
            "CREATE INDEX report_by_status ON report (workspace_id, status, id)",
            "CREATE INDEX report_by_schedule ON report (workspace_id, schedule_id, id) WHERE schedule_id IS NOT NULL",
            """
            CREATE TABLE report_file (
                workspace_id \(dialect.integer) NOT NULL,
                report_id \(dialect.integer) NOT NULL,
                format \(dialect.text) NOT NULL CHECK (format IN ('pdf', 'csv', 'html')),
                sha256 \(dialect.bytes) NOT NULL CHECK (length(sha256) = 32),
                content \(dialect.bytes) NOT NULL,
                PRIMARY KEY (workspace_id, report_id, format),
                FOREIGN KEY (workspace_id, report_id) REFERENCES report (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.table)
            """,
            // What a report lists of the alerts of its days.
            "CREATE INDEX alert_by_day ON alert (workspace_id, day, id)",
        ]
    }
}
