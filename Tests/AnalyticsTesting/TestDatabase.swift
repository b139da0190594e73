public import AnalyticsStore
import Foundation

/// Databases for tests: real files, each with the current schema, gone when the test ends.
public enum TestDatabase {
    /// An engine that every test of a store runs on.
    public enum Engine: String, Sendable, CaseIterable {
        case sqlite
    }

    /// All engines.
    public static let engines = Engine.allCases
}

/// Runs a closure with an empty database of the current schema.
public func withDatabase<Value>(
    _ engine: TestDatabase.Engine = .sqlite, _ body: (any Database) async throws -> Value
) async throws -> Value {
    try await withTemporaryFolder { folder in
        let database = try SQLiteDatabase(path: folder + "/test.sqlite")
        try await Migrator(database: database).migrate(now: .t0)
        let value = try await body(database)
        try await database.close()
        return value
    }
}

/// Runs a closure with the path of a folder that is removed afterwards.
public func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("analyticspro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
