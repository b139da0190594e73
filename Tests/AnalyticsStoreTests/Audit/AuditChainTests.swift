import AnalyticsCore
import AnalyticsTesting
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct AuditChainTests {
    /// Adds entries of which each is about an object of another number.
    private func add(
        _ objectIDs: ClosedRange<Int64>, to workspaceID: Int64 = 1, at now: Instant = .t0, in database: any Database
    ) async throws {
        for id in objectIDs {
            try await database.write { connection in
                try connection.audit(
                    .recordCorrected, of: id, [AuditChange("value", from: "1", to: "2")],
                    by: Author(
                        person: .init(id: 7, name: "Eve", email: EmailAddress(trusted: "eve@example.com")), tokenID: 9,
                        address: "192.0.2.1"), workspaceID: workspaceID, now: now)
            }
        }
    }

    /// A workspace with entries 1 to 6, of which the first is about its admin.
    private func withLog(
        _ engine: TestDatabase.Engine, _ body: @escaping @Sendable (any Database, AuditStore) async throws -> Void
    ) async throws {
        try await withDatabase(engine) { database in
            let id = try await AccountStore(database: database).fixture().workspace.id
            try #require(id == 1)
            try await add(2...6, in: database)
            try await body(database, AuditStore(database: database))
        }
    }

    @Test(
        "a log that nobody touched is whole, and its last hash is another with each entry",
        arguments: TestDatabase.engines)
    func whole(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            let first = try #require(try await log.verify(workspaceID: 1))
            let again = try #require(try await log.verify(workspaceID: 1))
            try await database.write { connection in
                try connection.audit(
                    [AuditNote(.tokenRevoked, of: 1), AuditNote(.tokenRevoked, of: 2)], by: .operator, workspaceID: 1,
                    now: .t0)
            }
            let longer = try #require(try await log.verify(workspaceID: 1))

            #expect(first.fault == nil)
            #expect(first.last == 6)
            #expect(again == first)
            #expect(longer.fault == nil)
            #expect(longer.last == 8)
            #expect(longer.hash != first.hash)
            #expect(try await log.verify(workspaceID: 99) == nil)
        }
    }

    @Test(
        "an entry that was changed is named, whichever of its values it was", arguments: TestDatabase.engines,
        [
            "at = at + 1", "user_id = 8", "user_id = NULL", "user_name = 'Ada'", "user_email = 'ada@example.com'",
            "token_id = NULL", "address = '192.0.2.2'", "action = 'record.deleted'", "object_id = 3",
            "changes = '[{\"from\":\"1\",\"name\":\"value\",\"to\":\"3\"}]'", "person_seal = changes_seal",
            "changes_seal = person_seal", "chain_hash = (SELECT a.chain_hash FROM audit_entry AS a WHERE a.id = 3)",
            // As if it had been erased, though it is still there.
            "person_seal = chain_hash", "changes_seal = chain_hash",
        ])
    func changed(engine: TestDatabase.Engine, change: String) async throws {
        try await withLog(engine) { database, log in
            try await database.run(SQL(trusted: "UPDATE audit_entry SET \(change) WHERE id = 4"))

            let found = try #require(try await log.verify(workspaceID: 1))

            #expect(found.fault?.entryID == 4)
            #expect(found.last == 3)
        }
    }

    @Test(
        "entries that were removed are named, also the first and the last", arguments: TestDatabase.engines, [1, 3, 6])
    func removed(engine: TestDatabase.Engine, id: Int64) async throws {
        try await withLog(engine) { database, log in
            try await database.run("DELETE FROM audit_entry WHERE id = \(id)")

            let found = try #require(try await log.verify(workspaceID: 1))

            #expect(found.fault == AuditVerification.Fault(entryID: id, reason: "is missing"))
        }
    }

    @Test(
        "entries that changed places are named, also where the numbers close the gap", arguments: TestDatabase.engines)
    func reordered(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            for (from, to) in [(3, 1_000), (4, 3), (1_000, 4)] as [(Int64, Int64)] {
                try await database.run("UPDATE audit_entry SET id = \(to) WHERE id = \(from)")
            }
            let swapped = try #require(try await log.verify(workspaceID: 1))
            for (from, to) in [(3, 1_000), (4, 3), (1_000, 4)] as [(Int64, Int64)] {
                try await database.run("UPDATE audit_entry SET id = \(to) WHERE id = \(from)")
            }
            let restored = try #require(try await log.verify(workspaceID: 1))
            try await database.run("DELETE FROM audit_entry WHERE id = 3")
            for id in 4...6 as ClosedRange<Int64> {
                try await database.run("UPDATE audit_entry SET id = \(id - 1) WHERE id = \(id)")
            }
            try await database.run("UPDATE workspace SET audit_count = 5")
            let closed = try #require(try await log.verify(workspaceID: 1))

            #expect(swapped.fault?.entryID == 3)
            #expect(restored.fault == nil)
            #expect(closed.fault?.entryID == 3)
        }
    }

    @Test(
        "entries that were taken off the end are missed, also where their number is taken back",
        arguments: TestDatabase.engines)
    func shortened(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            try await database.run("DELETE FROM audit_entry WHERE id > 4")
            try await database.run("UPDATE workspace SET audit_count = 4")

            let found = try #require(try await log.verify(workspaceID: 1))

            #expect(found.fault == AuditVerification.Fault(entryID: 4, reason: "is not the last one that was there"))
        }
    }

    @Test("what a program of before adds is chained later, with what came behind it", arguments: TestDatabase.engines)
    func formerProgram(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            try await database.run(
                "INSERT INTO audit_entry (workspace_id, id, at, action, changes) VALUES (1, 7, 0, 'user.joined', '[]')")
            try await database.run("UPDATE workspace SET audit_count = 7")
            try await add(8...9, in: database)
            #expect(try await log.verify(workspaceID: 1)?.fault?.entryID == 7)

            while try await log.chain(limit: 2) > 0 {}
            try await add(10...10, in: database)

            let found = try #require(try await log.verify(workspaceID: 1))
            #expect(found.fault == nil)
            #expect(found.last == 10)
        }
    }

    @Test("an entry of another workspace is none of this one", arguments: TestDatabase.engines)
    func foreign(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            _ = try await AccountStore(database: database).fixture(email: "eve@example.com", workspace: "Other")
            try await add(2...6, to: 2, in: database)
            try await database.run("DELETE FROM audit_entry WHERE workspace_id = 2 AND id = 3")
            try await database.run(
                "UPDATE audit_entry SET workspace_id = 2 WHERE workspace_id = 1 AND id = 3")

            #expect(try await log.verify(workspaceID: 1)?.fault?.entryID == 3)
            #expect(try await log.verify(workspaceID: 2)?.fault?.entryID == 3)
        }
    }

    @Test("entries of many at the same moment are one chain", arguments: TestDatabase.engines)
    func concurrent(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 7...56 as ClosedRange<Int64> {
                    group.addTask { try await add(number...number, in: database) }
                }
                try await group.waitForAll()
            }

            let found = try #require(try await log.verify(workspaceID: 1))

            #expect(found.fault == nil)
            #expect(found.last == 56)
        }
    }

    @Test(
        "entries of before there was a chain are chained in their order and some at a time, and new ones behind them",
        arguments: TestDatabase.engines)
    func legacy(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            _ = try await AccountStore(database: database).fixture(email: "eve@example.com", workspace: "Other")
            try await database.run("UPDATE audit_entry SET person_seal = NULL, changes_seal = NULL, chain_hash = NULL")
            try await database.run("UPDATE workspace SET audit_chained = 0, audit_hash = NULL")
            try await add(7...8, in: database)
            let before = try #require(try await log.verify(workspaceID: 1))
            let texts = try await database.auditEntries(workspaceID: 1)

            var steps: [Int] = []
            while case let count = try await log.chain(limit: 3), count > 0 {
                steps.append(count)
                if steps.count == 1 { try await add(9...9, in: database) }
            }
            try await add(10...10, in: database)

            #expect(before.fault?.entryID == 1)
            #expect(before.fault?.reason.hasPrefix("is not chained yet") == true)
            #expect(steps == [3, 3, 3, 1])
            #expect(try await log.verify(workspaceID: 1)?.fault == nil)
            #expect(try await log.verify(workspaceID: 1)?.last == 10)
            #expect(try await log.verify(workspaceID: 2)?.fault == nil)
            #expect(Array(try await database.auditEntries(workspaceID: 1).suffix(8)) == texts)
        }
    }

    @Test(
        "a name, an address and what was changed can be erased, and the chain stays whole",
        arguments: TestDatabase.engines)
    func erased(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            let before = try #require(try await log.verify(workspaceID: 1))
            let record = try await database.read { connection in
                try connection.first("SELECT \(AuditRecord.columns) FROM audit_entry WHERE id = 4") {
                    try AuditRecord(row: $0, workspaceID: 1)
                }
            }
            let person = try #require(record?.personHash)
            let changes = try #require(record?.changesHash)

            try await database.run(
                """
                UPDATE audit_entry
                SET user_name = NULL, user_email = NULL, address = NULL, person_seal = \(person), changes = '[]',
                    changes_seal = \(changes)
                WHERE id = 4
                """)

            #expect(try await log.verify(workspaceID: 1) == before)
            #expect(try await database.auditEntries(workspaceID: 1).first { $0.id == 4 }?.author.person?.id == 7)
            try await database.run("UPDATE audit_entry SET user_name = 'Ada' WHERE id = 4")
            #expect(try await log.verify(workspaceID: 1)?.fault?.entryID == 4)
        }
    }

    @Test(
        "what is removed because of its age leaves its hash, and the rest is checked from there",
        arguments: TestDatabase.engines)
    func pruned(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            let later = Instant.t0.advanced(bySeconds: 60)
            try await add(7...7, at: later, in: database)
            // Clocks of several processes differ: it stays behind one that stays.
            try await add(8...8, in: database)
            let whole = try #require(try await log.verify(workspaceID: 1))
            func prune(_ end: Instant, limit: Int = 4) async throws -> [Int] {
                var counts: [Int] = []
                while let pruned = try await log.prune(before: end, afterWorkspace: 0, limit: limit), pruned.count > 0 {
                    counts.append(pruned.count)
                }
                return counts
            }

            #expect(try await prune(.t0) == [])
            #expect(try await prune(later) == [4, 2])
            let pruned = try #require(try await log.verify(workspaceID: 1))
            let page = try await log.list(ListSlice(.offset(1), limit: 5), workspaceID: 1)
            try await expectCountsMatchRows(database)
            #expect(pruned.fault == nil)
            #expect(pruned.removed == 6)
            #expect(pruned.hash == whole.hash)
            #expect(page.items.map(\.id) == [7])
            #expect(page.total == 2)

            #expect(try await prune(later.advanced(bySeconds: 1)) == [2])
            #expect(try await log.verify(workspaceID: 1)?.hash == whole.hash)
            try await add(9...9, in: database)
            #expect(try await log.verify(workspaceID: 1)?.fault == nil)
            #expect(try await log.verify(workspaceID: 1)?.last == 9)
            try await database.run("UPDATE workspace SET audit_anchor = \([UInt8](repeating: 1, count: 32))")
            #expect(try await log.verify(workspaceID: 1)?.fault?.entryID == 9)
        }
    }

    @Test("entries that are not chained yet are not removed", arguments: TestDatabase.engines)
    func unchainedStay(engine: TestDatabase.Engine) async throws {
        try await withLog(engine) { database, log in
            try await database.run("UPDATE audit_entry SET chain_hash = NULL WHERE id > 2")

            let end = Instant.t0.advanced(bySeconds: 60)
            let first = try await log.prune(before: end, afterWorkspace: 0)
            let second = try await log.prune(before: end, afterWorkspace: 0)

            #expect(first?.count == 2)
            #expect(second == nil)
            while try await log.chain() > 0 {}
            #expect(try await log.verify(workspaceID: 1)?.fault == nil)
        }
    }
}
