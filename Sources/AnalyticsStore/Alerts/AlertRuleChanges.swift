import AnalyticsCore

extension NewAlertRule {
    /// What the audit log says of a rule that was made of another, or of nothing.
    func auditChanges(from former: NewAlertRule?) -> [AuditChange] {
        Self.changes(from: former?.auditValues, to: auditValues)
    }

    /// What the audit log says of a rule that became another, or nothing.
    func auditChanges(to latter: NewAlertRule?) -> [AuditChange] {
        Self.changes(from: auditValues, to: latter?.auditValues)
    }

    private static func changes(from former: [String: String]?, to latter: [String: String]?) -> [AuditChange] {
        names.compactMap { name in
            let (old, new) = (former?[name], latter?[name])
            return old == new ? nil : AuditChange(name, from: old, to: new)
        }
    }

    /// The fields as the API has them, in order.
    private static let names = [
        "name", "metric_type", "category", "condition", "operator", "threshold", "severity", "is_active", "at",
        "recover_threshold", "consecutive_days", "auto_resolve", "reminder_minutes",
    ]

    private var auditValues: [String: String] {
        let values: [String: String?] = [
            "name": name, "metric_type": metric.rawValue, "category": category?.text, "condition": condition.rawValue,
            "operator": comparison?.rawValue, "threshold": threshold?.description, "severity": severity.rawValue,
            "is_active": String(isActive), "at": time?.description,
            "recover_threshold": recoverThreshold?.description, "consecutive_days": String(consecutiveDays),
            "auto_resolve": String(resolvesItself), "reminder_minutes": reminderMinutes.map { String($0) },
        ]
        return values.compactMapValues { $0 }
    }
}

extension AlertRule {
    /// What the audit log says of a snooze that is another than before.
    func snoozeChanges(from former: AlertRule) -> [AuditChange] {
        guard former.snooze != snooze else { return [] }
        return [AuditChange("snoozed_until", from: former.snooze?.description, to: snooze?.description)]
    }
}
