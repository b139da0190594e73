import AnalyticsCore

extension NewAlertRule {
    /// The rule that a body describes.
    ///
    /// - Parameters:
    ///   - body: What was sent.
    ///   - former: The rule that is changed, of which everything stays that the body does not name; nil for a new rule.
    ///   - isTried: Whether the rule is only tried out, and needs neither a name nor a severity.
    /// - Throws: ``ValidationError`` with every fault.
    init(
        _ body: JSONObject, changing former: NewAlertRule? = nil, isTried: Bool = false
    ) throws(ValidationError) {
        var rules = FieldRules()
        rules.refuseOtherThanObject(body)
        /// What a field becomes: what the body says, or what it was.
        func field<Value>(
            _ name: StaticString, _ old: KeyPath<NewAlertRule, Value>, _ read: (FieldInput) -> Value
        ) -> Value {
            if let former, !body.contains(name) { return former[keyPath: old] }
            return read(body[name])
        }
        let name = field("name", \.name) { rules.text($0, "name", required: !isTried, length: Self.nameLength) ?? "" }
        // Where it is missing or none, that is noted and nothing is made of it.
        let metric = field("metric_type", \.metric) { rules.metric($0, "metric_type") ?? .revenue }
        let condition = field("condition", \.condition) {
            rules.choice($0, "condition", default: AlertCondition.value) ?? .value
        }
        let severity = field("severity", \.severity) {
            rules.choice($0, "severity", default: isTried ? Severity.info : nil) ?? .info
        }
        var rule = NewAlertRule(
            name: name, metric: metric,
            category: field("category", \.category) {
                rules.text($0, "category", length: Label.length).map(Label.init)
            },
            condition: condition,
            comparison: field("operator", \.comparison) { input -> Comparison? in
                if case .missing = input { return nil }
                return rules.choice(input, "operator")
            },
            threshold: field("threshold", \.threshold) { rules.optionalAmount($0, "threshold") }, severity: severity,
            isActive: field("is_active", \.isActive) { rules.boolean($0, "is_active") ?? true },
            time: field("at", \.time) { rules.localTime($0, "at") },
            recoverThreshold: field("recover_threshold", \.recoverThreshold) {
                rules.optionalAmount($0, "recover_threshold")
            },
            consecutiveDays: field("consecutive_days", \.consecutiveDays) {
                rules.integer($0, "consecutive_days", in: Self.consecutiveDays) ?? 1
            },
            resolvesItself: field("auto_resolve", \.resolvesItself) { rules.boolean($0, "auto_resolve") ?? false },
            reminderMinutes: field("reminder_minutes", \.reminderMinutes) {
                rules.integer($0, "reminder_minutes", in: Self.reminderMinutes)
            })
        rule.settle(&rules)
        try rules.check()
        self = rule
    }
}

extension AlertRule.Snooze {
    /// Until when a body asks to be left alone.
    ///
    /// - Throws: ``ValidationError`` where that is neither `recovered` nor an instant in the future.
    init(_ body: JSONObject, now: Instant, rules: inout FieldRules) throws(ValidationError) {
        var end = Self.untilRecovered
        switch body["until"] {
        case .missing:
            rules.refuseMissing("until")
        case .text(let bytes) where bytes.elementsEqual("recovered".utf8):
            break
        case .text(let bytes):
            if let instant = Instant(bytes), instant > now {
                end = .until(instant)
            } else {
                rules.refuseSnooze()
            }
        case .boolean, .nested, .number, .unprintable:
            rules.refuseSnooze()
        }
        try rules.check()
        self = end
    }
}

extension FieldRules {
    fileprivate mutating func refuseSnooze() {
        refuse(
            "until", .date,
            "The until field must be recovered or a date in the future, such as 2026-11-23T10:00:00Z.")
    }
}
