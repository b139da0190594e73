import AnalyticsCore
import AnalyticsTesting
import Foundation
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct SpaceTests {
    private func size(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    /// Fills a table with some 20 MB and empties it again.
    private func fillAndEmpty(_ database: SQLiteDatabase) async throws {
        try await database.write { connection in
            try connection.execute("CREATE TABLE IF NOT EXISTS filler (content BLOB NOT NULL)")
            for _ in 0..<20 { try connection.execute("INSERT INTO filler VALUES (zeroblob(1048576))") }
        }
        try await database.write { _ = try $0.execute("DELETE FROM filler") }
    }

    @Test("a SQLite file gives back the room of removed rows, step by step, and keeps a little")
    func incremental() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/data.sqlite"
            let database = try SQLiteDatabase(path: path)
            try await fillAndEmpty(database)

            var steps = 1
            while try await database.giveBackSpace(pages: 512) { steps += 1 }
            try await database.close()

            // 20 MiB were free, 8 stay, and a step is 2.
            #expect(steps >= 6)
            #expect(try size(path) < 10_000_000)
        }
    }

    @Test("a file of an earlier version gives nothing back until it is compacted")
    func compact() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/data.sqlite"
            let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE former (id INTEGER)')"
            _ = try ChildProcess.output(of: ["python3", "-c", script, path])
            let database = try SQLiteDatabase(path: path)
            try await fillAndEmpty(database)
            let gaveBack = try await database.giveBackSpace(pages: 512)

            try await database.compact()
            try await fillAndEmpty(database)
            while try await database.giveBackSpace(pages: 512) {}
            try await database.close()

            #expect(!gaveBack)
            #expect(try size(path) < 10_000_000)
        }
    }
}
