extension Migration {
    /// How often an alert's rule recovered and was broken again within the request that opened it.
    static let alertFlaps = Migration(version: 13, name: "alert flaps") { dialect in
        ["alert", "import_breach"].map { table in
            "ALTER TABLE \(table) ADD COLUMN flaps \(dialect.integer) NOT NULL DEFAULT 0 CHECK (flaps >= 0)"
        }
    }
}
