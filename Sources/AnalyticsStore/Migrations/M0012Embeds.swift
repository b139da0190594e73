extension Migration {
    /// Charts that are shown elsewhere by a signed link.
    static let embeds = Migration(version: 12, name: "embeds") { dialect in
        [
            """
            CREATE TABLE embed (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                name \(dialect.text) NOT NULL,
                metric \(dialect.integer) NOT NULL,
                days \(dialect.integer) NOT NULL CHECK (days > 0),
                form \(dialect.text) NOT NULL,
                theme \(dialect.text) NOT NULL,
                width \(dialect.integer) NOT NULL,
                height \(dialect.integer) NOT NULL,
                compares_previous \(dialect.integer) NOT NULL CHECK (compares_previous IN (0, 1)),
                signing_key \(dialect.bytes) NOT NULL CHECK (length(signing_key) = 32),
                created_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, id)
            ) \(dialect.clusteredTable)
            """
        ]
    }
}
