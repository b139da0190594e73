import AnalyticsCore
import HTTPTypes

/// What the reference says about reports and their schedules.
extension Operation {
    static let listReports = Operation(
        id: "listReports", group: .reports, summary: "List reports", description: "Newest first.",
        parameters: [
            .query("type", .enumeration(ReportType.allCases.map(\.rawValue)), "Only reports of that type."),
            .query("status", .enumeration(Report.Status.allCases.map(\.rawValue)), "Only reports that are so far."),
        ] + Parameter.paging(defaultSize: 20),
        answer: (Schema.page(of: Schema.named("Report")), Example.page([ReportSchemas.example], path: "reports")))

    static let createReport = Operation(
        id: "createReport", group: .reports, summary: "Create a report",
        description: """
            It is made at `scheduled_at`, at once where that is past or left out; a time without an offset, such as \
            `2026-11-23T07:00:00`, is one of the workspace's time zone. Until then it is a `draft`, then `processing`, \
            then `completed` or `failed`.

            A report is about the last 1, 7 or 30 days that end on the day of `scheduled_at`. With `repeat` it becomes a \
            schedule: a report each day, week or month, at the same local time, about the last day, ISO week (from \
            Monday) or month that is over. The figures are frozen when it is made: each download has the same bytes.

            The reports of a workspace that are asked for on a day (UTC) have at most 1,000 recipients together.
            """,
        body: (
            Schema.body(
                required: ["name", "type"],
                ReportSchemas.sent.adding([
                    "type": .enumeration(ReportType.allCases.map(\.rawValue)),
                    "scheduled_at": Schema.optional(Schema.instantSent),
                    "repeat": Schema.optional(Schema.booleanSent),
                ])),
            ["name": "Weekly sales", "type": "weekly", "scheduled_at": "2026-11-23T07:00:00+01:00", "repeat": true]
        ),
        status: .created, answer: (Schema.data(Schema.named("Report")), ["data": ReportSchemas.draftExample]),
        links: ["getReport", "deleteReport"])

    static let getReport = Operation(
        id: "getReport", group: .reports, summary: "Get a report", parameters: [.id(of: "the report")],
        answer: (Schema.data(Schema.named("Report")), ["data": ReportSchemas.example]))

    static let downloadReport = Operation(
        id: "downloadReport", group: .reports, summary: "Download a report",
        description: """
            The same bytes each time; `ETag` is the SHA-256 of the form that was asked for. All three forms have the same \
            figures.
            """,
        parameters: [
            .id(of: "the report"),
            .query(
                "format", .enumeration(ReportFormat.allCases.map(\.rawValue)), "The form of the file, `pdf` by default."
            ),
            .query(
                "disposition", .enumeration(ReportRoutes.Disposition.allCases.map(\.rawValue)),
                "Whether a browser keeps the file (`attachment`, by default) or shows it (`inline`, for `html` alone)."),
        ],
        answer: (
            Schema.string, "section,metric,category,day,value,previous_value,change_percent,unit,count,percentage\r\n"
        ),
        answerTypes: ReportFormat.allCases.map(\.contentType), isConditional: true,
        refusals: [.conflict: "The report is not completed, or could not be made."])

    static let deleteReport = Operation(
        id: "deleteReport", group: .reports, summary: "Delete a report",
        description: "With its files, and also one that waits or is being made.", parameters: [.id(of: "the report")],
        answer: (Schema.message, ["message": "Report deleted successfully."]))

