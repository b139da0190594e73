public import AnalyticsCore

/// The rules by which a workspace's alerts are opened.
///
/// A change of a rule counts from the next data point on: ingest reads which state the rules are in with every
/// transaction.
public struct AlertRuleStore: Sendable {
    private let database: any Database
    private let most: Int

    /// The number of rules that a workspace may have, unless the operator sets another.
    public static let standardMost = 200

    /// The rules of a database.
    ///
    /// - Parameter most: The number of rules that a workspace may have. Those beyond it that are there already stay.
    public init(database: any Database, most: Int = standardMost) {
        self.database = database
        self.most = most
    }

    /// Makes a rule.
    ///
    /// - Throws: ``ValidationError`` where the workspace has as many as it may.
    public func create(
        _ rule: NewAlertRule, workspaceID: Int64, once request: KeyedRequest<AlertRule>? = nil, by author: Author,
        now: Instant
    ) async throws -> Outcome<AlertRule> {
        try await database.write(once: request, now: now) { connection in
            try connection.changeRules(in: workspaceID)
            let count = try connection.takeNumbers(1, of: .rules, workspaceID: workspaceID).upperBound
            guard count <= most else {
                throw ValidationError(
                    field: "name", code: .limit, message: "The workspace must not have more than \(most) rules.")
            }
            let id = try connection.nextID(of: .alertRule)
            try connection.execute(
                """
                INSERT INTO alert_rule (
                    workspace_id, id, name, metric, condition, comparison, threshold, severity, is_active,
                    consecutive_days, resolves_itself, created_at, updated_at
                )
                VALUES (
                    \(workspaceID), \(id), \(rule.name), \(rule.metric.column), \(rule.condition.rawValue),
                    \(rule.comparison?.rawValue), \(rule.threshold), \(rule.severity.rawValue), 1, 1, 0, \(now), \(now)
                )
                """)
            try connection.write(rule, to: id, workspaceID: workspaceID, now: now)
            try connection.audit(
                .ruleCreated, of: id, rule.auditChanges(from: nil), by: author, workspaceID: workspaceID, now: now)
            return AlertRule(id: id, definition: rule, createdAt: now, updatedAt: now)
        }
    }

    /// The rule of that number, or nil where the workspace has none.
    public func rule(_ id: Int64, workspaceID: Int64) async throws -> AlertRule? {
        try await database.read { try $0.alertRule(id, workspaceID: workspaceID) }
    }

