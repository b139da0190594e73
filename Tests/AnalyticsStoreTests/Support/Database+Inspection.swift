import AnalyticsCore
import AnalyticsStore
import Testing

extension Database {
    /// The first column of a query's rows, which holds texts.
    func texts(_ sql: SQL) async throws -> [String] {
        try await read { connection in try connection.all(sql) { try $0.text(0) } }
    }

    /// The first column of a query's rows, which holds integers.
    func integers(_ sql: SQL) async throws -> [Int64] {
        try await read { connection in try connection.all(sql) { try $0.integer(0) } }
    }

    /// The only integer of a query.
    func integer(_ sql: SQL) async throws -> Int64 {
        try #require(try await integers(sql).first)
    }

    /// Runs a statement in a transaction of its own.
    func run(_ sql: SQL) async throws {
        try await write { _ = try $0.execute(sql) }
    }

    /// The same without what tells who did what, which no undoing takes back.
    func dataContents() async throws -> [String: [String]] {
        try await contents().filter { !["audit_entry", "workspace", "day_revision"].contains($0.key) }
    }

    /// Every row of every table as text, apart from the tables that only count what was ever made and those that the
    /// engine keeps for itself: `1,'two',NULL`.
    func contents() async throws -> [String: [String]] {
        let hidden = "'id_sequence', 'point_sequence', 'commit_mark'"
        return try await read { connection in
            let tables = try connection.all(
                connection.dialect == .sqlite
                    ? SQL(
                        trusted: """
                            SELECT name
                            FROM sqlite_schema
                            WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT IN (\(hidden))
                            """)
                    : SQL(
                        trusted: """
                            SELECT CAST(table_name AS TEXT)
                            FROM information_schema.tables
                            WHERE table_schema = 'public' AND table_name NOT IN (\(hidden))
                            """)
            ) { try $0.text(0) }
            var contents: [String: [String]] = [:]
            for table in tables {
                let columns = try connection.all(
                    connection.dialect == .sqlite
                        ? "SELECT 'quote(' || name || ')' FROM pragma_table_info(\(table))"
                        : """
                        SELECT CASE data_type
                            WHEN 'bigint' THEN 'COALESCE(CAST(' || column_name || ' AS TEXT), ''NULL'')'
                            ELSE 'quote_nullable(' || column_name || ')' END
                        FROM information_schema.columns
                        WHERE table_schema = 'public' AND table_name = \(table)
                        ORDER BY ordinal_position
                        """
                ) { try $0.text(0) }
                let row = columns.joined(separator: " || ',' || ")
                contents[table] = try connection.all(
                    SQL(
                        trusted:
                            "SELECT (\(row)) \(connection.dialect == .sqlite ? "" : "COLLATE \"C\"") AS line FROM \(table) ORDER BY line"
                    )
                ) { try $0.text(0) }
            }
            return contents
        }
    }
}

/// Expects every rollup and every category's count to be what a recount of the visible data points gives.
func expectRollupsMatchPoints(
    _ database: any Database, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let visible: SQL = """
        SELECT *, id >> 37 AS day
        FROM data_point AS p
        WHERE NOT EXISTS (
            SELECT 1
            FROM data_import_range AS r
            WHERE r.workspace_id = p.workspace_id
                AND p.id & 137438953471 BETWEEN r.first_sequence AND r.last_sequence
        )
        """
    let rollup: SQL = "point_count || ' ' || value_sum || ' ' || value_min || ' ' || value_max"
    let recount: SQL = "COUNT(*) || ' ' || SUM(value) || ' ' || MIN(value) || ' ' || MAX(value)"
    let kept = try await database.texts(
        """
        SELECT workspace_id || ' ' || metric || ' ' || day || ': ' || \(rollup) AS line
        FROM daily_rollup
        ORDER BY line
        """)
    let keptByCategory = try await database.texts(
        """
        SELECT workspace_id || ' ' || metric || ' ' || day || ' ' || category_id || ': ' || \(rollup) AS line
        FROM daily_category_rollup
        ORDER BY line
        """)
    let keptOfCategories = try await database.texts(
        """
        SELECT workspace_id || ' ' || metric || ' ' || id || ': ' || point_count AS line
        FROM category
        WHERE point_count > 0
        ORDER BY line
        """)

    let counted = try await database.texts(
        """
        SELECT workspace_id || ' ' || metric || ' ' || day || ': ' || \(recount) AS line
        FROM (\(visible)) AS visible
        GROUP BY workspace_id, metric, day
        ORDER BY line
        """)
    let countedByCategory = try await database.texts(
        """
        SELECT workspace_id || ' ' || metric || ' ' || day || ' ' || category_id || ': ' || \(recount) AS line
        FROM (\(visible)) AS visible
        GROUP BY workspace_id, metric, day, category_id
        ORDER BY line
        """)
    let countedOfCategories = try await database.texts(
        """
        SELECT workspace_id || ' ' || metric || ' ' || category_id || ': ' || COUNT(*) AS line
        FROM (\(visible)) AS visible
        GROUP BY workspace_id, metric, category_id
        ORDER BY line
        """)

    let keptOfAlerts = try await database.texts(
        """
        SELECT workspace_id || ' ' || status || ' ' || severity || ': ' || alert_count AS line
        FROM alert_count
        WHERE alert_count > 0
        ORDER BY line
        """)
    let countedOfAlerts = try await database.texts(
        """
        SELECT workspace_id || ' ' || status || ' ' || severity || ': ' || COUNT(*) AS line
        FROM alert
        GROUP BY workspace_id, status, severity
        ORDER BY line
        """)

    #expect(kept == counted, sourceLocation: sourceLocation)
    #expect(keptOfAlerts == countedOfAlerts, sourceLocation: sourceLocation)
    #expect(keptByCategory == countedByCategory, sourceLocation: sourceLocation)
    #expect(keptOfCategories == countedOfCategories, sourceLocation: sourceLocation)
}

