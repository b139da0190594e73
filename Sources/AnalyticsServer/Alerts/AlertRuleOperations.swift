import AnalyticsCore
import HTTPTypes

/// What the reference says about rules.
extension Operation {
    static let listAlertRules = Operation(
        id: "listAlertRules", group: .alerts, summary: "List alert rules", description: "Newest first.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (
            Schema.page(of: Schema.named("AlertRule")),
            Example.page([AlertRuleSchemas.example], path: "alert-rules")
        ))

    static let createAlertRule = Operation(
        id: "createAlertRule", group: .alerts, summary: "Create an alert rule",
        description: """
            It is decided in the transaction that stores a data point, from the next one on. `condition` says what is held \
            against `threshold`: the `value` of each point, which is so unless given; the `daily` sum or mean; the \
            `daily_change_percent` against the same day a week before, which says nothing where there was nothing; or \
            `missing`, which needs neither operator nor threshold: no point of the day by the time `at`.

            The sum of a day that is not over may still grow, so `<`, `<=`, `=` and a falling change are decided when the \
            day ends in the workspace's time zone, or at its time `at`. Everything else is decided at once, and days of the \
            past as their own.

            A rule has one open alert at most: a further breach is an occurrence of it. With `auto_resolve` it is resolved \
            by a figure that is good again, or as good as `recover_threshold`. `consecutive_days` asks for so many bad days \
            in a row. `reminder_minutes` notifies again while an alert stays open.
            """,
        body: (AlertRuleSchemas.body(required: ["name", "metric_type", "severity"]), AlertRuleSchemas.bodyExample),
        status: .created,
        answer: (Schema.data(Schema.named("AlertRule")), ["data": AlertRuleSchemas.example]),
        links: ["getAlertRule", "updateAlertRule", "snoozeAlertRule", "deleteAlertRule"])

    static let previewAlertRule = Operation(
        id: "previewAlertRule", group: .alerts, summary: "Preview an alert rule",
        description: """
            On which of the past 90 days the rule would have been broken, with the worst figure of each, and how many alerts \
            a week that is if each is resolved by the next day. Nothing is stored; name and severity need not be given.
            """,
        body: (AlertRuleSchemas.body(required: ["metric_type"]), AlertRuleSchemas.bodyExample),
        answer: (
            Schema.data(
                Schema.object([
                    "from": Schema.day, "to": Schema.day,
                    "days": Schema.list(
                        of: Schema.object(["date": Schema.day, "value": Schema.nullable(Schema.number)])),
                    "alerts": Schema.integer, "alerts_per_week": Schema.number,
                ])),
            [
                "data": [
                    "from": "2026-08-26", "to": "2026-11-23",
                    "days": [["date": "2026-10-03", "value": 80], ["date": "2026-11-01", "value": .decimal("99.5")]],
                    "alerts": 2, "alerts_per_week": .decimal("0.16"),
                ]
            ]
        ))

    static let getAlertRule = Operation(
        id: "getAlertRule", group: .alerts, summary: "Get an alert rule", parameters: [.id(of: "the rule")],
        answer: (Schema.data(Schema.named("AlertRule")), ["data": AlertRuleSchemas.example]))

    static let updateAlertRule = Operation(
        id: "updateAlertRule", group: .alerts, summary: "Change an alert rule",
        description: """
            What is left out stays. An open alert stays as it was opened. `snoozed_until` of null ends a snooze.
            """,
        parameters: [.id(of: "the rule")],
        body: (AlertRuleSchemas.body(required: [], isChange: true), ["threshold": 120, "is_active": true]),
        answer: (Schema.data(Schema.named("AlertRule")), ["data": AlertRuleSchemas.example]))

    static let deleteAlertRule = Operation(
        id: "deleteAlertRule", group: .alerts, summary: "Delete an alert rule",
        description: "Its alerts stay, without a rule; their messages have its name.",
        parameters: [.id(of: "the rule")],
        answer: (Schema.message, ["message": "Alert rule deleted successfully."]))

    static let snoozeAlertRule = Operation(
        id: "snoozeAlertRule", group: .alerts, summary: "Snooze an alert rule",
        description: """
            Until an instant or until a figure is good again (`recovered`) nobody is notified of its alerts. They are \
            recorded all the same. Who did it and why stands in the audit log.
            """,
        parameters: [.id(of: "the rule")],
        body: (
            Schema.body(
                required: ["until"],
                [
                    "until": ["anyOf": [Schema.instantSent, ["const": "recovered"]]],
                    "reason": Schema.optional(Schema.text(Alert.Resolution.noteLength)),
                ]),
            ["until": "recovered", "reason": "The shop is closed for stocktaking."]
        ),
        answer: (
            Schema.data(Schema.named("AlertRule")), ["data": AlertRuleSchemas.example]
        ))
}

