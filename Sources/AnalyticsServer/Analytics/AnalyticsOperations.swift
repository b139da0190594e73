import AnalyticsCore
import HTTPTypes

/// What the reference says about data points and the figures made of them.
extension Operation {
    static let ingest = Operation(
        id: "ingest", group: .analytics, summary: "Ingest a data point",
        description: """
            The answer comes once the point is on disk, and every later read shows it. `alerts` are those that it opened \
            or added an occurrence to; without manage-alerts they have `id`, `rule.name`, `severity`, `message` and \
            `is_new` alone. `value` has at most 11 integer and \
            4 fraction digits, as a number or a text. `recorded_at` is a day from 1970-01-01 to tomorrow; left out, today \
            in the workspace's time zone. A metric has at most 1,000 different categories.

            `external_id` is by what you know the point. Sent again for the same metric, it takes the place of the former \
            value, day, category and source, which stand in the audit log, and the answer is 200. So a job may send a running \
            total every hour without it being counted twice. On another day the point has another `id`.
            """,
        body: (
            pointSent,
            ["metric_type": "revenue", "value": .decimal("1249.9"), "category": "Hardware", "source": "shop"]
        ),
        status: .created,
        otherSuccesses: [.ok: "It took the place of the point with the same `external_id`."],
        answer: (
            AlertSchemas.ingested(Schema.named("Record")),
            ["data": AnalyticsSchemas.recordExample, "alerts": []]
        ), links: ["correctRecord", "deleteRecord"])

    static let ingestBatch = Operation(
        id: "ingestBatch", group: .analytics, summary: "Ingest many data points",
        description: """
            All of them or none: where one is wrong, nothing is stored and `errors` names each fault by the index of its \
            record (`records.17.value`) or by its line (`lines.18.value`), at most 100 of them. At most 10,000 records and \
            16 MiB, unless the server is set otherwise. CSV has a header with the fields' names in any order. Where every \
            record takes the place of one with the same `external_id` the answer is 200.
            """,
        body: (
            Schema.body(
                required: ["records"],
                ["records": ["type": "array", "items": pointSent, "minItems": 1, "maxItems": 10_000]]),
            [
                "records": [
                    ["metric_type": "revenue", "value": .decimal("1249.9"), "category": "Hardware"],
                    ["metric_type": "orders", "value": 3, "recorded_at": "2026-11-23"],
                ]
            ]
        ),
        textBodies: [
            (
                "application/x-ndjson",
                #"{"metric_type": "revenue", "value": 1249.9, "category": "Hardware"}"# + "\n"
                    + #"{"metric_type": "orders", "value": 3, "recorded_at": "2026-11-23"}"#
            ),
            (
                "text/csv",
                "metric_type,value,recorded_at,category\nrevenue,1249.9,,Hardware\norders,3,2026-11-23,"
            ),
        ],
        status: .created,
        otherSuccesses: [.ok: "All of them took the places of points with the same `external_id`."],
        answer: (
            AlertSchemas.ingested(
                Schema.object(["accepted": Schema.integer, "first_id": Schema.id, "last_id": Schema.id])),
            [
                "data": [
                    "accepted": 2, "first_id": 2_855_955_766_345_729, "last_id": 2_855_955_766_345_730,
                ], "alerts": [],
            ]
        ))

    private static let pointSent = Schema.body(
        required: ["metric_type", "value"],
        [
            "metric_type": Schema.metric, "value": Schema.amountSent,
            "recorded_at": Schema.optional(Schema.day),
            "category": Schema.optional(Schema.text(Label.length)),
            "source": Schema.optional(Schema.text(Label.length)),
            "external_id": Schema.optional(Schema.text(Label.length)),
        ])

    static let listRecords = Operation(
        id: "listRecords", group: .analytics, summary: "List data points",
        description: "Newest day first, then highest id. With `source` there is no `total`.",
        parameters: filters + Parameter.paging(defaultSize: 30),
        answer: (
            Schema.page(of: Schema.named("Record")),
            Example.page([AnalyticsSchemas.recordExample], path: "analytics", size: 30)
        ))

