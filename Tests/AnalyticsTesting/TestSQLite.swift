import AnalyticsStore
import Foundation

/// The SQLite file with the current schema and nothing else, of which each test has a copy: to make the schema takes far
/// longer.
enum TestSQLite {
    private static let template = MadeOnce<String>()

    private static let folder = FileManager.default.temporaryDirectory.appending(
        path: "analyticspro-template-\(ProcessInfo.processInfo.processIdentifier)")

    /// Puts a copy of the file at a path.
    static func copy(to path: String) async throws {
        try FileManager.default.copyItem(atPath: try await template.value(makeTemplate), toPath: path)
    }

    /// Makes the file, which goes with the process.
    @Sendable private static func makeTemplate() async throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: TestSQLite.folder) }
        let path = folder.appending(path: "template.sqlite").path
        let database = try SQLiteDatabase(path: path)
        try await Migrator(database: database).migrate(now: .t0)
        // Moves all of it into the one file.
        try await database.close()
        return path
    }
}
