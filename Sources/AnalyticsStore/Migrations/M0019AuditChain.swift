extension Migration {
    /// The audit log of each workspace as a chain of hashes, and what is left of the part of it that was removed.
    ///
    /// Entries that are there are chained while the program runs, some at a time: there may be very many.
    static let auditChain = Migration(version: 19, name: "audit chain") { dialect in
        [
            // 16 bytes of chance, or the hash that they were hashed into where the values were erased.
            """
            ALTER TABLE audit_entry ADD COLUMN person_seal \(dialect.bytes)
                CHECK (length(person_seal) IN (16, 32))
            """,
            """
            ALTER TABLE audit_entry ADD COLUMN changes_seal \(dialect.bytes)
                CHECK (length(changes_seal) IN (16, 32))
            """,
            "ALTER TABLE audit_entry ADD COLUMN chain_hash \(dialect.bytes) CHECK (length(chain_hash) = 32)",
            "CREATE INDEX audit_entry_unchained ON audit_entry (workspace_id, id) WHERE chain_hash IS NULL",
            // The number of the last entry that is chained, and its hash: whoever adds one need not look for it.
            "ALTER TABLE workspace ADD COLUMN audit_chained \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE workspace ADD COLUMN audit_hash \(dialect.bytes) CHECK (length(audit_hash) = 32)",
            // The number of the last entry that was removed because of its age, and its hash.
            "ALTER TABLE workspace ADD COLUMN audit_removed \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE workspace ADD COLUMN audit_anchor \(dialect.bytes) CHECK (length(audit_anchor) = 32)",
        ]
    }
}
