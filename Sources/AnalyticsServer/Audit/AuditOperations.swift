import AnalyticsCore

/// What the reference says about the audit log.
extension Operation {
    static let listAuditLog = Operation(
        id: "listAuditLog", group: .workspace, summary: "Read the audit log",
        description: """
            Who did what, newest first: users, roles, tokens, invitations, passwords, workspace settings, corrections, \
            deletions and imports. `user`, `token_id` and `address` are null for what the operator did, and `user` for \
            failed logins. Wrong passwords have one entry a minute and account, with their number as `count`. Amounts in \
            `details` are texts, exact to the last digit. Entries are kept for 400 days unless the operator says otherwise.
            """,
        parameters: Parameter.paging(defaultSize: 20),
        answer: (Schema.page(of: Schema.named("AuditEntry")), Example.page([AuditSchemas.example], path: "audit-log")))
}

/// The schema of an entry, with an example.
enum AuditSchemas {
    static let named: [JSONValue.Member] = [.init(name: "AuditEntry", value: entry)]

    private static let entry = Schema.object([
        "id": Schema.id, "at": Schema.instant,
        "user": Schema.nullable([
            "type": "object", "required": ["id", "name", "email"],
            "properties": ["id": Schema.id, "name": Schema.string, "email": Schema.string],
        ]),
        "token_id": Schema.nullable(Schema.id), "address": Schema.nullable(Schema.string),
        "action": .enumeration(AuditAction.allCases.map(\.rawValue)),
        "object": Schema.object([
            "type": .enumeration(Set(AuditAction.allCases.map(\.objectKind)).sorted()),
            "id": Schema.nullable(Schema.id),
        ]),
        "details": [
            "type": "object",
            "additionalProperties": Schema.object([
                "from": Schema.nullable(Schema.string), "to": Schema.nullable(Schema.string),
            ]),
        ],
    ])

    fileprivate static let example: JSONValue = [
        "id": 12, "at": "2026-11-23T10:00:00.000Z",
        "user": ["id": 1, "name": "Ada Lovelace", "email": "ada@example.com"], "token_id": 4,
        "address": "192.0.2.17", "action": "user.role_changed", "object": ["type": "user", "id": 2],
        "details": ["role": ["from": "viewer", "to": "analyst"]],
    ]
}
