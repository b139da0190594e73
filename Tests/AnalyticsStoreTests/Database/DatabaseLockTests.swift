import AnalyticsStore
import AnalyticsTesting
import Foundation
import Testing

@Suite struct DatabaseLockTests {
    @Test("a lock that is held is not given a second time")
    func held() async throws {
        try await withTemporaryFolder { folder in
            let first = try DatabaseLock(databaseAt: folder + "/test.sqlite")
            let second = try DatabaseLock(databaseAt: folder + "/test.sqlite")
            let other = try DatabaseLock(databaseAt: folder + "/other.sqlite")

            #expect(second == nil)
            #expect(other != nil)
            #expect(first != nil)
            withExtendedLifetime((first, other)) {}
        }
    }

    @Test("a lock is free again once its holder lets go of it")
    func released() async throws {
        try await withTemporaryFolder { folder in
            for _ in 0..<3 {
                let lock = try DatabaseLock(databaseAt: folder + "/test.sqlite")
                #expect(lock != nil)
                withExtendedLifetime(lock) {}
            }
        }
    }

    @Test("the lock's file lies beside the database, is the owner's alone and stays")
    func file() async throws {
        try await withTemporaryFolder { folder in
            _ = try DatabaseLock(databaseAt: folder + "/test.sqlite")

            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["test.sqlite.lock"])
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/test.sqlite.lock")
            #expect((attributes[.posixPermissions] as? Int) == 0o600)
        }
    }

    @Test("where no lock can be made, the error names the file")
    func impossible() async throws {
        try await withTemporaryFolder { folder in
            let error = #expect(throws: StoreError.self) {
                try DatabaseLock(databaseAt: folder + "/missing/test.sqlite")
            }

            #expect(error?.code == .unusable)
            #expect(error?.reason.contains(folder + "/missing/test.sqlite.lock") == true)
        }
    }
}
