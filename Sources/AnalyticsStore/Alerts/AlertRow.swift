import AnalyticsCore

extension SQL {
    /// The columns of an alert `a` and the name of its rule `r`, in the order of ``AnalyticsCore/Alert/init(row:)``.
    static let alertColumns = SQL(trusted: alertColumnNames.joined(separator: ", "))

    /// The names of ``alertColumns``.
    static let alertColumnNames = [
        "a.id", "a.rule_id", "r.name", "a.metric", "a.condition", "a.comparison", "a.threshold", "a.severity",
        "a.value", "a.day", "a.is_late", "a.record_id", "a.message", "a.occurrences", "a.triggered_at",
        "a.last_triggered_at", "a.read_at", "a.read_by_id", "a.read_by_name", "a.resolved_at", "a.resolved_by_id",
        "a.resolved_by_name", "a.resolution_note", "a.flaps",
    ]

    /// The alerts `a` with their rules `r`.
    static let alertsWithRules: SQL = """
        FROM alert AS a
        LEFT JOIN alert_rule AS r ON r.workspace_id = a.workspace_id AND r.id = a.rule_id
        """
}

extension Alert {
    /// Reads the columns of ``SQL/alertColumns``.
    init(row: any Row) throws {
        var rule: RuleName?
        if let id = try row.optionalInteger(1), let name = try row.optionalText(2) {
            rule = RuleName(id: id, name: name)
        }
        let readAt = try row.optionalInstant(16)
        let resolvedAt = try row.optionalInstant(19)
        self.init(
            id: try row.integer(0), rule: rule, metric: try row.metric(3), condition: try row.named(4),
            comparison: try row.optionalNamed(5), threshold: try row.optionalAmount(6), severity: try row.named(7),
            breach: Breach(
                value: try row.optionalAmount(8), day: try row.day(9), isLate: try row.integer(10) == 1,
                recordID: try row.optionalInteger(11)),
            message: try row.text(12), occurrences: Int(try row.integer(13)), triggeredAt: try row.instant(14),
            lastTriggeredAt: try row.instant(15),
            read: try readAt.map { Handling(at: $0, person: try row.person(17)) },
            resolution: try resolvedAt.map {
                Resolution(at: $0, person: try row.person(20), note: try row.optionalText(22))
            })
        flaps = Int(try row.integer(23))
    }
}

extension Row {
    /// The person in two columns, number and name; nil for NULL.
    fileprivate func person(_ column: Int) throws -> Alert.Person? {
        guard let id = try optionalInteger(column) else { return nil }
        return Alert.Person(id: id, name: try text(column + 1))
    }
}

extension Connection {
    /// The alert of that number, or nil where the workspace has none.
    func alert(_ id: Int64, workspaceID: Int64) throws -> Alert? {
        try first(
            "SELECT \(SQL.alertColumns) \(SQL.alertsWithRules) WHERE a.workspace_id = \(workspaceID) AND a.id = \(id)",
            Alert.init(row:))
    }

    /// Changes how many alerts of a kind a workspace has.
    func countAlerts(_ change: Int, _ status: Alert.Status, _ severity: Severity, workspaceID: Int64) throws {
        try execute(
            """
            INSERT INTO alert_count (workspace_id, status, severity, alert_count)
            VALUES (\(workspaceID), \(status.rawValue), \(severity.rawValue), \(max(change, 0)))
            ON CONFLICT (workspace_id, status, severity) DO UPDATE SET alert_count = alert_count.alert_count + \(change)
            """)
    }

    /// Has whoever decides by rules wait until this transaction ends, and look at the rules anew then.
    ///
    /// It comes first in a transaction that changes rules or alerts: ingest, too, takes this row before any other.
    func changeRules(in workspaceID: Int64) throws {
        try execute(
            """
            INSERT INTO point_sequence (workspace_id, next_sequence, rule_revision)
            VALUES (\(workspaceID), 1, 1)
            ON CONFLICT (workspace_id) DO UPDATE SET rule_revision = point_sequence.rule_revision + 1
            """)
    }
}
