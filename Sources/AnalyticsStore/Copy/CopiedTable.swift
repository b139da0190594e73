/// A table as it is copied from one database to another.
struct CopiedTable: Sendable {
    /// Its name.
    let name: String
    /// The columns that tell its rows apart, in the order of the key; they are its first columns.
    let keyLength: Int
    /// How many rows are copied in one transaction, few where each may be large.
    let rowsInTransaction: Int
    /// All columns.
    let columns: [(name: String, kind: Insertion.Kind)]

    private init(
        _ name: String, key: KeyValuePairs<String, Insertion.Kind>, _ rest: KeyValuePairs<String, Insertion.Kind>,
        rowsInTransaction: Int = 5_000
    ) {
        self.name = name
        self.rowsInTransaction = rowsInTransaction
        keyLength = key.count
        columns = (Array(key) + Array(rest)).map { ($0.key, $0.value) }
    }

    /// Everything that a server keeps, each table after those that it refers to.
    static let all: [CopiedTable] = [
        CopiedTable("id_sequence", key: ["kind": .text], ["next_id": .integer]),
        CopiedTable(
            "workspace", key: ["id": .integer],
            [
                "name": .text, "time_zone": .text, "currency": .text, "created_at": .integer, "user_count": .integer,
                "admin_count": .integer, "invitation_count": .integer, "audit_count": .integer,
                "import_count": .integer, "rule_count": .integer, "event_count": .integer,
                "channel_count": .integer, "mail_day": .integer, "mail_count": .integer,
                "audit_chained": .integer, "audit_hash": .bytes, "audit_removed": .integer, "audit_anchor": .bytes,
            ]),
        CopiedTable(
            "user_account", key: ["workspace_id": .integer, "id": .integer],
            [
                "name": .text, "email": .text, "password_hash": .text, "role": .text, "created_at": .integer,
                "token_count": .integer, "alert_severities": .text, "email_confirmed_at": .integer,
            ]),
        CopiedTable(
            "password_reset", key: ["workspace_id": .integer, "user_id": .integer, "code_hash": .bytes],
            ["expires_at": .integer]),
        CopiedTable(
            "mail_recipient", key: ["workspace_id": .integer, "id": .integer],
            [
                "email": .text, "signing_key": .bytes, "created_at": .integer, "ask_at": .integer,
                "asked_at": .integer, "confirmed_at": .integer, "unsubscribed_at": .integer,
            ]),
        CopiedTable("mail_day", key: ["day": .integer], ["mail_count": .integer]),
        CopiedTable(
            "access_token", key: ["workspace_id": .integer, "id": .integer],
            [
                "user_id": .integer, "name": .text, "scopes": .text, "secret_hash": .bytes, "last_used_at": .integer,
                "expires_at": .integer, "created_at": .integer, "kind": .text, "parent_id": .integer,
            ]),
        CopiedTable(
            "known_origin", key: ["workspace_id": .integer, "user_id": .integer, "origin_hash": .bytes],
            ["seen_at": .integer]),
        CopiedTable(
            "invitation", key: ["workspace_id": .integer, "id": .integer],
            [
                "email": .text, "role": .text, "code_hash": .bytes, "expires_at": .integer, "created_at": .integer,
                "mail_code_hash": .bytes,
            ]),
        CopiedTable(
            "audit_entry", key: ["workspace_id": .integer, "id": .integer],
            [
                "at": .integer, "user_id": .integer, "user_name": .text, "user_email": .text, "token_id": .integer,
                "address": .text, "action": .text, "object_id": .integer, "changes": .text,
                "person_seal": .bytes, "changes_seal": .bytes, "chain_hash": .bytes,
            ]),
        CopiedTable(
            "idempotency_key", key: ["workspace_id": .integer, "user_id": .integer, "operation": .text, "key": .text],
            ["body_hash": .bytes, "status": .integer, "answer": .bytes, "created_at": .integer]),
        CopiedTable(
            "point_sequence", key: ["workspace_id": .integer],
            [
                "next_sequence": .integer, "rule_revision": .integer, "usage_day": .integer, "usage_points": .integer,
            ]),
        CopiedTable(
            "category", key: ["workspace_id": .integer, "metric": .integer, "id": .integer],
            ["name": .text, "point_count": .integer]),
        CopiedTable(
            "data_import", key: ["workspace_id": .integer, "id": .integer],
            [
                "point_count": .integer, "created_at": .integer, "touched_at": .integer, "name": .text,
                "format": .text, "alerts": .text, "is_dry_run": .integer, "status": .text, "is_unsettled": .integer,
                "user_id": .integer, "user_name": .text, "bytes_read": .integer, "bytes_total": .integer,
                "error_count": .integer, "errors": .text, "failure": .text, "started_at": .integer,
                "finished_at": .integer,
            ]),
        CopiedTable(
            "data_import_range", key: ["workspace_id": .integer, "first_sequence": .integer],
            ["last_sequence": .integer, "import_id": .integer]),
        CopiedTable(
            "completed_import_range",
            key: ["workspace_id": .integer, "import_id": .integer, "first_sequence": .integer],
            ["last_sequence": .integer]),
        CopiedTable(
            "data_import_day",
            key: ["workspace_id": .integer, "import_id": .integer, "metric": .integer, "day": .integer],
            [
                "point_count": .integer, "value_sum": .integer, "value_min": .integer, "value_max": .integer,
                "counted_revision": .integer, "counted_points": .integer, "rest_count": .integer,
                "rest_sum": .integer, "rest_min": .integer, "rest_max": .integer,
            ]),
        CopiedTable(
            "data_import_rest",
            key: [
                "workspace_id": .integer, "import_id": .integer, "metric": .integer, "day": .integer,
                "category_id": .integer,
            ],
            [
                "removed_count": .integer, "point_count": .integer, "value_sum": .integer, "value_min": .integer,
                "value_max": .integer,
            ]),
        CopiedTable(
            "day_revision", key: ["workspace_id": .integer, "metric": .integer, "day": .integer],
            ["revision": .integer]),
        CopiedTable(
            "data_import_rollup",
            key: [
                "workspace_id": .integer, "import_id": .integer, "metric": .integer, "day": .integer,
                "category_id": .integer,
            ],
            ["point_count": .integer, "value_sum": .integer, "value_min": .integer, "value_max": .integer]),
        CopiedTable(
            "daily_rollup", key: ["workspace_id": .integer, "metric": .integer, "day": .integer],
            ["point_count": .integer, "value_sum": .integer, "value_min": .integer, "value_max": .integer]),
        CopiedTable(
            "daily_category_rollup",
            key: ["workspace_id": .integer, "metric": .integer, "day": .integer, "category_id": .integer],
            ["point_count": .integer, "value_sum": .integer, "value_min": .integer, "value_max": .integer]),
        CopiedTable(
            "alert_rule", key: ["workspace_id": .integer, "id": .integer],
            [
                "name": .text, "metric": .integer, "category": .text, "condition": .text, "comparison": .text,
                "threshold": .integer, "severity": .text, "is_active": .integer, "minute_of_day": .integer,
                "recover_threshold": .integer, "consecutive_days": .integer, "resolves_itself": .integer,
                "reminder_minutes": .integer, "snoozed_until": .integer, "is_snoozed_until_recovered": .integer,
                "next_day": .integer, "next_decision_at": .integer, "created_at": .integer, "updated_at": .integer,
            ]),
        CopiedTable(
            "alert", key: ["workspace_id": .integer, "id": .integer],
            [
                "rule_id": .integer, "metric": .integer, "condition": .text, "comparison": .text,
                "threshold": .integer, "severity": .text, "status": .text, "value": .integer, "day": .integer,
                "latest_day": .integer, "is_late": .integer, "record_id": .integer, "message": .text,
                "occurrences": .integer, "triggered_at": .integer, "last_triggered_at": .integer,
                "read_at": .integer, "read_by_id": .integer, "read_by_name": .text, "resolved_at": .integer,
                "resolved_by_id": .integer, "resolved_by_name": .text, "resolution_note": .text,
                "remind_at": .integer, "flaps": .integer,
            ]),
        CopiedTable(
            "alert_count", key: ["workspace_id": .integer, "status": .text, "severity": .text],
            ["alert_count": .integer]),
        CopiedTable(
            "event", key: ["workspace_id": .integer, "id": .integer],
            ["at": .integer, "kind": .text, "subject": .text]),
        CopiedTable(
            "channel", key: ["workspace_id": .integer, "id": .integer],
            [
                "name": .text, "kind": .text, "target": .text, "severities": .text, "is_active": .integer,
                "disabled_reason": .text, "secret": .text, "former_secret": .text, "former_secret_until": .integer,
                "delivery_count": .integer, "created_at": .integer, "updated_at": .integer,
            ]),
        CopiedTable(
            "delivery", key: ["workspace_id": .integer, "id": .integer],
            [
                "channel_id": .integer, "user_id": .integer, "address": .text, "lane": .integer, "event": .text,
                "payload": .text,
                "message_id": .text, "status": .text, "attempt_count": .integer, "since": .integer, "due_at": .integer,
                "fence": .integer, "created_at": .integer, "finished_at": .integer, "omitted_count": .integer,
            ]),
        CopiedTable(
            "notice_window", key: ["workspace_id": .integer, "target": .integer],
            [
                "opened_at": .integer, "notice_count": .integer, "critical_count": .integer, "digest_id": .integer,
                "digest_size": .integer,
            ]),
        CopiedTable(
            "digest_notice", key: ["workspace_id": .integer, "id": .integer], ["at": .integer, "payload": .text]),
        CopiedTable(
            "digest_item", key: ["workspace_id": .integer, "delivery_id": .integer, "notice_id": .integer], [:]),
        CopiedTable(
            "delivery_attempt", key: ["workspace_id": .integer, "delivery_id": .integer, "number": .integer],
            ["at": .integer, "milliseconds": .integer, "status_code": .integer, "error": .text]),
        CopiedTable(
            "report_schedule", key: ["workspace_id": .integer, "id": .integer],
            [
                "name": .text, "type": .text, "recipients": .text, "is_active": .integer, "minute_of_day": .integer,
                "day_of_month": .integer, "next_day": .integer, "next_run_at": .integer, "created_at": .integer,
                "updated_at": .integer,
            ]),
        CopiedTable(
            "report", key: ["workspace_id": .integer, "id": .integer],
            [
                "schedule_id": .integer, "name": .text, "type": .text, "status": .text, "scheduled_at": .integer,
                "period_from": .integer, "period_to": .integer, "recipients": .text, "due_at": .integer,
                "fence": .integer, "attempt_count": .integer, "failure": .text, "completed_at": .integer,
                "created_at": .integer, "finished_at": .integer,
            ]),
        CopiedTable(
            "report_count", key: ["workspace_id": .integer, "type": .text, "status": .text],
            ["report_count": .integer]),
        CopiedTable(
            "report_file", key: ["workspace_id": .integer, "report_id": .integer, "format": .text],
            ["sha256": .bytes, "content": .bytes], rowsInTransaction: 50),
        CopiedTable(
            "embed", key: ["workspace_id": .integer, "id": .integer],
            [
                "name": .text, "metric": .integer, "days": .integer, "form": .text, "theme": .text, "width": .integer,
                "height": .integer, "compares_previous": .integer, "signing_key": .bytes, "created_at": .integer,
                "sealed_key": .text,
            ]),
        CopiedTable(
            "import_breach", key: ["workspace_id": .integer, "import_id": .integer, "rule_id": .integer],
            [
                "breach_count": .integer, "value": .integer, "day": .integer, "latest_day": .integer,
                "record_id": .integer, "is_recovered": .integer, "flaps": .integer,
            ]),
        CopiedTable(
            "data_point", key: ["workspace_id": .integer, "metric": .integer, "id": .integer],
            [
                "value": .integer, "category_id": .integer, "source": .text, "created_at": .integer,
                "updated_at": .integer, "external_id": .text,
            ]),
    ]