/// Expects every count that stands in a workspace's or a user's row to be what a recount gives.
func expectCountsMatchRows(
    _ database: any Database, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let kept = try await database.texts(
        """
        SELECT id || ': ' || user_count || ' ' || admin_count || ' ' || invitation_count || ' '
            || (audit_count - audit_removed)
            || ' ' || rule_count
        FROM workspace
        ORDER BY id
        """)
    let keptOfUsers = try await database.texts(
        """
        SELECT id || ': ' || token_count
        FROM user_account
        ORDER BY id
        """)

    let counted = try await database.texts(
        """
        SELECT w.id || ': ' || (SELECT COUNT(*) FROM user_account AS u WHERE u.workspace_id = w.id)
            || ' ' || (SELECT COUNT(*) FROM user_account AS u WHERE u.workspace_id = w.id AND u.role = 'admin')
            || ' ' || (SELECT COUNT(*) FROM invitation AS i WHERE i.workspace_id = w.id)
            || ' ' || (SELECT COUNT(*) FROM audit_entry AS a WHERE a.workspace_id = w.id)
            || ' ' || (SELECT COUNT(*) FROM alert_rule AS r WHERE r.workspace_id = w.id)
        FROM workspace AS w
        ORDER BY w.id
        """)
    let countedOfUsers = try await database.texts(
        """
        SELECT u.id || ': ' || (
            SELECT COUNT(*) FROM access_token AS t WHERE t.workspace_id = u.workspace_id AND t.user_id = u.id
        )
        FROM user_account AS u
        ORDER BY u.id
        """)

    let keptOfAlerts = try await database.texts(
        """
        SELECT workspace_id || ' ' || status || ' ' || severity || ': ' || alert_count AS line
        FROM alert_count
        WHERE alert_count > 0
        ORDER BY line
        """)
    let countedOfAlerts = try await database.texts(
        """
        SELECT workspace_id || ' ' || status || ' ' || severity || ': ' || COUNT(*) AS line
        FROM alert
        GROUP BY workspace_id, status, severity
        ORDER BY line
        """)

    #expect(kept == counted, sourceLocation: sourceLocation)
    #expect(keptOfAlerts == countedOfAlerts, sourceLocation: sourceLocation)
    let keptOfReports = try await database.texts(
        """
        SELECT workspace_id || ' ' || type || ' ' || status || ': ' || report_count AS line
        FROM report_count
        WHERE report_count > 0
        ORDER BY line
        """)
    let countedOfReports = try await database.texts(
        """
        SELECT workspace_id || ' ' || type || ' ' || status || ': ' || COUNT(*) AS line
        FROM report
        GROUP BY workspace_id, type, status
        ORDER BY line
        """)
    #expect(keptOfReports == countedOfReports, sourceLocation: sourceLocation)
    #expect(keptOfUsers == countedOfUsers, sourceLocation: sourceLocation)
}

extension Database {
    /// A workspace's audit log, newest entry first.
    func auditEntries(workspaceID: Int64) async throws -> [AuditEntry] {
        try await AuditStore(database: self).list(ListSlice(.offset(0), limit: 1_000), workspaceID: workspaceID).items
    }
}
