extension Migration {
    /// The number of data points that a workspace has stored on a day, and the order in which resolved alerts are removed.
    static let usage = Migration(version: 16, name: "usage") { dialect in
        [
            "ALTER TABLE point_sequence ADD COLUMN usage_day \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE point_sequence ADD COLUMN usage_points \(dialect.integer) NOT NULL DEFAULT 0",
            "CREATE INDEX alert_by_resolution ON alert (resolved_at) WHERE resolved_at IS NOT NULL",
        ]
    }
}