    static let exportRecords = Operation(
        id: "exportRecords", group: .analytics, summary: "Export data points",
        description: """
            All points that pass the filters, in the order of the list, as a file. CSV has the columns that an import reads; \
            an apostrophe stands before a text that a spreadsheet would take for a formula, and an import takes it off again.
            """,
        parameters: [
            .query("format", ["type": "string", "enum": ["csv", "ndjson"]], "In which form: csv unless given.")
        ] + filters,
        answer: (
            Schema.string,
            "metric_type,value,recorded_at,category,source,external_id\r\nrevenue,1249.9,2026-11-23,Hardware,shop,\r\n"
        ),
        answerTypes: ExportFormat.allCases.map(\.contentType))

    private static let filters: [Parameter] = [
        .query("metric_type", Schema.metric, "Only this metric."),
        .query("from", Schema.day, "Only this day or later."),
        .query("to", Schema.day, "Only this day or earlier; not before `from`."),
        .query("category", Schema.text(Label.length), "Only exactly this category."),
        .query("source", Schema.text(Label.length), "Only exactly this source."),
    ]

    static let correctRecord = Operation(
        id: "correctRecord", group: .analytics, summary: "Correct a data point",
        description: """
            What is left out stays; a category or source of null is taken away. Metric and day cannot change: delete the \
            point and send another. The former values, who and when stand in the audit log.
            """,
        parameters: [.id(of: "the data point")],
        body: (
            Schema.body(
                required: [],
                [
                    "value": Schema.amountSent, "category": Schema.optional(Schema.text(Label.length)),
                    "source": Schema.optional(Schema.text(Label.length)),
                ]),
            ["value": .decimal("1249.9")]
        ),
        answer: (Schema.data(Schema.named("Record")), ["data": AnalyticsSchemas.recordExample]))

    static let deleteRecord = Operation(
        id: "deleteRecord", group: .analytics, summary: "Delete a data point",
        description: "Its values, who and when stand in the audit log.",
        parameters: [.id(of: "the data point")],
        answer: (Schema.message, ["message": "Record deleted successfully."]),
        refusals: [.unprocessableContent: "Without the point its day's total would leave 64 bits."])

    static let kpi = Operation(
        id: "kpi", group: .analytics, summary: "Get the KPIs",
        description: """
            All seven metrics of a period beside the period before. Revenue, users, orders and page views are sums, the \
            others means over data points; a mean over none is null. `change_percent` is null where the base is zero.
            """,
        parameters: period(default: 7),
        answer: (
            Schema.data(
                Schema.object([
                    "period": Schema.integer, "from": Schema.day, "to": Schema.day, "previous_from": Schema.day,
                    "previous_to": Schema.day, "timezone": Schema.string,
                    "kpis": Schema.object(
                        .object(Metric.allCases.map { .init(name: $0.rawValue, value: Schema.named("KPI")) })),
                ])),
            [
                "data": [
                    "period": 7, "from": "2026-11-17", "to": "2026-11-23", "previous_from": "2026-11-10",
                    "previous_to": "2026-11-16", "timezone": "Europe/Berlin",
                    "kpis": .object(
                        Metric.allCases.map { .init(name: $0.rawValue, value: AnalyticsSchemas.kpiExample) }),
                ]
            ]
        ), isConditional: true)

    static let chart = Operation(
        id: "chart", group: .analytics, summary: "Get a chart",
        description: "One metric day by day. A day without points is 0 for sums and null for means.",
        parameters: [.path("metric", Schema.metric, "Which metric.")] + period(default: 7),
        answer: (
            Schema.data(
                Schema.object([
                    "metric": Schema.metric, "period": Schema.integer, "from": Schema.day, "to": Schema.day,
                    "labels": Schema.list(of: Schema.day), "data": Schema.list(of: Schema.nullable(Schema.number)),
                ])),
            [
                "data": [
                    "metric": "revenue", "period": 7, "from": "2026-11-17", "to": "2026-11-23",
                    "labels": [
                        "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22",
                        "2026-11-23",
                    ],
                    "data": [.decimal("812.4"), 903, .decimal("655.25"), 0, 0, .decimal("120.5"), .decimal("1249.9")],
                ]
            ]
        ), isConditional: true, refusals: [.unprocessableContent: "The metric or the period is none."])

