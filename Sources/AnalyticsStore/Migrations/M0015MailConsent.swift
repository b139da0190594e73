extension Migration {
    /// Mail goes to those alone who want it, and as much of it as the operator allows.
    static let mailConsent = Migration(version: 15, name: "mail consent") { dialect in
        recipients(dialect) + (dialect.altersConditions ? alteredResets : resetsAnew(dialect)) + [
            // When the user showed that mail to the address arrives. Accounts of before count as if they had.
            "ALTER TABLE user_account ADD COLUMN email_confirmed_at \(dialect.integer)",
            "UPDATE user_account SET email_confirmed_at = created_at",
            // A code that is mailed and shown to nobody else; whoever has it reads the mail of the address.
            "ALTER TABLE invitation ADD COLUMN mail_code_hash \(dialect.bytes)",
            """
            CREATE UNIQUE INDEX invitation_by_mail_code ON invitation (mail_code_hash) WHERE mail_code_hash IS NOT NULL
            """,
            // All mail counts, and not reports alone.
            "ALTER TABLE workspace RENAME COLUMN report_mail_day TO mail_day",
            "ALTER TABLE workspace RENAME COLUMN report_mail_count TO mail_count",
            """
            CREATE TABLE mail_day (
                day \(dialect.integer) NOT NULL PRIMARY KEY,
                mail_count \(dialect.integer) NOT NULL
            ) \(dialect.table)
            """,
        ]
    }

    /// The addresses that channels and reports have count as confirmed.
    private static func recipients(_ dialect: Dialect) -> [String] {
        let isPostgres = dialect.altersConditions
        let position = isPostgres ? "strpos" : "instr"
        let key =
            isPostgres
            ? "decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')" : "randomblob(32)"
        return [
            """
            CREATE TABLE mail_recipient (
                workspace_id \(dialect.integer) NOT NULL REFERENCES workspace (id) ON DELETE RESTRICT,
                id \(dialect.integer) NOT NULL,
                email \(dialect.text) NOT NULL,
                signing_key \(dialect.bytes) NOT NULL CHECK (length(signing_key) = 32),
                created_at \(dialect.integer) NOT NULL,
                ask_at \(dialect.integer),
                asked_at \(dialect.integer),
                confirmed_at \(dialect.integer),
                unsubscribed_at \(dialect.integer),
                PRIMARY KEY (workspace_id, id)
            ) \(dialect.clusteredTable)
            """,
            "CREATE UNIQUE INDEX mail_recipient_by_email ON mail_recipient (workspace_id, email)",
            "CREATE INDEX mail_recipient_to_ask ON mail_recipient (ask_at) WHERE ask_at IS NOT NULL",
            """
            WITH RECURSIVE list (workspace_id, at, rest) AS (
                SELECT workspace_id, created_at, target || ' '
                FROM channel
                WHERE kind = 'email'
                UNION ALL
                SELECT workspace_id, created_at, recipients || ' '
                FROM report_schedule
                UNION ALL
                SELECT workspace_id, created_at, recipients || ' '
                FROM report
            ),
            item (workspace_id, at, email, rest) AS (
                SELECT workspace_id, at, substr(rest, 1, 0), rest
                FROM list
                UNION ALL
                SELECT workspace_id, at, substr(rest, 1, \(position)(rest, ' ') - 1),
                    substr(rest, \(position)(rest, ' ') + 1)
                FROM item
                WHERE rest <> ''
            )
            INSERT INTO mail_recipient (workspace_id, id, email, signing_key, created_at, confirmed_at)
            SELECT workspace_id, ROW_NUMBER() OVER (ORDER BY workspace_id, email), email, \(key), at, at
            FROM (
                SELECT workspace_id, email, MIN(at) AS at
                FROM item
                WHERE email <> ''
                GROUP BY workspace_id, email
            ) AS address
            """,
            """
            INSERT INTO id_sequence (kind, next_id)
            SELECT 'mail_recipient', COUNT(*) + 1
            FROM mail_recipient
            HAVING COUNT(*) > 0
            """,
        ]
    }

    /// A user may have several codes.
    private static let alteredResets = [
        "ALTER TABLE password_reset DROP CONSTRAINT password_reset_pkey",
        "ALTER TABLE password_reset ADD PRIMARY KEY (workspace_id, user_id, code_hash)",
    ]

    private static func resetsAnew(_ dialect: Dialect) -> [String] {
        [
            "DROP INDEX password_reset_by_code",
            "ALTER TABLE password_reset RENAME TO former_password_reset",
            """
            CREATE TABLE password_reset (
                workspace_id \(dialect.integer) NOT NULL,
                user_id \(dialect.integer) NOT NULL,
                code_hash \(dialect.bytes) NOT NULL CHECK (length(code_hash) = 32),
                expires_at \(dialect.integer) NOT NULL,
                PRIMARY KEY (workspace_id, user_id, code_hash),
                FOREIGN KEY (workspace_id, user_id) REFERENCES user_account (workspace_id, id) ON DELETE CASCADE
            ) \(dialect.clusteredTable)
            """,
            """
            INSERT INTO password_reset (workspace_id, user_id, code_hash, expires_at)
            SELECT workspace_id, user_id, code_hash, expires_at
            FROM former_password_reset
            """,
            "DROP TABLE former_password_reset",
            "CREATE UNIQUE INDEX password_reset_by_code ON password_reset (code_hash)",
        ]
    }
}
