public import AnalyticsCore

/// Brings a database's schema up to date.
public struct Migrator: Sendable {
    private let database: any Database
    private let migrations: [Migration]

    /// Of the schema that this program works with.
    public init(database: any Database) {
        self.init(database: database, migrations: Migration.all)
    }

    init(database: any Database, migrations: [Migration]) {
        self.database = database
        self.migrations = migrations
    }

    /// Takes the steps that are missing, each in a transaction of its own: after a crash the next start goes on.
    ///
    /// - Parameter now: What is noted as the time of each step.
    /// - Returns: The names of the steps taken, none where the schema was up to date.
    /// - Throws: ``StoreError`` of code `unusable` where a newer program made the schema; nothing is changed then.
    @discardableResult
    public func migrate(now: Instant) async throws -> [String] {
        let version = try await version()
        let latest = migrations.last?.version ?? 0
        guard version <= latest else {
            throw StoreError(
                .unusable,
                "the database has schema \(version), and this program knows schemas up to \(latest): "
                    + "start the newer program that made it, or restore a backup from before")
        }
        if version == 0 { try await makeTableOfSteps() }
        var taken: [String] = []
        for migration in migrations where migration.version > version {
            let isTaken = try await database.write { connection in
                try connection.lockSchema()
                try connection.liftTimeLimit()
                // Another process may have been first.
                guard try connection.schemaVersion() < migration.version else { return false }
                for statement in migration.statements(connection.dialect) {
                    try connection.execute(SQL(trusted: statement))
                }
                try connection.execute(
                    """
                    INSERT INTO schema_migration (version, name, applied_at)
                    VALUES (\(migration.version), \(migration.name), \(now))
                    """)
                return true
            }
            if isTaken { taken.append(migration.name) }
        }
        return taken
    }

    /// The number of the last step that was taken, 0 where none was; nothing is changed.
    func version() async throws -> Int64 {
        do {
            return try await database.read { try $0.schemaVersion() }
        } catch let error as StoreError where error.code == .programming {
            // There is no table of steps.
            return 0
        }
    }

    /// Only where it is missing, so that who may not make tables can work with those that are there.
    private func makeTableOfSteps() async throws {
        try await database.write { connection in
            let dialect = connection.dialect
            try connection.execute(
                SQL(
                    trusted: """
                        CREATE TABLE IF NOT EXISTS schema_migration (
                            version \(dialect.integer) NOT NULL PRIMARY KEY,
                            name \(dialect.text) NOT NULL,
                            applied_at \(dialect.integer) NOT NULL
                        ) \(dialect.table)
                        """))
        }
    }
}

extension Connection {
    /// The number of the last step that was taken, 0 where there was none.
    fileprivate func schemaVersion() throws -> Int64 {
        try first("SELECT COALESCE(MAX(version), 0) FROM schema_migration") { try $0.integer(0) } ?? 0
    }
}
