public import AnalyticsCore

/// Imports: any number of data points that become visible together or not at all, and can be taken back together.
///
/// Points are stored chunk by chunk in short transactions. Until the import is complete their numbers stand in
/// `data_import_range`, which hides them from lists, and their rollups in `data_import_day` and `data_import_rollup`,
/// apart from those that everything else reads. What is to be done about an import later (a file that broke off, rows
/// that nobody needs any more) is found by `is_unsettled`, see ``settle(_:now:)``.
public struct ImportStore: Sendable {
    let database: any Database
    /// The bounds of what a workspace may store; nil where imports do not count.
    private let quotas: Quotas?
    private let storage: StorageGuard

    /// The imports of a database.
    ///
    /// - Parameters:
    ///   - database: Where the points go.
    ///   - quotas: The bounds of what a workspace may store; nil where its imports do not count.
    ///   - storage: Refuses workspaces while the disk is nearly full.
    public init(
        database: any Database, quotas: Quotas? = Quotas.none, storage: StorageGuard = StorageGuard()
    ) {
        self.database = database
        self.quotas = quotas
        self.storage = storage
    }

    /// The same imports without quotas, for the operator's commands.
    public var exempt: ImportStore { ImportStore(database: database, quotas: nil) }

    // MARK: - Imports

    /// Makes an import that waits for its file.
    public func create(
        _ request: NewImport, workspaceID: Int64, once key: KeyedRequest<DataImport>? = nil, by author: Author,
        now: Instant
    ) async throws -> Outcome<DataImport> {
        try await database.write(once: key, now: now) { connection in
            let key = ImportKey(id: try connection.nextID(of: .dataImport), workspaceID: workspaceID)
            try connection.execute(
                """
                INSERT INTO data_import (
                    workspace_id, id, point_count, created_at, touched_at, name, format, alerts, is_dry_run, status,
                    is_unsettled, user_id, user_name
                )
                VALUES (
                    \(workspaceID), \(key.id), 0, \(now), \(now), \(request.name), \(request.format.rawValue),
                    \(request.alerts.rawValue), \(request.isDryRun ? 1 : 0), \(ImportStatus.waiting.rawValue), 0,
                    \(author.person?.id), \(author.person?.name)
                )
                """)
            try connection.count(1, .imports, workspaceID: workspaceID)
            try connection.audit(
                .importCreated, of: key.id,
                [
                    AuditChange("name", from: nil, to: request.name),
                    AuditChange("format", from: nil, to: request.format.rawValue),
                    AuditChange("dry_run", from: nil, to: String(request.isDryRun)),
                ], by: author, workspaceID: workspaceID, now: now)
            return try connection.knownImport(key)
        }
    }

    /// The import of that number, or nil where the workspace has none.
    public func dataImport(_ id: Int64, workspaceID: Int64) async throws -> DataImport? {
        try await database.read { try $0.dataImport(ImportKey(id: id, workspaceID: workspaceID)) }
    }

    /// A part of a workspace's imports, newest first.
    public func list(_ slice: ListSlice, workspaceID: Int64) async throws -> ListPage<DataImport> {
        try await database.read { connection in
            let imports = try connection.imports(
                """
                WHERE workspace_id = \(workspaceID) AND id < \(slice.bound) AND status <> 'deleted'
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """)
            let total = try connection.total(.imports, workspaceID: workspaceID)
            return ListPage(imports, of: slice, total: Int(total))
        }
    }

    // MARK: - The file

    /// Notes that an import's file begins to arrive.
    ///
    /// - Parameters:
    ///   - key: An import that waits for its file, or that failed and of which nothing is left.
    ///   - byteTotal: How many bytes the file has; nil where that is not known.
    ///   - now: When.
    /// - Returns: Whether the import is of that kind; nothing is changed otherwise.
    public func start(_ key: ImportKey, byteTotal: Int64?, now: Instant) async throws -> Bool {
        try await database.write { connection in
            let count = try connection.execute(
                """
                UPDATE data_import
                SET status = 'running', is_unsettled = 1, point_count = 0, bytes_read = 0, bytes_total = \(byteTotal),
                    error_count = 0, errors = '[]', failure = NULL, started_at = \(now), finished_at = NULL,
                    touched_at = \(now)
                WHERE \(SQL.isImport(key)) AND status IN ('waiting', 'failed') AND is_unsettled = 0
                """)
            guard count == 1 else { return false }
            // What an earlier file did to rules.
            try ImportBreaches(connection: connection, key: key, now: now).forget()
            return true
        }
    }

    /// Stores some points of an import that is running, hidden; of a dry run only what the next ones are checked with.
    ///
    /// - Parameters:
    ///   - points: At least one; a few thousand keep the transaction short.
    ///   - key: Where they belong.
    ///   - progress: How far the file was read.
    ///   - now: By which they are stamped.
    /// - Throws: ``ValidationError`` with fields such as `records.3.category`, counted from the first of these
    ///   points, where they cannot be stored; none of them is then. ``AnalyticsCore/QuotaExceeded`` where the workspace
    ///   may not store them. ``StoreError`` of code `conflict` where the import is not running any more.
    public func append(
        _ points: PointBatch, to key: ImportKey, progress: ImportProgress = ImportProgress(), now: Instant
    ) async throws {
        if storage.refuses(key.workspaceID) { throw QuotaExceeded.disk }
        try await database.write { [quotas] connection in
            try ImportChunk(key: key, connection: connection, quotas: quotas)
                .write(points, progress: progress, now: now)
        }
    }

