import AnalyticsCore
import AnalyticsStore

/// A rule as the API shows one.
struct AlertRuleView: JSONView {
    let rule: AlertRule
    /// When it is shown: a snooze that is over does not show.
    let now: Instant

    func write(to json: inout JSONWriter) {
        let definition = rule.definition
        json.object { json in
            json.member("id", rule.id)
            json.member("name", definition.name)
            json.member("metric_type", definition.metric.rawValue)
            json.member("operator", definition.comparison?.rawValue)
            json.member("threshold", definition.threshold.map { WideAmount($0) })
            json.member("severity", definition.severity.rawValue)
            json.member("is_active", definition.isActive)
            json.member("category", definition.category?.text)
            json.member("condition", definition.condition.rawValue)
            json.member("at", definition.time?.description)
            json.member("recover_threshold", definition.recoverThreshold.map { WideAmount($0) })
            json.member("consecutive_days", definition.consecutiveDays)
            json.member("auto_resolve", definition.resolvesItself)
            json.member("reminder_minutes", definition.reminderMinutes)
            json.member("snoozed_until", rule.isSnoozed(at: now) ? rule.snooze?.description : nil)
            json.member("created_at", rule.createdAt.description)
            json.member("updated_at", rule.updatedAt.description)
        }
    }
}

/// On which days a rule would have been broken.
struct RulePreviewView: JSONView {
    let period: Period
    let breaches: [Breach]

    func write(to json: inout JSONWriter) {
        // Alerts a week to two decimals, half to even, of exact integers.
        let perWeek = WideAmount(tenThousandths: Int128(breaches.count) * 7 * 100).mean(over: period.length)
        json.object { json in
            json.member("from", period.from.description)
            json.member("to", period.to.description)
            json.list("days", breaches) { json, breach in
                json.object { json in
                    json.member("date", breach.day.description)
                    json.member("value", breach.value.map { WideAmount($0) })
                }
            }
            json.member("alerts", breaches.count)
            json.member("alerts_per_week", perWeek.map { Percentage(hundredths: $0.tenThousandths) })
        }
    }
}
