import AnalyticsCore
import HTTPTypes

/// What the reference says about imports.
extension Operation {
    static let listImports = Operation(
        id: "listImports", group: .analytics, summary: "List imports", description: "Newest first.",
        parameters: Parameter.paging(defaultSize: 20),
        answer: (
            Schema.page(of: Schema.named("Import")),
            Example.page([ImportSchemas.example], path: "analytics/imports")
        ))

    static let createImport = Operation(
        id: "createImport", group: .analytics, summary: "Create an import",
        description: """
            Makes an import that waits for its file, see the next operation. `format` is csv unless given. With \
            `alerts` none its points open no alerts; with all, which is so unless given, each rule has one alert at most, \
            however many of its points break it. With `dry_run` the file is checked as any other, and \
            nothing of it is stored.
            """,
        body: (
            Schema.body(
                required: ["name"],
                [
                    "name": Schema.text(NewImport.nameLength),
                    "format": Schema.optional(.enumeration(ImportFormat.allCases.map(\.rawValue))),
                    "alerts": Schema.optional(.enumeration(ImportAlerts.allCases.map(\.rawValue))),
                    "dry_run": Schema.optional(Schema.booleanSent),
                ]),
            ["name": "Sales of 2025", "format": "csv"]
        ),
        status: .created,
        answer: (Schema.data(Schema.named("Import")), ["data": ImportSchemas.waitingExample]),
        links: ["putImportContent", "getImport", "deleteImport"])

    static let putImportContent = Operation(
        id: "putImportContent", group: .analytics, summary: "Send an import's file",
        description: """
            A file of any size that the server takes, stored as it arrives and hidden until all of it is there: then all of its data points \
            become visible together. CSV has a header with the fields' names in any order, NDJSON an object on each line; \
            a record has at most 64 KiB. Where one is wrong nothing is stored, and `errors` names each fault by its line \
            (`lines.18.value`), at most 100 of them. After a failure the file can be sent again to the same import.
            """,
        parameters: [
            .id(of: "the import"),
            .query(
                "last_day", Schema.day,
                "The file's last day, if that is to become today and every other day to move with it."),
        ],
        textBodies: [
            ("text/csv", "metric_type,value,recorded_at,category\nrevenue,1249.9,2026-11-22,Hardware\n"),
            (
                "application/x-ndjson",
                #"{"metric_type": "revenue", "value": 1249.9, "recorded_at": "2026-11-22", "category": "Hardware"}"#
                    + "\n"
            ),
        ],
        answer: (Schema.data(Schema.named("Import")), ["data": ImportSchemas.example]),
        refusals: [
            .conflict: "The import is complete, its file is arriving already, or it was deleted meanwhile.",
            .contentTooLarge: "The file is larger than the server takes: `limits.import_bytes` of the workspace.",
        ])

    static let getImport = Operation(
        id: "getImport", group: .analytics, summary: "Get an import",
        description: """
            Also while its file arrives: how many records and bytes were read, what is wrong with them so far. `status` is \
            waiting, running, completed or failed. `bytes_total` is null where the file came without a Content-Length, \
            `user` for what the operator imported.
            """,
        parameters: [.id(of: "the import")],
        answer: (Schema.data(Schema.named("Import")), ["data": ImportSchemas.example]))

    static let deleteImport = Operation(
        id: "deleteImport", group: .analytics, summary: "Undo or delete an import",
        description: """
            Takes a complete import back as a whole: lists, figures and totals are as if it had never been, with what was \
            ingested or corrected since. One that is running is broken off; one that waits or failed is removed.
            """,
        parameters: [.id(of: "the import")],
        answer: (Schema.message, ["message": "Import undone successfully."]),
        refusals: [.unprocessableContent: "Without the import a day's total would leave 64 bits."])
}

/// The schema of an import, with examples.
enum ImportSchemas {
    static let named: [JSONValue.Member] = [.init(name: "Import", value: dataImport)]

    private static let dataImport = Schema.object([
        "id": Schema.id, "name": Schema.string, "format": .enumeration(ImportFormat.allCases.map(\.rawValue)),
        "alerts": .enumeration(ImportAlerts.allCases.map(\.rawValue)), "dry_run": ["type": "boolean"],
        "status": .enumeration(["waiting", "running", "completed", "failed"]),
        "record_count": Schema.integer, "bytes_read": Schema.integer,
        "bytes_total": Schema.nullable(Schema.integer), "error_count": Schema.integer,
        "errors": ["type": "object", "additionalProperties": Schema.list(of: Schema.string)],
        "failure": Schema.nullable(Schema.string),
        "user": Schema.nullable([
            "type": "object", "required": ["id", "name"],
            "properties": ["id": Schema.id, "name": Schema.string],
        ]),
        "created_at": Schema.instant, "started_at": Schema.nullable(Schema.instant),
        "finished_at": Schema.nullable(Schema.instant),
    ])

    static let example = example(
        status: "completed", records: 1, bytes: 76, total: 76, startedAt: "2026-11-23T10:00:01.000Z",
        finishedAt: "2026-11-23T10:00:02.000Z")

    static let waitingExample = example(
        status: "waiting", records: 0, bytes: 0, total: nil, startedAt: nil, finishedAt: nil)

    private static func example(
        status: String, records: Int64, bytes: Int64, total: JSONValue, startedAt: JSONValue, finishedAt: JSONValue
    ) -> JSONValue {
        [
            "id": 3, "name": "Sales of 2025", "format": "csv", "alerts": "all", "dry_run": false,
            "status": .string(status), "record_count": .integer(records), "bytes_read": .integer(bytes),
            "bytes_total": total, "error_count": 0, "errors": [:], "failure": nil,
            "user": ["id": 1, "name": "Ada Lovelace"], "created_at": "2026-11-23T10:00:00.000Z",
            "started_at": startedAt, "finished_at": finishedAt,
        ]
    }
}