    /// A part of a workspace's rules, newest first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<AlertRule> {
        try await database.read { connection in
            let rules = try connection.all(
                """
                SELECT \(SQL.alertRuleColumns)
                FROM alert_rule AS r
                WHERE r.workspace_id = \(workspaceID) AND r.id < \(slice.bound)
                ORDER BY r.id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """
            ) { try AlertRule(row: $0) }
            let total = try connection.total(.rules, workspaceID: workspaceID)
            return ListPage(rules, of: slice, total: Int(total))
        }
    }

    /// Changes a rule.
    ///
    /// An alert that is open stays as it was opened.
    ///
    /// - Parameter change: Makes the new rule of the one that is there; it may be called more than once.
    /// - Returns: The rule as it is now, or nil where the workspace has none of that number.
    public func update(
        _ id: Int64, workspaceID: Int64, by author: Author, now: Instant,
        _ change: @escaping @Sendable (AlertRule) throws -> AlertRule
    ) async throws -> AlertRule? {
        try await database.write { connection in
            try connection.changeRules(in: workspaceID)
            guard let former = try connection.alertRule(id, workspaceID: workspaceID) else { return nil }
            var rule = try change(former)
            let changes =
                rule.definition.auditChanges(from: former.definition)
                + rule.snoozeChanges(from: former)
            if changes.isEmpty { return former }
            rule.updatedAt = now
            try connection.write(rule.definition, to: id, workspaceID: workspaceID, now: now)
            try connection.writeSnooze(rule.snooze, to: id, workspaceID: workspaceID)
            try connection.audit(.ruleUpdated, of: id, changes, by: author, workspaceID: workspaceID, now: now)
            return rule
        }
    }

    /// Has nobody notified of a rule's alerts for a while; they are recorded all the same.
    ///
    /// - Parameters:
    ///   - reason: Why, for the audit log; nil where that was not said.
    /// - Returns: The rule as it is now, or nil where the workspace has none of that number.
    public func snooze(
        _ id: Int64, _ snooze: AlertRule.Snooze, reason: String?, workspaceID: Int64, by author: Author, now: Instant
    ) async throws -> AlertRule? {
        try await database.write { connection in
            try connection.changeRules(in: workspaceID)
            guard let former = try connection.alertRule(id, workspaceID: workspaceID) else { return nil }
            var rule = former
            rule.snooze = snooze
            try connection.writeSnooze(snooze, to: id, workspaceID: workspaceID)
            let why = reason.map { [AuditChange("reason", from: nil, to: $0)] } ?? []
            try connection.audit(
                .ruleSnoozed, of: id, rule.snoozeChanges(from: former) + why, by: author, workspaceID: workspaceID,
                now: now)
            return rule
        }
    }

    /// Removes a rule; its alerts stay.
    ///
    /// - Returns: Whether the workspace had it.
    public func delete(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            try connection.changeRules(in: workspaceID)
            guard let rule = try connection.alertRule(id, workspaceID: workspaceID) else { return false }
            try connection.execute(
                """
                UPDATE alert
                SET rule_id = NULL, remind_at = NULL
                WHERE workspace_id = \(workspaceID) AND rule_id = \(id)
                """)
            let removed = try connection.execute(
                "DELETE FROM alert_rule WHERE workspace_id = \(workspaceID) AND id = \(id)")
            guard removed == 1 else { throw StoreError(.conflict, "a rule was deleted twice at once") }
            try connection.count(-1, .rules, workspaceID: workspaceID)
            try connection.audit(
                .ruleDeleted, of: id, rule.definition.auditChanges(to: nil), by: author, workspaceID: workspaceID,
                now: now)
            return true
        }
    }
}

extension Connection {
    func alertRule(_ id: Int64, workspaceID: Int64) throws -> AlertRule? {
        try first(
            """
            SELECT \(SQL.alertRuleColumns)
            FROM alert_rule AS r
            WHERE r.workspace_id = \(workspaceID) AND r.id = \(id)
            """
        ) { try AlertRule(row: $0) }
    }

    /// Writes a rule with the next day that it decides.
    fileprivate func write(_ rule: NewAlertRule, to id: Int64, workspaceID: Int64, now: Instant) throws {
        guard let workspace = try workspace(id: workspaceID) else {
            throw StoreError(.corrupt, "there is no workspace \(workspaceID)")
        }
        try execute(
            """
            UPDATE alert_rule
            SET \(SQL.settings(of: rule)), updated_at = \(now)
            WHERE workspace_id = \(workspaceID) AND id = \(id)
            """)
        try schedule(
            DayDecision.next(for: rule, after: now, in: workspace.timeZone),
            of: DueAlertStore.Key(workspaceID: workspaceID, id: id))
    }

    fileprivate func writeSnooze(_ snooze: AlertRule.Snooze?, to id: Int64, workspaceID: Int64) throws {
        var end: Instant?
        if case .until(let instant) = snooze { end = instant }
        try execute(
            """
            UPDATE alert_rule
            SET snoozed_until = \(end), is_snoozed_until_recovered = \(snooze == .untilRecovered ? 1 : 0)
            WHERE workspace_id = \(workspaceID) AND id = \(id)
            """)
    }

    /// Decides anew when each rule of a workspace decides its next day, after the workspace's settings have changed.
    func rescheduleRules(of workspace: Workspace, now: Instant) throws {
        try changeRules(in: workspace.id)
        let rules = try all(
            """
            SELECT \(SQL.alertRuleColumns)
            FROM alert_rule AS r
            WHERE r.workspace_id = \(workspace.id) AND r.next_decision_at IS NOT NULL
            ORDER BY r.id
            """
        ) { try AlertRule(row: $0) }
        for rule in rules {
            try schedule(
                DayDecision.next(for: rule.definition, after: now, in: workspace.timeZone),
                of: DueAlertStore.Key(workspaceID: workspace.id, id: rule.id))
        }
    }
}
