extension Migration {
    /// What happened in workspaces, for those who were away for a while.
    ///
    /// The number of an event is taken in the row of its workspace, which stays locked until the commit: so within a
    /// workspace they rise in the order of the commits, and who asks for those behind one misses none.
    static let events = Migration(version: 8, name: "events") { dialect in
        [
            "ALTER TABLE workspace ADD COLUMN event_count \(dialect.integer) NOT NULL DEFAULT 0",
            """
            CREATE TABLE event (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                at \(dialect.integer) NOT NULL,
                kind \(dialect.text) NOT NULL,
                subject \(dialect.text) NOT NULL,
                PRIMARY KEY (workspace_id, id)
            ) \(dialect.clusteredTable)
            """,
            "CREATE INDEX event_by_age ON event (at)",
        ]
    }
}
