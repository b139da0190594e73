extension Migration {
    /// What processes must know of each other that work with one database, or one after the other: when an import was
    /// last worked on, and whether a copy into this database is under way.
    static let processes = Migration(version: 4, name: "processes") { dialect in
        [
            "ALTER TABLE data_import ADD COLUMN touched_at \(dialect.integer) NOT NULL DEFAULT 0",
            """
            CREATE TABLE server_copy (
                id \(dialect.integer) NOT NULL PRIMARY KEY CHECK (id = 1),
                source_state \(dialect.text) NOT NULL,
                started_at \(dialect.integer) NOT NULL
            ) \(dialect.table)
            """,
        ]
    }
}
