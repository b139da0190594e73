extension Migration {
    /// Imports that stay after they are complete, so that they can be looked at and taken back.
    ///
    /// What an earlier program left unfinished becomes deleted: nobody can go on with it, and what it left behind is
    /// removed as ever.
    static let imports = Migration(version: 5, name: "imports") { dialect in
        let key = """
            workspace_id \(dialect.integer) NOT NULL,
            import_id \(dialect.integer) NOT NULL
            """
        let importReference = """
            FOREIGN KEY (workspace_id, import_id) REFERENCES data_import (workspace_id, id) ON DELETE CASCADE
            """
        let columns = [
            "name \(dialect.text) NOT NULL DEFAULT ''",
            "format \(dialect.text) NOT NULL DEFAULT 'csv' CHECK (format IN ('csv', 'ndjson'))",
            "alerts \(dialect.text) NOT NULL DEFAULT 'all' CHECK (alerts IN ('all', 'none'))",
            "is_dry_run \(dialect.integer) NOT NULL DEFAULT 0 CHECK (is_dry_run IN (0, 1))",
            """
            status \(dialect.text) NOT NULL DEFAULT 'deleted' CHECK (
                status IN ('waiting', 'running', 'completed', 'failed', 'deleted')
            )
            """,
            // 1 as long as something is to be done about it: its file read, or what it left behind removed.
            "is_unsettled \(dialect.integer) NOT NULL DEFAULT 1 CHECK (is_unsettled IN (0, 1))",
            "user_id \(dialect.integer)",
            "user_name \(dialect.text)",
            "bytes_read \(dialect.integer) NOT NULL DEFAULT 0",
            "bytes_total \(dialect.integer)",
            "error_count \(dialect.integer) NOT NULL DEFAULT 0",
            "errors \(dialect.text) NOT NULL DEFAULT '[]'",
            "failure \(dialect.text)",
            "started_at \(dialect.integer)",
            "finished_at \(dialect.integer)",
        ]
        return ["ALTER TABLE workspace ADD COLUMN import_count \(dialect.integer) NOT NULL DEFAULT 0"]
            + columns.map { "ALTER TABLE data_import ADD COLUMN \($0)" }
            + [
                "CREATE INDEX data_import_by_work ON data_import (is_unsettled, touched_at)",
                """
                CREATE TABLE completed_import_range (
                    \(key),
                    first_sequence \(dialect.integer) NOT NULL,
                    last_sequence \(dialect.integer) NOT NULL,
                    PRIMARY KEY (workspace_id, import_id, first_sequence),
                    \(importReference)
                ) \(dialect.clusteredTable)
                """,
                """
                CREATE TABLE data_import_day (
                    \(key),
                    metric \(dialect.integer) NOT NULL CHECK (metric BETWEEN 1 AND 7),
                    day \(dialect.integer) NOT NULL,
                    point_count \(dialect.integer) NOT NULL CHECK (point_count > 0),
                    value_sum \(dialect.integer) NOT NULL,
                    value_min \(dialect.integer) NOT NULL,
                    value_max \(dialect.integer) NOT NULL,
                    counted_revision \(dialect.integer),
                    counted_points \(dialect.integer),
                    rest_count \(dialect.integer),
                    rest_sum \(dialect.integer),
                    rest_min \(dialect.integer),
                    rest_max \(dialect.integer),
                    PRIMARY KEY (workspace_id, import_id, metric, day),
                    \(importReference)
                ) \(dialect.clusteredTable)
                """,
                """
                CREATE TABLE data_import_rest (
                    \(key),
                    metric \(dialect.integer) NOT NULL CHECK (metric BETWEEN 1 AND 7),
                    day \(dialect.integer) NOT NULL,
                    category_id \(dialect.integer) NOT NULL,
                    removed_count \(dialect.integer) NOT NULL CHECK (removed_count > 0),
                    point_count \(dialect.integer) NOT NULL CHECK (point_count >= 0),
                    value_sum \(dialect.integer) NOT NULL,
                    value_min \(dialect.integer) NOT NULL,
                    value_max \(dialect.integer) NOT NULL,
                    PRIMARY KEY (workspace_id, import_id, metric, day, category_id),
                    \(importReference)
                ) \(dialect.clusteredTable)
                """,
                """
                CREATE TABLE day_revision (
                    workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                    metric \(dialect.integer) NOT NULL CHECK (metric BETWEEN 1 AND 7),
                    day \(dialect.integer) NOT NULL,
                    revision \(dialect.integer) NOT NULL,
                    PRIMARY KEY (workspace_id, metric, day)
                ) \(dialect.clusteredTable)
                """,
                """
                INSERT INTO data_import_day (
                    workspace_id, import_id, metric, day, point_count, value_sum, value_min, value_max
                )
                SELECT workspace_id, import_id, metric, day, SUM(point_count), 0, 0, 0
                FROM data_import_rollup
                GROUP BY workspace_id, import_id, metric, day
                """,
            ]
    }
}