    /// Notes how far the file of a running import was read.
    ///
    /// - Throws: ``StoreError`` of code `conflict` where the import is not running any more.
    public func note(_ progress: ImportProgress, of key: ImportKey, now: Instant) async throws {
        try await database.write { connection in
            let count = try connection.execute(
                """
                UPDATE data_import
                SET bytes_read = \(progress.bytesRead), error_count = \(progress.errorCount),
                    errors = \(try progress.issues.json), touched_at = \(now)
                WHERE \(SQL.isImport(key)) AND status = 'running'
                """)
            guard count == 1 else { throw StoreError.notRunning(key) }
        }
    }

    /// Notes that a running import failed; what it stored is still to be removed, see ``settle(_:now:)``.
    ///
    /// - Parameters:
    ///   - key: The import; one that is not running is left as it is.
    ///   - failure: Why, for people.
    ///   - progress: How far it came, with its faults; nil leaves that as it was noted last.
    ///   - now: When.
    public func fail(
        _ key: ImportKey, _ failure: String, progress: ImportProgress? = nil, now: Instant
    ) async throws {
        try await database.write { connection in
            let count = try connection.execute(
                """
                UPDATE data_import
                SET status = 'failed', failure = \(failure), point_count = 0, finished_at = \(now),
                    touched_at = \(now)
                WHERE \(SQL.isImport(key)) AND status = 'running'
                """)
            guard count == 1, let progress else { return }
            try connection.execute(
                """
                UPDATE data_import
                SET bytes_read = \(progress.bytesRead), error_count = \(progress.errorCount),
                    errors = \(try progress.issues.json)
                WHERE \(SQL.isImport(key))
                """)
        }
    }

    // MARK: - The end

    /// What became of an import that was to be deleted.
    public enum Deletion: Sendable, Equatable {
        /// The workspace has none of that number.
        case unknown
        /// It had no visible points; a file that was still arriving goes nowhere.
        case deleted
        /// Its points are gone from everything, at once.
        case undone
    }

    /// Removes an import, and takes back what it brought where it was complete.
    ///
    /// Its rows are removed later, see ``settle(_:now:)``; nobody sees them meanwhile.
    ///
    /// - Throws: ``ValidationError`` where a day's total without the import's points would leave 64 bits; it is still
    ///   complete then.
    public func delete(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Deletion {
        let key = ImportKey(id: id, workspaceID: workspaceID)
        // Between the look and the change its file may have been completed.
        for _ in 0..<3 {
            guard let dataImport = try await dataImport(id, workspaceID: workspaceID) else { return .unknown }
            if dataImport.hasVisiblePoints {
                if try await undo(dataImport, by: author, now: now) { return .undone }
            } else if try await discard(key, by: author, now: now) {
                return .deleted
            }
        }
        throw StoreError(.conflict, "the import \(id) is being changed by others")
    }

    /// Removes an import that has no visible points.
    ///
    /// - Returns: Whether there is such an import.
    private func discard(_ key: ImportKey, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let dataImport = try connection.dataImport(key), !dataImport.hasVisiblePoints else { return false }
            try connection.markDeleted(key)
            try connection.audit(
                .importDeleted, of: key.id, [AuditChange("name", from: dataImport.request.name, to: nil)], by: author,
                workspaceID: key.workspaceID, now: now)
            return true
        }
    }
}

/// By what an import is found.
public struct ImportKey: Sendable, Hashable {
    /// Its number.
    public let id: Int64
    /// Whose data it is.
    public let workspaceID: Int64

    /// The key of those parts.
    public init(id: Int64, workspaceID: Int64) {
        self.id = id
        self.workspaceID = workspaceID
    }
}

extension DataImport {
    /// By what it is found.
    public var key: ImportKey { ImportKey(id: id, workspaceID: workspaceID) }

    /// Whether everybody sees its points.
    var hasVisiblePoints: Bool { status == .completed && !request.isDryRun }
}

extension SQL {
    /// That a row of `data_import` is the one of a key.
    static func isImport(_ key: ImportKey) -> SQL { "workspace_id = \(key.workspaceID) AND id = \(key.id)" }

    /// That a row of another table belongs to an import.
    static func isOfImport(_ key: ImportKey) -> SQL {
        "workspace_id = \(key.workspaceID) AND import_id = \(key.id)"
    }
}

extension StoreError {
    static func notRunning(_ key: ImportKey) -> StoreError {
        StoreError(.conflict, "the import \(key.id) is not running any more")
    }
}

extension Connection {
    /// Hides an import from everybody, and has what it left behind removed soon.
    func markDeleted(_ key: ImportKey) throws {
        try execute(
            """
            UPDATE data_import
            SET status = 'deleted', is_unsettled = 1, touched_at = 0
            WHERE \(SQL.isImport(key))
            """)
        try count(-1, .imports, workspaceID: key.workspaceID)
    }
}
