import AnalyticsStore
import Foundation

/// A database that this process works with, and what keeps others from it where only one may.
struct OpenDatabase {
    let database: any Database
    /// Whether other processes may be at work on the same data.
    let isShared: Bool
    /// The SQLite file; nil for PostgreSQL.
    let path: String?
    private let lock: DatabaseLock?

    /// Opens a database; a SQLite file is made where there is none.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - connections: How many connections to PostgreSQL it may have.
    ///   - isServing: Whether it must learn of what other processes change.
    ///   - keyring: The keys that secrets are sealed with.
    /// - Returns: Nil where another process holds the file.
    /// - Throws: ``StoreError`` or ``CommandFailure`` with what to do.
    init?(
        _ location: DatabaseLocation, connections: Int = 2, isServing: Bool = false, keyring: SecretKeyring = .empty
    ) async throws {
        switch location {
        case .sqlite(let path):
            try Self.makeFolder(of: path)
            guard let lock = try DatabaseLock(databaseAt: path) else { return nil }
            self.lock = lock
            isShared = false
            self.path = path
            database = try SQLiteDatabase(path: path, keyring: keyring)
        case .postgres(let url):
            lock = nil
            isShared = true
            path = nil
            database = try await PostgresDatabase.open(
                url, connections: connections, isFollowing: isServing, keyring: keyring)
        }
    }

    /// Closes the database, and then lets others have it.
    func close() async throws {
        try await database.close()
        withExtendedLifetime(lock) {}
    }

    private static func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("The folder \(folder.path) cannot be made: \(error.localizedDescription)")
        }
    }
}

extension CommandFailure {
    /// Of a reason that stands in the middle of a sentence elsewhere.
    init(sentence reason: String) {
        self.init(reason.prefix(1).uppercased() + reason.dropFirst() + (reason.hasSuffix(".") ? "" : "."))
    }
}
