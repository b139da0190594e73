public import AnalyticsCore

/// Moves all that a server keeps from one database into another, empty one, of any engine.
///
/// Rows go in the order of their keys, so many in each transaction. A copy that was cut off goes on behind the last row
/// that is there. Until it is complete and was compared, `server_copy` in the target says so, and no server works with
/// it. Nobody may change the source meanwhile.
public struct ServerCopy: Sendable {
    /// How far a copy is.
    public struct Progress: Sendable, Equatable {
        /// How many rows are in the target.
        public var done: Int
        /// How many the source has.
        public var total: Int
    }

    private let source: any Database
    private let target: any Database

    /// A copy between two databases.
    public init(from source: any Database, to target: any Database) {
        self.source = source
        self.target = target
    }

    /// Whether a database is the target of a copy that is not complete.
    public static func isUnfinished(in database: any Database) async throws -> Bool {
        try await database.read { try $0.copyState() } != nil
    }

    /// Copies what is missing and compares both databases.
    ///
    /// - Parameters:
    ///   - now: What is noted as the beginning.
    ///   - report: Is told of each step.
    /// - Returns: How many rows the target has.
    /// - Throws: ``StoreError`` of code `unusable` where the target has other data, the source changed since the copy
    ///   was begun, or they are not equal at the end.
    public func run(now: Instant, report: @Sendable (Progress) async -> Void = { _ in }) async throws -> Int {
        try await requireCurrentSchema()
        try await Migrator(database: target).migrate(now: now)
        let state = try await source.read { try $0.sourceState() }
        try await begin(state, now: now)

        var progress = Progress(done: 0, total: 0)
        for table in CopiedTable.all {
            progress.total += try await source.read { try table.count(in: $0) }
            progress.done += try await target.read { try table.count(in: $0) }
        }
        await report(progress)
        for table in CopiedTable.all {
            try await copy(table) { count in
                progress.done += count
                await report(progress)
            }
        }
        if let statistics = target.dialect.statistics {
            try await target.write { connection in
                try connection.liftTimeLimit()
                try connection.execute(SQL(trusted: statistics))
            }
        }
        try await compare(state)
        try await target.write { _ = try $0.execute("DELETE FROM server_copy") }
        return progress.done
    }

    // MARK: - Steps

    private func requireCurrentSchema() async throws {
        let version = try await Migrator(database: source).version()
        guard version == Migration.all.last?.version else {
            throw StoreError(
                .unusable,
                version == 0
                    ? "the source has no data of this program"
                    : "the source has schema \(version): bring it up to date first, with analyticspro migrate")
        }
        guard try await !Self.isUnfinished(in: source) else {
            throw StoreError(.unusable, "the source is itself the target of a copy that was not finished")
        }
    }

    /// Notes that a copy is under way, unless the target has data that it would mix with.
    private func begin(_ state: String, now: Instant) async throws {
        try await target.write { connection in
            if let begun = try connection.copyState() {
                guard begun == state else {
                    throw StoreError(
                        .unusable,
                        "the source has changed since this copy was begun: empty the target, and copy anew")
                }
                return
            }
            for table in CopiedTable.all where try table.count(in: connection) > 0 {
                throw StoreError(.unusable, "the target is not empty: there is something in \(table.name)")
            }
            try connection.execute(
                "INSERT INTO server_copy (id, source_state, started_at) VALUES (1, \(state), \(now))")
        }
    }

    private func copy(_ table: CopiedTable, report: (Int) async -> Void) async throws {
        let source = source
        let insertion = table.insertion
        @Sendable func page(after last: [SQLValue]?) async throws -> [[SQLValue]] {
            try await source.read { try table.rows(after: last, limit: table.rowsInTransaction, in: $0) }
        }
        var rows = try await page(after: try await target.read { try table.lastKey(in: $0) })
        while let last = rows.last.map({ Array($0.prefix(table.keyLength)) }) {
            let part = rows
            // What comes next is read while this is written.
            async let next = page(after: last)
            try await target.write { try $0.insert(part, insertion) }
            await report(part.count)
            rows = try await next
        }
    }

    /// Compares the data points by workspace, metric and day, and all else by table.
    private func compare(_ state: String) async throws {
        guard try await source.read({ try $0.sourceState() }) == state else {
            throw StoreError(.unusable, "the source was changed while it was copied: empty the target, and copy anew")
        }
        let workspaces = try await source.read { connection in
            try connection.all("SELECT id FROM workspace ORDER BY id") { try $0.integer(0) }
        }
        for workspaceID in workspaces {
            for metric in Metric.allCases {
                let days = try await source.summary { try $0.days(of: metric, workspaceID: workspaceID) }
                let copied = try await target.summary { try $0.days(of: metric, workspaceID: workspaceID) }
                guard days != copied else { continue }
                let day = zip(days, copied).first { $0 != $1 }?.0.first ?? days.last?.first ?? 0
                throw StoreError(
                    .unusable,
                    "the data points of workspace \(workspaceID), \(metric.rawValue), around \(Self.name(day)) are not "
                        + "equal in both databases: empty the target, and copy anew")
            }
        }
        for table in CopiedTable.all {
            let original = try await source.summary { try table.checksum(in: $0) }
            let copied = try await target.summary { try table.checksum(in: $0) }
            guard original == copied else {
                throw StoreError(
                    .unusable, "\(table.name) is not equal in both databases: empty the target, and copy anew")
            }
        }
    }

    private static func name(_ day: Int64) -> String {
        Int(exactly: day).flatMap { Day(number: $0) }.map(\.description) ?? "day \(day)"
    }
}

extension Database {
    /// Reads something that may take its time.
    fileprivate func summary<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await read { connection in
            try connection.liftTimeLimit()
            return try body(connection)
        }
    }
}

extension Connection {
    /// What the source was like when a copy into this database was begun; nil where none is under way.
    fileprivate func copyState() throws -> String? {
        try first("SELECT source_state FROM server_copy") { try $0.text(0) }
    }

    /// Something that is another with every change that matters: points stored or corrected, anything that is written
    /// down in the audit log, every id that was given.
    fileprivate func sourceState() throws -> String {
        let queries: [(name: String, sql: SQL)] = [
            ("points", "SELECT COALESCE(SUM(next_sequence), 0) FROM point_sequence"),
            ("visible", "SELECT COALESCE(SUM(point_count), 0) FROM category"),
            ("ids", "SELECT COALESCE(SUM(next_id), 0) FROM id_sequence"),
            ("audited", "SELECT COALESCE(SUM(audit_count + audit_removed), 0) FROM workspace"),
            ("keys", "SELECT COUNT(*) FROM idempotency_key"),
        ]
        return try queries.map { name, sql in "\(name) \(try first(sql) { try $0.integer(0) } ?? 0)" }
            .joined(separator: ", ")
    }

    /// Each day's number, how many points it has, and what their values and categories add up to.
    fileprivate func days(of metric: Metric, workspaceID: Int64) throws -> [[Int64]] {
        let day = "id / \(PointID.largestSequence + 1)"
        return try all(
            SQL(
                trusted: """
                    SELECT \(day) AS day, COUNT(*), SUM(value >> 32), SUM(value & 4294967295), SUM(category_id)
                    FROM data_point
                    """) + " WHERE workspace_id = \(workspaceID) AND metric = \(metric.column)"
                + SQL(trusted: " GROUP BY \(day) ORDER BY day")
        ) { row in try (0..<5).map { try row.integer($0) } }
    }
}
