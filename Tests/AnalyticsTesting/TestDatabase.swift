public import AnalyticsStore
import Foundation

/// Databases for tests: real ones, each with the current schema, gone when the test ends.
public enum TestDatabase {
    /// An engine that every test of a store runs on.
    public enum Engine: String, Sendable {
        case sqlite, postgres
    }

    /// The engine that this run of the tests is about: what `ANALYTICSPRO_TEST_ENGINE` says, SQLite without.
    public static let engine = engineName.flatMap(Engine.init) ?? .sqlite

    private static let engineName = ProcessInfo.processInfo.environment["ANALYTICSPRO_TEST_ENGINE"]

    /// Throws where `ANALYTICSPRO_TEST_ENGINE` names an engine that does not exist.
    static func checkEngineName() throws {
        if let engineName, Engine(rawValue: engineName) == nil {
            throw FixtureFault("ANALYTICSPRO_TEST_ENGINE is \(engineName), which is neither sqlite nor postgres")
        }
    }

    /// The same as a list, which makes the engine show in the name of a test's case.
    public static let engines = [engine]

    /// Whether there is a PostgreSQL server to test with, whatever this run is about.
    public static var hasPostgres: Bool { TestPostgres.url != nil }

    /// What is said of tests that are skipped without one.
    public static let noPostgres = "needs PostgreSQL: ANALYTICSPRO_TEST_POSTGRES names no server"
}

/// Runs a closure with an empty database of the current schema.
public func withDatabase<Value>(
    _ engine: TestDatabase.Engine = TestDatabase.engine, _ body: (any Database) async throws -> Value
) async throws -> Value {
    try TestDatabase.checkEngineName()
    return try await DatabasePermits.shared.with { try await withDatabaseOfItsOwn(engine, body) }
}

private func withDatabaseOfItsOwn<Value>(
    _ engine: TestDatabase.Engine, _ body: (any Database) async throws -> Value
) async throws -> Value {
    switch engine {
    case .sqlite:
        try await withTemporaryFolder { folder in
            let path = folder + "/test.sqlite"
            try await TestSQLite.copy(to: path)
            let database = try SQLiteDatabase(path: path)
            let value = try await body(database)
            try await database.close()
            return value
        }
    case .postgres:
        try await TestPostgres.shared.withDatabase { url in
            let database = try await PostgresDatabase.open(PostgresURL(url), connections: 4, limits: .patient)
            do {
                let value = try await body(database)
                await database.close()
                return value
            } catch {
                await database.close()
                throw error
            }
        }
    }
}

/// Runs a closure with the URL of a database in which nothing is, not even a schema, as `--database` takes it.
public func withDatabaseURL<Value>(
    _ engine: TestDatabase.Engine = TestDatabase.engine, _ body: (String) async throws -> Value
) async throws -> Value {
    try TestDatabase.checkEngineName()
    return try await DatabasePermits.shared.with {
        switch engine {
        case .sqlite: try await withTemporaryFolder { try await body("sqlite:\($0)/a.sqlite") }
        case .postgres: try await TestPostgres.shared.withDatabase(isEmpty: true, body)
        }
    }
}

/// Opens the database of a URL.
public func openDatabase(_ url: String) async throws -> any Database {
    if url.hasPrefix("sqlite:") { return try SQLiteDatabase(path: String(url.dropFirst(7))) }
    return try await PostgresDatabase.open(PostgresURL(url), connections: 4, limits: .patient)
}

/// Runs a closure with the path of a folder that is removed afterwards.
public func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("analyticspro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
