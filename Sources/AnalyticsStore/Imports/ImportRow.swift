import AnalyticsCore

extension Connection {
    /// The import of a key, or nil where there is none that anybody may see.
    func dataImport(_ key: ImportKey) throws -> DataImport? {
        try imports("WHERE \(SQL.isImport(key)) AND status <> 'deleted'").first
    }

    /// The import of a key, which must be there.
    func knownImport(_ key: ImportKey) throws -> DataImport {
        guard let dataImport = try dataImport(key) else {
            throw StoreError(.corrupt, "there is no import \(key.id)")
        }
        return dataImport
    }

    /// The imports that a condition names.
    func imports(_ condition: SQL) throws -> [DataImport] {
        try all(
            """
            SELECT id, workspace_id, name, format, alerts, is_dry_run, status, user_id, user_name, point_count,
                bytes_read, bytes_total, error_count, errors, failure, created_at, started_at, finished_at
            FROM data_import
            """ + " " + condition, DataImport.init(row:))
    }
}

extension DataImport {
    /// Reads the columns in the order of ``Connection/imports(_:)``.
    fileprivate init(row: any Row) throws {
        let request = NewImport(
            name: try row.text(2), format: try row.named(3), alerts: try row.named(4),
            isDryRun: try row.integer(5) == 1)
        let creator = try row.optionalInteger(7).map { Creator(id: $0, name: try row.text(8)) }
        self.init(
            id: try row.integer(0), workspaceID: try row.integer(1), request: request, status: try row.named(6),
            creator: creator, recordCount: Int(try row.integer(9)),
            progress: ImportProgress(
                bytesRead: try row.integer(10), issues: try [ValidationError.Issue](json: try row.text(13)),
                errorCount: Int(try row.integer(12))),
            byteTotal: try row.optionalInteger(11), failure: try row.optionalText(14),
            createdAt: try row.instant(15), startedAt: try row.optionalInstant(16),
            finishedAt: try row.optionalInstant(17))
    }
}

/// A fault as it is kept.
private struct KeptIssue: Codable {
    let field: String
    let code: String
    let message: String
}

extension [ValidationError.Issue] {
    /// As they are kept.
    var json: String {
        get throws {
            let kept = map { KeptIssue(field: $0.field, code: $0.code.rawValue, message: $0.message) }
            return try StoredJSON.text(of: kept)
        }
    }

    fileprivate init(json: String) throws {
        let kept: [KeptIssue] = try StoredJSON.value(of: "a list of faults", in: json)
        self = kept.map { .init(field: $0.field, code: .init(rawValue: $0.code) ?? .unknown, message: $0.message) }
    }
}
