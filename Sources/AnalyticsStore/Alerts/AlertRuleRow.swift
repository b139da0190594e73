import AnalyticsCore

extension SQL {
    /// The columns of a rule, in the order of ``AnalyticsCore/AlertRule/init(row:startingAt:)``.
    static let alertRuleColumns: SQL = """
        r.id, r.name, r.metric, r.category, r.condition, r.comparison, r.threshold, r.severity, r.is_active,
        r.minute_of_day, r.recover_threshold, r.consecutive_days, r.resolves_itself, r.reminder_minutes,
        r.snoozed_until, r.is_snoozed_until_recovered, r.created_at, r.updated_at
        """
    /// How many columns a rule has.
    static let alertRuleColumnCount = 18

    /// What an `UPDATE` sets of a rule to make it what was asked for.
    static func settings(of rule: NewAlertRule) -> SQL {
        """
        name = \(rule.name), metric = \(rule.metric.column), category = \(rule.category),
        condition = \(rule.condition.rawValue), comparison = \(rule.comparison?.rawValue),
        threshold = \(rule.threshold), severity = \(rule.severity.rawValue), is_active = \(rule.isActive ? 1 : 0),
        minute_of_day = \(rule.time?.minutes), recover_threshold = \(rule.recoverThreshold),
        consecutive_days = \(rule.consecutiveDays), resolves_itself = \(rule.resolvesItself ? 1 : 0),
        reminder_minutes = \(rule.reminderMinutes)
        """
    }
}

extension AlertRule {
    /// Reads the columns of ``SQL/alertRuleColumns``.
    init(row: any Row, startingAt start: Int = 0) throws {
        var snooze = try row.optionalInstant(start + 14).map { Snooze.until($0) }
        if try row.integer(start + 15) == 1 { snooze = .untilRecovered }
        self.init(
            id: try row.integer(start),
            definition: NewAlertRule(
                name: try row.text(start + 1), metric: try row.metric(start + 2),
                category: try row.optionalText(start + 3).map { Label($0) },
                condition: try row.named(start + 4), comparison: try row.optionalNamed(start + 5),
                threshold: try row.optionalAmount(start + 6), severity: try row.named(start + 7),
                isActive: try row.integer(start + 8) == 1,
                time: try row.optionalInteger(start + 9).flatMap { LocalTime(minutes: Int($0)) },
                recoverThreshold: try row.optionalAmount(start + 10),
                consecutiveDays: Int(try row.integer(start + 11)), resolvesItself: try row.integer(start + 12) == 1,
                reminderMinutes: try row.optionalInteger(start + 13).map(Int.init)),
            snooze: snooze, createdAt: try row.instant(start + 16), updatedAt: try row.instant(start + 17))
    }
}