    /// How its rows go into the target.
    var insertion: Insertion { Insertion(into: name, columns: columns) }

    private var key: String { columns.prefix(keyLength).map(\.name).joined(separator: ", ") }

    /// The key of its last row.
    func lastKey(in connection: any Connection) throws -> [SQLValue]? {
        let order = columns.prefix(keyLength).map { "\($0.name) DESC" }.joined(separator: ", ")
        return try connection.first(SQL(trusted: "SELECT \(key) FROM \(name) ORDER BY \(order) LIMIT 1")) { row in
            try (0..<keyLength).map { try row.value($0) }
        }
    }

    /// Its rows behind a key, or from the first on, so many at most.
    func rows(after last: [SQLValue]?, limit: Int, in connection: any Connection) throws -> [[SQLValue]] {
        var sql = SQL(trusted: "SELECT \(columns.map(\.name).joined(separator: ", ")) FROM \(name)")
        if let last {
            sql.append(SQL(trusted: " WHERE (\(key)) > ("))
            sql.append(SQL.joined(last.map { "\($0)" }, separator: ", "))
            sql.append(")")
        }
        sql.append(SQL(trusted: " ORDER BY \(key)") + " LIMIT \(limit)")
        return try connection.all(sql) { row in try columns.indices.map { try row.value($0) } }
    }

    /// How many rows it has.
    func count(in connection: any Connection) throws -> Int {
        Int(try connection.first(SQL(trusted: "SELECT COUNT(*) FROM \(name)")) { try $0.integer(0) } ?? 0)
    }

    /// How many rows it has and what each column of integers adds up to: high and low halves apart, which cannot
    /// overflow.
    func checksum(in connection: any Connection) throws -> [Int64] {
        let sums = columns.filter { $0.kind == .integer }.flatMap { column in
            ["COALESCE(SUM(\(column.name) >> 32), 0)", "COALESCE(SUM(\(column.name) & 4294967295), 0)"]
        }
        let sql = SQL(trusted: "SELECT COUNT(*), \(sums.joined(separator: ", ")) FROM \(name)")
        return try connection.first(sql) { row in try (0...sums.count).map { try row.integer($0) } } ?? []
    }
}

extension SQLValue: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { self }
}
