extension Migration {
    /// Ids by which the senders of data points know them.
    ///
    /// Points without one take no room in the index.
    static let externalIDs = Migration(version: 6, name: "external ids") { dialect in
        [
            "ALTER TABLE data_point ADD COLUMN external_id \(dialect.text)",
            """
            CREATE UNIQUE INDEX data_point_by_external_id ON data_point (workspace_id, metric, external_id)
            WHERE external_id IS NOT NULL
            """,
        ]
    }
}
