extension Migration {
    /// Data points, what is kept of them day by day, and imports that are not finished.
    ///
    /// Points lie in the order of (workspace, metric, id), and an id carries the day in its high bits, see ``PointID``.
    static let analytics = Migration(version: 2, name: "analytics") { dialect in
        let key = """
            workspace_id \(dialect.integer) NOT NULL,
            metric \(dialect.integer) NOT NULL CHECK (metric BETWEEN 1 AND 7)
            """
        let rollup = """
            point_count \(dialect.integer) NOT NULL CHECK (point_count > 0),
            value_sum \(dialect.integer) NOT NULL,
            value_min \(dialect.integer) NOT NULL,
            value_max \(dialect.integer) NOT NULL
            """
        return [
            """
            CREATE TABLE point_sequence (
                workspace_id \(dialect.integer) NOT NULL PRIMARY KEY REFERENCES workspace (id) ON DELETE RESTRICT,
                next_sequence \(dialect.integer) NOT NULL CHECK (next_sequence BETWEEN 1 AND 137438953472)
            ) \(dialect.table)
            """,
            """
            CREATE TABLE data_point (
                \(key),
                id \(dialect.integer) NOT NULL CHECK (id BETWEEN 1 AND 9007199254740991),
                value \(dialect.integer) NOT NULL,
                category_id \(dialect.integer) NOT NULL,
                source \(dialect.text),
                created_at \(dialect.integer) NOT NULL,
                updated_at \(dialect.integer),
                PRIMARY KEY (workspace_id, metric, id)
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE category (
                \(key),
                id \(dialect.integer) NOT NULL CHECK (id BETWEEN 0 AND 1000),
                name \(dialect.text),
                point_count \(dialect.integer) NOT NULL CHECK (point_count >= 0),
                PRIMARY KEY (workspace_id, metric, id),
                UNIQUE (workspace_id, metric, name),
                CHECK ((id = 0) = (name IS NULL))
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE daily_rollup (
                \(key),
                day \(dialect.integer) NOT NULL,
                \(rollup),
                PRIMARY KEY (workspace_id, metric, day)
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE daily_category_rollup (
                \(key),
                day \(dialect.integer) NOT NULL,
                category_id \(dialect.integer) NOT NULL,
                \(rollup),
                PRIMARY KEY (workspace_id, metric, day, category_id)
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE data_import (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                point_count \(dialect.integer) NOT NULL CHECK (point_count >= 0),
                created_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id)
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE data_import_range (
                workspace_id \(dialect.integer) NOT NULL,
                first_sequence \(dialect.integer) NOT NULL,
                last_sequence \(dialect.integer) NOT NULL,
                import_id \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, first_sequence),
                FOREIGN KEY (workspace_id, import_id) REFERENCES data_import (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
            """
            CREATE TABLE data_import_rollup (
                workspace_id \(dialect.integer) NOT NULL,
                import_id \(dialect.integer) NOT NULL,
                metric \(dialect.integer) NOT NULL CHECK (metric BETWEEN 1 AND 7),
                day \(dialect.integer) NOT NULL,
                category_id \(dialect.integer) NOT NULL,
                \(rollup),
                PRIMARY KEY (workspace_id, import_id, metric, day, category_id),
                FOREIGN KEY (workspace_id, import_id) REFERENCES data_import (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
        ]
    }
}
