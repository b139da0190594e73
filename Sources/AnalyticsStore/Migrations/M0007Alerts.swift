extension Migration {
    /// Rules, the alerts that they open, and how many alerts there are of each kind.
    ///
    /// `point_sequence.rule_revision` rises with every change of a workspace's rules, of its open alerts and of its
    /// settings. Ingest reads it in the statement that takes numbers for its points, and whoever changes it waits for the
    /// ingest that is under way: so rules are decided by what holds at that moment, without a look at them.
    static let alerts = Migration(version: 7, name: "alerts") { dialect in
        let severities = "('critical', 'warning', 'info')"
        let conditions = "('value', 'daily', 'daily_change_percent', 'missing')"
        let comparisons = "('<', '>', '<=', '>=', '=')"
        return [
            "ALTER TABLE point_sequence ADD COLUMN rule_revision \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE workspace ADD COLUMN rule_count \(dialect.integer) NOT NULL DEFAULT 0",
            """
            CREATE TABLE alert_rule (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                name \(dialect.text) NOT NULL,
                metric \(dialect.integer) NOT NULL CHECK (metric BETWEEN 1 AND 7),
                category \(dialect.text),
                condition \(dialect.text) NOT NULL CHECK (condition IN \(conditions)),
                comparison \(dialect.text) CHECK (comparison IN \(comparisons)),
                threshold \(dialect.integer),
                severity \(dialect.text) NOT NULL CHECK (severity IN \(severities)),
                is_active \(dialect.integer) NOT NULL CHECK (is_active IN (0, 1)),
                minute_of_day \(dialect.integer) CHECK (minute_of_day BETWEEN 0 AND 1439),
                recover_threshold \(dialect.integer),
                consecutive_days \(dialect.integer) NOT NULL CHECK (consecutive_days BETWEEN 1 AND 31),
                resolves_itself \(dialect.integer) NOT NULL CHECK (resolves_itself IN (0, 1)),
                reminder_minutes \(dialect.integer) CHECK (reminder_minutes BETWEEN 5 AND 43200),
                snoozed_until \(dialect.integer),
                is_snoozed_until_recovered \(dialect.integer) NOT NULL DEFAULT 0
                    CHECK (is_snoozed_until_recovered IN (0, 1)),
                next_day \(dialect.integer),
                next_decision_at \(dialect.integer),
                created_at \(dialect.integer) NOT NULL,
                updated_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id),
                CHECK ((condition = 'missing') = (comparison IS NULL)),
                CHECK ((condition = 'missing') = (threshold IS NULL)),
                CHECK ((next_day IS NULL) = (next_decision_at IS NULL))
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE INDEX alert_rule_by_decision ON alert_rule (next_decision_at)
            WHERE next_decision_at IS NOT NULL
            """,
            """
            CREATE TABLE alert (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                rule_id \(dialect.integer),
                metric \(dialect.integer) NOT NULL CHECK (metric BETWEEN 1 AND 7),
                condition \(dialect.text) NOT NULL CHECK (condition IN \(conditions)),
                comparison \(dialect.text) CHECK (comparison IN \(comparisons)),
                threshold \(dialect.integer),
                severity \(dialect.text) NOT NULL CHECK (severity IN \(severities)),
                status \(dialect.text) NOT NULL CHECK (status IN ('unread', 'read', 'resolved')),
                value \(dialect.integer),
                day \(dialect.integer) NOT NULL,
                latest_day \(dialect.integer) NOT NULL,
                is_late \(dialect.integer) NOT NULL CHECK (is_late IN (0, 1)),
                record_id \(dialect.integer),
                message \(dialect.text) NOT NULL,
                occurrences \(dialect.integer) NOT NULL CHECK (occurrences > 0),
                triggered_at \(dialect.integer) NOT NULL,
                last_triggered_at \(dialect.integer) NOT NULL,
                read_at \(dialect.integer),
                read_by_id \(dialect.integer),
                read_by_name \(dialect.text),
                resolved_at \(dialect.integer),
                resolved_by_id \(dialect.integer),
                resolved_by_name \(dialect.text),
                resolution_note \(dialect.text),
                remind_at \(dialect.integer),
                PRIMARY KEY (workspace_id, id),
                FOREIGN KEY (workspace_id, rule_id) REFERENCES alert_rule (workspace_id, id) ON DELETE NO ACTION,
                CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
                CHECK (status <> 'read' OR read_at IS NOT NULL)
            ) \(dialect.clusteredTable)
            """,
            // At most one open alert of a rule.
            """
            CREATE UNIQUE INDEX alert_open ON alert (workspace_id, rule_id)
            WHERE resolved_at IS NULL AND rule_id IS NOT NULL
            """,
            "CREATE INDEX alert_by_rule ON alert (workspace_id, rule_id, day)",
            "CREATE INDEX alert_by_status ON alert (workspace_id, status, id)",
            "CREATE INDEX alert_by_severity ON alert (workspace_id, severity, id)",
            "CREATE INDEX alert_by_reminder ON alert (remind_at) WHERE remind_at IS NOT NULL",
            """
            CREATE TABLE alert_count (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                status \(dialect.text) NOT NULL CHECK (status IN ('unread', 'read', 'resolved')),
                severity \(dialect.text) NOT NULL CHECK (severity IN \(severities)),
                alert_count \(dialect.integer) NOT NULL CHECK (alert_count >= 0),
                PRIMARY KEY (workspace_id, status, severity)
            ) \(dialect.clusteredTable)
            """,
            // What the points of an import that is not complete do to rules about single points.
            """
            CREATE TABLE import_breach (
                workspace_id \(dialect.integer) NOT NULL,
                import_id \(dialect.integer) NOT NULL,
                rule_id \(dialect.integer) NOT NULL,
                breach_count \(dialect.integer) NOT NULL CHECK (breach_count >= 0),
                value \(dialect.integer),
                day \(dialect.integer),
                latest_day \(dialect.integer),
                record_id \(dialect.integer),
                is_recovered \(dialect.integer) NOT NULL CHECK (is_recovered IN (0, 1)),
                PRIMARY KEY (workspace_id, import_id, rule_id),
                FOREIGN KEY (workspace_id, import_id) REFERENCES data_import (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
        ]
    }
}
