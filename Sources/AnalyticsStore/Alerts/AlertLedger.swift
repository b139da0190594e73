import AnalyticsCore

/// What one transaction does to the alerts of a workspace, and what others are told of it.
///
/// Who uses it has taken the workspace's row of `point_sequence` before, so nobody else changes an alert meanwhile.
struct AlertLedger {
    let connection: any Connection
    let workspaceID: Int64
    /// The workspace's currency, ISO 4217.
    let currency: String
    let now: Instant
    private var events: [AlertEvent] = []
    /// The rules whose snooze ended with a good figure.
    private var awake: Set<Int64> = []
    private var changesRules = false

    init(connection: any Connection, workspaceID: Int64, currency: String, now: Instant) {
        self.connection = connection
        self.workspaceID = workspaceID
        self.currency = currency
        self.now = now
    }

    /// Opens the alert of a rule that was broken, or adds to the one that is open.
    ///
    /// A day breaks a rule about days once: a further breach by the day of the latest one changes its figure, and after
    /// somebody has resolved the alert of a day that day opens no other.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - breach: The latest breach.
    ///   - count: How many there were, by as many points or days.
    ///   - firstDay: The day of the first of them.
    ///   - latestDay: The latest day of any of them.
    /// - Returns: The alert, where it was opened or has more occurrences.
    mutating func broken(
        _ rule: AlertRule, _ breach: Breach, count: Int = 1, firstDay: Day? = nil, latestDay: Day? = nil
    ) throws -> RaisedAlert? {
        let latestDay = latestDay ?? breach.day
        let isOfDays = rule.definition.condition != .value
        guard let former = try connection.openAlert(ofRule: rule.id, workspaceID: workspaceID) else {
            if isOfDays, try isSettled(breach.day, ruleID: rule.id) { return nil }
            return try open(rule, breach, count: count, latestDay: latestDay)
        }
        let isSameDay = isOfDays && former.breach.day == firstDay ?? breach.day
        let added = isSameDay ? count - 1 : count
        guard added > 0 || former.breach.value != breach.value else { return nil }
        let (total, overflow) = former.occurrences.addingReportingOverflow(added)
        var alert = former
        alert.breach = breach
        alert.message = rule.message(of: breach, currency: currency)
        alert.occurrences = overflow ? .max : total
        alert.lastTriggeredAt = now
        try connection.execute(
            """
            UPDATE alert
            SET value = \(breach.value), day = \(breach.day),
                latest_day = CASE WHEN latest_day < \(latestDay) THEN \(latestDay) ELSE latest_day END,
                is_late = \(breach.isLate ? 1 : 0), record_id = \(breach.recordID), message = \(alert.message),
                occurrences = \(alert.occurrences), last_triggered_at = \(now)
            WHERE workspace_id = \(workspaceID) AND id = \(alert.id)
            """)
        // Only a figure of the latest day or later can be good again.
        if rule.definition.resolvesItself || rule.snooze == .untilRecovered { changesRules = true }
        events.append(AlertEvent(.updated, alert, notifies: false))
        return added > 0 ? RaisedAlert(alert, isNew: false) : nil
    }

    /// Notes that a figure of a rule is good again: that ends a snooze until then, and resolves the alert where the rule
    /// says so.
    mutating func recovered(_ rule: AlertRule) throws {
        if rule.definition.resolvesItself,
            let alert = try connection.openAlert(ofRule: rule.id, workspaceID: workspaceID)
        {
            let resolution = Alert.Resolution(at: now, person: nil, note: nil)
            let resolved = try connection.resolve(alert, resolution, workspaceID: workspaceID)
            events.append(AlertEvent(.resolved, resolved, notifies: !isSnoozed(rule)))
            changesRules = true
        }
        if rule.snooze == .untilRecovered, awake.insert(rule.id).inserted {
            try connection.execute(
                """
                UPDATE alert_rule
                SET is_snoozed_until_recovered = 0
                WHERE workspace_id = \(workspaceID) AND id = \(rule.id)
                """)
            changesRules = true
        }
    }

    /// Tells others what happened, once all is written.
    func finish() throws {
        if changesRules { try connection.changeRules(in: workspaceID) }
        try connection.announce(events, workspaceID: workspaceID, now: now)
    }

    private func isSnoozed(_ rule: AlertRule) -> Bool {
        rule.isSnoozed(at: now) && !awake.contains(rule.id)
    }

    private mutating func open(
        _ rule: AlertRule, _ breach: Breach, count: Int, latestDay: Day
    ) throws -> RaisedAlert {
        let definition = rule.definition
        let alert = Alert(
            id: try connection.nextID(of: .alert), rule: .init(id: rule.id, name: definition.name),
            metric: definition.metric, condition: definition.condition, comparison: definition.comparison,
            threshold: definition.threshold, severity: definition.severity, breach: breach,
            message: rule.message(of: breach, currency: currency), occurrences: count, triggeredAt: now,
            lastTriggeredAt: now)
        let remindAt = definition.reminderMinutes.map { now.advanced(bySeconds: Int64($0) * 60) }
        try connection.execute(
            """
            INSERT INTO alert (
                workspace_id, id, rule_id, metric, condition, comparison, threshold, severity, status, value, day,
                latest_day, is_late, record_id, message, occurrences, triggered_at, last_triggered_at, remind_at
            )
            VALUES (
                \(workspaceID), \(alert.id), \(rule.id), \(alert.metric.column), \(alert.condition.rawValue),
                \(alert.comparison?.rawValue), \(alert.threshold), \(alert.severity.rawValue),
                \(alert.status.rawValue), \(breach.value), \(breach.day), \(latestDay), \(breach.isLate ? 1 : 0),
                \(breach.recordID), \(alert.message), \(count), \(now), \(now), \(remindAt)
            )
            """)
        try connection.countAlerts(1, alert.status, alert.severity, workspaceID: workspaceID)
        changesRules = true
        events.append(AlertEvent(.triggered, alert, notifies: !isSnoozed(rule)))
        return RaisedAlert(alert, isNew: true)
    }

    /// Whether somebody has resolved an alert that a day opened.
    private func isSettled(_ day: Day, ruleID: Int64) throws -> Bool {
        try connection.first(
            """
            SELECT 1
            FROM alert
            WHERE workspace_id = \(workspaceID) AND rule_id = \(ruleID) AND day = \(day)
                AND resolved_by_id IS NOT NULL
            LIMIT 1
            """
        ) { try $0.integer(0) } != nil
    }
}

extension Connection {
    /// Resolves an alert that is open.
    ///
    /// - Returns: The alert as it is now.
    func resolve(_ alert: Alert, _ resolution: Alert.Resolution, workspaceID: Int64) throws -> Alert {
        try execute(
            """
            UPDATE alert
            SET status = 'resolved', resolved_at = \(resolution.at), resolved_by_id = \(resolution.person?.id),
                resolved_by_name = \(resolution.person?.name), resolution_note = \(resolution.note), remind_at = NULL
            WHERE workspace_id = \(workspaceID) AND id = \(alert.id)
            """)
        try countAlerts(-1, alert.status, alert.severity, workspaceID: workspaceID)
        try countAlerts(1, .resolved, alert.severity, workspaceID: workspaceID)
        var resolved = alert
        resolved.resolution = resolution
        return resolved
    }
}