    static let listReportSchedules = Operation(
        id: "listReportSchedules", group: .reports, summary: "List report schedules", description: "Newest first.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (
            Schema.page(of: Schema.named("ReportSchedule")),
            Example.page([ReportSchemas.scheduleExample], path: "report-schedules")
        ))

    static let updateReportSchedule = Operation(
        id: "updateReportSchedule", group: .reports, summary: "Change, pause or resume a report schedule",
        description: """
            What is left out stays. Reports that wait take over `name` and `recipients`. With `is_active` false it makes \
            no reports, not even the first that waits; once it is active again it makes none of those that it missed: a \
            first report whose time passed meanwhile is removed.
            """,
        parameters: [.id(of: "the schedule")],
        body: (
            Schema.body(required: [], ReportSchemas.sent.adding(["is_active": Schema.optional(Schema.booleanSent)])),
            ["is_active": false]
        ),
        answer: (Schema.data(Schema.named("ReportSchedule")), ["data": ReportSchemas.pausedExample]))

    static let deleteReportSchedule = Operation(
        id: "deleteReportSchedule", group: .reports, summary: "Delete a report schedule",
        description: "With the reports of it that wait; those that were made stay.",
        parameters: [.id(of: "the schedule")],
        answer: (Schema.message, ["message": "Report schedule deleted successfully."]))

    static let runReportSchedule = Operation(
        id: "runReportSchedule", group: .reports, summary: "Run a report schedule now",
        description: "Makes a report of the last day, week or month that is over, beside those by its clock.",
        parameters: [.id(of: "the schedule")], body: (Schema.body(required: [], [:]), [:]), status: .created,
        answer: (Schema.data(Schema.named("Report")), ["data": ReportSchemas.draftExample]),
        links: ["getReport", "deleteReport"])
}

/// The schemas of reports and schedules, with examples.
enum ReportSchemas {
    static let named: [JSONValue.Member] = [
        .init(name: "Report", value: report), .init(name: "ReportSchedule", value: schedule),
    ]

    /// What may be sent of both.
    static let sent: JSONValue = [
        "name": Schema.text(NewReport.nameLength),
        "recipients": Schema.optional(["type": "array", "maxItems": 50, "items": Schema.email]),
    ]

    private static let report = Schema.object([
        "id": Schema.id, "name": Schema.string, "type": .enumeration(ReportType.allCases.map(\.rawValue)),
        "status": .enumeration(Report.Status.allCases.map(\.rawValue)), "scheduled_at": Schema.instant,
        "schedule_id": Schema.nullable(Schema.id), "period_from": Schema.day, "period_to": Schema.day,
        "recipients": Schema.list(of: Schema.string), "failure": Schema.nullable(Schema.string),
        "sha256": Schema.nullable(Schema.string), "completed_at": Schema.nullable(Schema.instant),
        "created_at": Schema.instant,
    ])

    static let draftExample: JSONValue = [
        "id": 7, "name": "Weekly sales", "type": "weekly", "status": "draft",
        "scheduled_at": "2026-11-23T06:00:00.000Z", "schedule_id": 2, "period_from": "2026-11-16",
        "period_to": "2026-11-22", "recipients": [], "failure": nil, "sha256": nil, "completed_at": nil,
        "created_at": "2026-11-20T10:00:00.000Z",
    ]

    static let example: JSONValue = [
        "id": 7, "name": "Weekly sales", "type": "weekly", "status": "completed",
        "scheduled_at": "2026-11-23T06:00:00.000Z", "schedule_id": 2, "period_from": "2026-11-16",
        "period_to": "2026-11-22", "recipients": [], "failure": nil,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "completed_at": "2026-11-23T06:00:00.412Z", "created_at": "2026-11-20T10:00:00.000Z",
    ]

    private static let schedule = Schema.object([
        "id": Schema.id, "name": Schema.string, "type": .enumeration(ReportType.allCases.map(\.rawValue)),
        "recipients": Schema.list(of: Schema.string), "unconfirmed_recipients": Schema.list(of: Schema.string),
        "is_active": ["type": "boolean"], "at": Schema.string,
        "next_run_at": Schema.nullable(Schema.instant), "created_at": Schema.instant, "updated_at": Schema.instant,
    ])

    static let scheduleExample: JSONValue = [
        "id": 2, "name": "Weekly sales", "type": "weekly", "recipients": [], "unconfirmed_recipients": [],
        "is_active": true, "at": "07:00",
        "next_run_at": "2026-11-30T06:00:00.000Z", "created_at": "2026-11-20T10:00:00.000Z",
        "updated_at": "2026-11-20T10:00:00.000Z",
    ]
    static let pausedExample: JSONValue = [
        "id": 2, "name": "Weekly sales", "type": "weekly", "recipients": [], "unconfirmed_recipients": [],
        "is_active": false, "at": "07:00",
        "next_run_at": nil, "created_at": "2026-11-20T10:00:00.000Z", "updated_at": "2026-11-23T10:00:00.000Z",
    ]
}
