import AnalyticsStore
import AnalyticsTesting
import Dispatch
import Foundation
import Testing

@Suite struct SQLiteDatabaseTests {
    @Test("the writer syncs every commit to disk, in WAL mode and with foreign keys")
    func pragmas() async throws {
        try await withDatabase(.sqlite) { database in
            let (synchronous, journalMode, foreignKeys) = try await database.write { connection in
                (
                    try connection.first("PRAGMA synchronous") { try $0.integer(0) },
                    try connection.first("PRAGMA journal_mode") { try $0.text(0) },
                    try connection.first("PRAGMA foreign_keys") { try $0.integer(0) }
                )
            }

            #expect(synchronous == 2)
            #expect(journalMode == "wal")
            #expect(foreignKeys == 1)
        }
    }

    @Test("the writer still syncs after an error and after a file was opened a second time")
    func pragmasLater() async throws {
        try await withTemporaryFolder { folder in
            let first = try SQLiteDatabase(path: folder + "/test.sqlite")
            try await first.run("CREATE TABLE kept (number INTEGER NOT NULL)")
            try await first.close()
            let database = try SQLiteDatabase(path: folder + "/test.sqlite")
            await #expect(throws: StoreError.self) {
                try await database.run("INSERT INTO kept VALUES (NULL)")
            }

            let synchronous = try await database.write { connection in
                try connection.first("PRAGMA synchronous") { try $0.integer(0) }
            }

            #expect(synchronous == 2)
            try await database.close()
        }
    }

    @Test("closing waits for a read that is under way, and leaves everything in the one file", .timeLimit(.patient))
    func closing() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/test.sqlite")
            try await database.run("CREATE TABLE kept (number INTEGER NOT NULL)")
            let mayEnd = DispatchSemaphore(value: 0)
            let (began, hasBegun) = AsyncStream.makeStream(of: Void.self)
            async let read = database.read { connection in
                let count = try connection.first("SELECT COUNT(*) FROM kept") { try $0.integer(0) }
                hasBegun.finish()
                mayEnd.wait()
                return count
            }
            defer { mayEnd.signal() }
            for await _ in began {}
            // What the read does not see cannot be moved into the file before it ends.
            try await database.run("INSERT INTO kept VALUES (7)")

            DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { mayEnd.signal() }
            try await database.close()

            #expect(try await read == 0)
            let log = try? FileManager.default.attributesOfItem(atPath: folder + "/test.sqlite-wal")[.size] as? Int
            #expect(log ?? 0 == 0)
            let again = try SQLiteDatabase(path: folder + "/test.sqlite")
            #expect(try await again.integers("SELECT number FROM kept") == [7])
            try await again.close()
        }
    }

    @Test("what was written is on disk when the write returns")
    func durable() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/test.sqlite")
            try await database.run("CREATE TABLE kept (number INTEGER)")
            try await database.run("INSERT INTO kept VALUES (7)")

            for ending in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: folder + "/test.sqlite" + ending, toPath: folder + "/copy.sqlite" + ending)
            }

            let copy = try SQLiteDatabase(path: folder + "/copy.sqlite")
            #expect(try await copy.integers("SELECT number FROM kept") == [7])
            try await copy.close()
            try await database.close()
        }
    }

    @Test("after closing, the whole database is in its one file")
    func closed() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/test.sqlite")
            try await database.run("CREATE TABLE kept (number INTEGER)")
            try await database.run("INSERT INTO kept VALUES (7)")

            try await database.close()

            let log = try? FileManager.default.attributesOfItem(atPath: folder + "/test.sqlite-wal")
            #expect((log?[.size] as? Int ?? 0) == 0)
            try FileManager.default.copyItem(atPath: folder + "/test.sqlite", toPath: folder + "/copy.sqlite")
            let copy = try SQLiteDatabase(path: folder + "/copy.sqlite")
            #expect(try await copy.integers("SELECT number FROM kept") == [7])
            try await copy.close()
        }
    }

    @Test("a closed database refuses reads and writes")
    func useAfterClose() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/test.sqlite")
            try await database.close()

            let read = await #expect(throws: StoreError.self) { try await database.integers("SELECT 1") }
            let write = await #expect(throws: StoreError.self) { try await database.run("CREATE TABLE a (b INTEGER)") }

            #expect(read?.code == .unavailable)
            #expect(write?.code == .unavailable)
        }
    }

    @Test("a file that is no database is unusable, is named, and stays as it is")
    func noDatabase() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/notes.txt"
            let content = Data(repeating: UInt8(ascii: "x"), count: 10_000)
            try content.write(to: URL(fileURLWithPath: path))

            let error = #expect(throws: StoreError.self) { try SQLiteDatabase(path: path) }

            #expect(error?.code == .unusable)
            #expect(error?.reason.contains(path) == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
        }
    }

    @Test("a path that leads nowhere or to a folder is unusable and named", arguments: ["/missing/test.sqlite", ""])
    func noFile(path: String) async throws {
        try await withTemporaryFolder { folder in
            let error = #expect(throws: StoreError.self) { try SQLiteDatabase(path: folder + path) }

            #expect(error?.code == .unusable)
            #expect(error?.reason.contains(folder + path) == true)
        }
    }

    @Test("a file of which a part was overwritten is corrupt")
    func corrupt() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/test.sqlite"
            let database = try SQLiteDatabase(path: path)
            try await database.run("CREATE TABLE kept (number INTEGER)")
            try await database.run("INSERT INTO kept VALUES (7)")
            try await database.close()
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            // The third page; the second one tells of which pages are free.
            try file.seek(toOffset: 8192)
            try file.write(contentsOf: Data(repeating: 0xFF, count: 4096))
            try file.close()

            let damaged = try SQLiteDatabase(path: path)
            let error = await #expect(throws: StoreError.self) {
                try await damaged.integers("SELECT number FROM kept")
            }

            #expect(error?.code == .corrupt)
            try await damaged.close()
        }
    }

    @Test("a full disk is unavailable, stores nothing, and is no obstacle once there is room again")
    func full() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/test.sqlite")
            try await database.run("CREATE TABLE kept (words TEXT)")
            let long = String(repeating: "x", count: 100_000)
            _ = try await database.write { try $0.all("PRAGMA max_page_count = 4") { try $0.integer(0) } }

            let error = await #expect(throws: StoreError.self) {
                try await database.write { connection in
                    try connection.execute("INSERT INTO kept VALUES ('short')")
                    try connection.execute("INSERT INTO kept VALUES (\(long))")
                }
            }
            let left = try await database.texts("SELECT words FROM kept")
            _ = try await database.write { try $0.all("PRAGMA max_page_count = 1000") { try $0.integer(0) } }
            try await database.run("INSERT INTO kept VALUES (\(long))")

            #expect(error?.code == .unavailable)
            #expect(left.isEmpty)
            #expect(try await database.texts("SELECT words FROM kept") == [long])
            try await database.close()
        }
    }
}