/// The schemas of rules.
enum AlertRuleSchemas {
    static let rule = Schema.object([
        "id": Schema.id, "name": Schema.string, "metric_type": Schema.metric,
        "operator": Schema.nullable(Schema.string), "threshold": Schema.nullable(Schema.number),
        "severity": AlertSchemas.severity, "is_active": ["type": "boolean"],
        "category": Schema.nullable(Schema.string), "condition": AlertSchemas.condition,
        "at": Schema.nullable(Schema.string), "recover_threshold": Schema.nullable(Schema.number),
        "consecutive_days": Schema.integer, "auto_resolve": ["type": "boolean"],
        "reminder_minutes": Schema.nullable(Schema.integer), "snoozed_until": Schema.nullable(Schema.string),
        "created_at": Schema.instant, "updated_at": Schema.instant,
    ])

    static let example: JSONValue = [
        "id": 3, "name": "Low revenue", "metric_type": "revenue", "operator": "<", "threshold": 100,
        "severity": "critical", "is_active": true, "category": nil, "condition": "value", "at": nil,
        "recover_threshold": nil, "consecutive_days": 1, "auto_resolve": false, "reminder_minutes": nil,
        "snoozed_until": nil, "created_at": "2026-11-23T10:00:00.000Z", "updated_at": "2026-11-23T10:00:00.000Z",
    ]

    static let bodyExample: JSONValue = [
        "name": "Low revenue", "metric_type": "revenue", "operator": "<", "threshold": 100, "severity": "critical",
    ]

    /// What a client sends of a rule.
    ///
    /// - Parameter isChange: Whether it is a change, which can end a snooze.
    static func body(required: [String], isChange: Bool = false) -> JSONValue {
        let range = NewAlertRule.reminderMinutes
        let name = Schema.text(NewAlertRule.nameLength)
        let members: JSONValue = [
            "name": required.contains("name") || isChange ? name : Schema.optional(name), "metric_type": Schema.metric,
            "operator": Schema.optional(AlertSchemas.comparison), "threshold": Schema.optional(Schema.amountSent),
            "severity": required.contains("severity") || isChange
                ? AlertSchemas.severity : Schema.optional(AlertSchemas.severity),
            "is_active": Schema.optional(Schema.booleanSent),
            "category": Schema.optional(Schema.text(Label.length)),
            "condition": Schema.optional(AlertSchemas.condition),
            "at": Schema.optional(["type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"]),
            "recover_threshold": Schema.optional(Schema.amountSent),
            "consecutive_days": Schema.optional(["type": "integer", "minimum": 1, "maximum": 31]),
            "auto_resolve": Schema.optional(Schema.booleanSent),
            "reminder_minutes": Schema.optional([
                "type": "integer", "minimum": .integer(Int64(range.lowerBound)),
                "maximum": .integer(Int64(range.upperBound)),
            ]),
        ]
        let snooze = JSONValue.Member(name: "snoozed_until", value: ["type": "null"])
        return Schema.body(required: required, .object(members.members + (isChange ? [snooze] : [])))
    }
}