    static let chartPicture = Operation(
        id: "chartPicture", group: .analytics, summary: "Get a chart as a picture",
        description: """
            An SVG of one metric day by day, with the period before as a dashed line. It says in words what it shows. A day \
            of a mean without points is a gap.
            """,
        parameters: [.path("metric", Schema.metric, "Which metric.")] + period(default: 7) + [
            .query("form", .enumeration(ChartLook.Form.allCases.map(\.rawValue)), "`area` by default."),
            .query(
                "theme", .enumeration(ChartLook.Theme.allCases.map(\.rawValue)),
                "What ground it is for; `auto`, the default, follows who looks at it."),
            .query("width", ["type": "integer", "minimum": 240, "maximum": 2_000], "Pixels, 720 by default."),
            .query("height", ["type": "integer", "minimum": 160, "maximum": 1_200], "Pixels, 300 by default."),
            .query("previous", Schema.booleanSent, "Whether the period before is drawn, as it is by default."),
        ],
        answer: (Schema.string, "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"), answerTypes: ["image/svg+xml"],
        isConditional: true, refusals: [.unprocessableContent: "The metric, the period or the form is none."])

    static let categories = Operation(
        id: "categories", group: .analytics, summary: "Get revenue by category",
        description: """
            Highest total first; beyond 100 categories the rest is "Other". The percentages add up to exactly 100, and are \
            null where the total is not above zero.
            """,
        parameters: period(default: 30),
        answer: (
            Schema.data(
                Schema.object([
                    "period": Schema.integer, "total": Schema.number, "labels": Schema.list(of: Schema.string),
                    "data": Schema.nullable(Schema.list(of: Schema.nullable(Schema.number))),
                    "categories": Schema.list(
                        of: Schema.object([
                            "category": Schema.string, "total": Schema.number,
                            "percentage": Schema.nullable(Schema.number),
                        ])),
                ])),
            [
                "data": [
                    "period": 30, "total": 2000, "labels": ["Hardware", "Books"], "data": [75, 25],
                    "categories": [
                        ["category": "Hardware", "total": 1500, "percentage": 75],
                        ["category": "Books", "total": 500, "percentage": 25],
                    ],
                ]
            ]
        ), isConditional: true)

    private static func period(default days: Int) -> [Parameter] {
        [
            .query(
                "period", ["type": "integer", "enum": [7, 14, 30]],
                "So many days that end today, \(days) unless given. Left out where `from` and `to` are given."),
            .query("from", Schema.day, "The first day, together with `to` and in the place of `period`."),
            .query("to", Schema.day, "The last day, at most 366 days with both ends."),
        ]
    }
}

/// The schemas of analytics, each with an example.
enum AnalyticsSchemas {
    static let named: [JSONValue.Member] = [
        .init(name: "Record", value: record), .init(name: "KPI", value: kpi),
    ]

    private static let record = Schema.object([
        "id": Schema.id, "metric_type": Schema.metric, "value": Schema.number, "recorded_at": Schema.day,
        "category": Schema.nullable(Schema.string), "source": Schema.nullable(Schema.string),
        "external_id": Schema.nullable(Schema.string), "created_at": Schema.instant, "updated_at": Schema.instant,
    ])
    fileprivate static let recordExample: JSONValue = [
        "id": 2_855_955_766_345_729, "metric_type": "revenue", "value": .decimal("1249.9"),
        "recorded_at": "2026-11-23", "category": "Hardware", "source": "shop", "external_id": nil,
        "created_at": "2026-11-23T10:00:00.000Z", "updated_at": "2026-11-23T10:00:00.000Z",
    ]

    private static let kpi = Schema.object([
        "value": Schema.nullable(Schema.number), "previous_value": Schema.nullable(Schema.number),
        "change_percent": Schema.nullable(Schema.number),
        "trend": ["enum": ["up", "down", "flat", nil]], "is_good": Schema.nullable(["type": "boolean"]),
        "unit": Schema.string, "count": Schema.integer,
    ])
    fileprivate static let kpiExample: JSONValue = [
        "value": .decimal("3741.05"), "previous_value": .decimal("2992.84"), "change_percent": 25, "trend": "up",
        "is_good": true, "unit": "EUR", "count": 42,
    ]
}
