import AnalyticsCore
import HTTPTypes

/// What the reference says about alerts.
extension Operation {
    static let listAlerts = Operation(
        id: "listAlerts", group: .alerts, summary: "List alerts",
        description: """
            Newest first. `meta.counts` says how many alerts the workspace has of each status. Alerts belong to the \
            workspace: read by one is read for all.
            """,
        parameters: [
            .query("status", .enumeration(Alert.Status.allCases.map(\.rawValue)), "Only those of this status."),
            .query("severity", AlertSchemas.severity, "Only those of this severity."),
        ] + Parameter.paging(defaultSize: 20),
        answer: (
            Schema.object([
                "data": Schema.list(of: Schema.named("Alert")), "links": Schema.named("Links"),
                "meta": Schema.object(.object(Schema.listMeta.members + [AlertSchemas.counts])),
            ]),
            AlertSchemas.pageExample
        ))

    static let getAlert = Operation(
        id: "getAlert", group: .alerts, summary: "Get an alert", parameters: [.id(of: "the alert")],
        answer: (Schema.data(Schema.named("Alert")), ["data": AlertSchemas.example]))

    static let readAlerts = Operation(
        id: "readAlerts", group: .alerts, summary: "Mark alerts as read",
        description: """
            Those that are read or resolved already stay as they are, and unknown ids are passed over. The answer has the \
            alerts as they are then, newest first.
            """,
        body: (
            Schema.body(
                required: ["ids"],
                ["ids": ["type": "array", "items": Schema.id, "minItems": 1, "maxItems": 100]]),
            ["ids": [17, 18]]
        ),
        answer: (
            Schema.data(Schema.list(of: Schema.named("Alert"))), ["data": [AlertSchemas.example]]
        ))

    /// - Parameter suffix: What ends its name, as several methods do the same.
    static func readAlert(suffix: String) -> Operation {
        Operation(
            id: "readAlert\(suffix)", group: .alerts, summary: "Mark an alert as read",
            description: "It stays open. Repeating it changes nothing.", parameters: [.id(of: "the alert")],
            answer: (Schema.data(Schema.named("Alert")), ["data": AlertSchemas.example]),
            refusals: [.conflict: "The alert is resolved already."])
    }

    /// - Parameter suffix: What ends its name, as several methods do the same.
    static func resolveAlert(suffix: String) -> Operation {
        Operation(
            id: "resolveAlert\(suffix)", group: .alerts, summary: "Resolve an alert",
            description: "The next breach of its rule opens another. Repeating it changes nothing, nor the note.",
            parameters: [.id(of: "the alert")],
            body: (
                Schema.body(
                    required: [], ["note": Schema.optional(Schema.text(Alert.Resolution.noteLength))]),
                ["note": "A supplier's import ran twice."]
            ),
            answer: (Schema.data(Schema.named("Alert")), ["data": AlertSchemas.example]))
    }
}

/// The schemas of alerts and their rules, each with an example.
enum AlertSchemas {
    static let named: [JSONValue.Member] = [
        .init(name: "Alert", value: Schema.object(.object(members))),
        .init(name: "RaisedAlert", value: raised),
        .init(name: "AlertRule", value: AlertRuleSchemas.rule),
    ]

    fileprivate static let counts = JSONValue.Member(
        name: "counts",
        value: Schema.object(["unread": Schema.integer, "read": Schema.integer, "resolved": Schema.integer]))

    static let severity: JSONValue = .enumeration(Severity.allCases.map(\.rawValue))
    static let comparison: JSONValue = .enumeration(Comparison.allCases.map(\.rawValue))
    static let condition: JSONValue = .enumeration(AlertCondition.allCases.map(\.rawValue))

    private static let ruleName = Schema.object(["id": Schema.id, "name": Schema.string])
    private static let person = Schema.nullable(Schema.object(["id": Schema.id, "name": Schema.string]))

    private static let members: [JSONValue.Member] = [
        .init(name: "id", value: Schema.id), .init(name: "rule", value: Schema.nullable(ruleName)),
        .init(name: "metric_type", value: Schema.metric), .init(name: "condition", value: condition),
        .init(name: "operator", value: Schema.nullable(Schema.string)),
        .init(name: "threshold", value: Schema.nullable(Schema.number)),
        .init(name: "value", value: Schema.nullable(Schema.number)), .init(name: "severity", value: severity),
        .init(name: "status", value: .enumeration(Alert.Status.allCases.map(\.rawValue))),
        .init(name: "message", value: Schema.string), .init(name: "recorded_at", value: Schema.day),
        .init(name: "late", value: ["type": "boolean"]), .init(name: "occurrences", value: Schema.integer),
        .init(name: "flaps", value: Schema.integer),
        .init(name: "triggered_at", value: Schema.instant), .init(name: "last_triggered_at", value: Schema.instant),
        .init(name: "read_at", value: Schema.nullable(Schema.instant)), .init(name: "read_by", value: person),
        .init(name: "resolved_at", value: Schema.nullable(Schema.instant)),
        .init(name: "resolved_by", value: person),
        .init(name: "resolution_note", value: Schema.nullable(Schema.string)),
        .init(name: "record_id", value: Schema.nullable(Schema.id)),
    ]

    /// What is always there; the rest of an alert is for those who may see it.
    private static let raised = Schema.body(
        required: ["id", "rule", "severity", "message", "is_new"],
        .object(
            members.filter { $0.name != "rule" } + [
                .init(
                    name: "rule",
                    value: Schema.body(required: ["name"], ["id": Schema.id, "name": Schema.string])),
                .init(name: "is_new", value: ["type": "boolean"]),
            ]))

    /// The answer to an ingest, which has the number of the alerts that it does not list only where there are any.
    static func ingested(_ data: JSONValue) -> JSONValue {
        Schema.body(
            required: ["data", "alerts"],
            [
                "data": data,
                "alerts": ["type": "array", "items": Schema.named("RaisedAlert"), "maxItems": 100],
                "alerts_omitted": Schema.integer,
            ])
    }

    static let example: JSONValue = [
        "id": 17, "rule": ["id": 3, "name": "Low revenue"], "metric_type": "revenue", "condition": "value",
        "operator": "<", "threshold": 100, "value": 80, "severity": "critical", "status": "unread",
        "message": "Low revenue: revenue on 2026-11-23 was 80 EUR, which is below 100 EUR.",
        "recorded_at": "2026-11-23", "late": false, "occurrences": 1, "flaps": 0,
        "triggered_at": "2026-11-23T10:00:00.000Z",
        "last_triggered_at": "2026-11-23T10:00:00.000Z", "read_at": nil, "read_by": nil, "resolved_at": nil,
        "resolved_by": nil, "resolution_note": nil, "record_id": 2_855_955_766_345_729,
    ]

    fileprivate static let pageExample: JSONValue = {
        let page = Example.page([example], path: "alerts")
        return .object(
            page.members.map { member in
                guard member.name == "meta" else { return member }
                let counts = JSONValue.Member(name: "counts", value: ["unread": 1, "read": 0, "resolved": 12])
                return .init(name: "meta", value: .object(member.value.members + [counts]))
            })
    }()
}
