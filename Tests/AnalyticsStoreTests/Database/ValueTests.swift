import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct ValueTests {
    private static let texts = [
        "", " ", "Acme", "it's \"quoted\"", "\u{E9}", "e\u{301}", "日本語", "👩‍👩‍👧", "\u{FEFF}a", "a\nb\tc\r", "\u{10FFFF}",
        "%_\\?1$1", String(repeating: "ü", count: 100_000),
    ]

    private func withTable<Value>(
        _ engine: TestDatabase.Engine, _ body: (any Database) async throws -> Value
    ) async throws -> Value {
        try await withDatabase(engine) { database in
            let dialect = database.dialect
            try await database.run(
                SQL(
                    trusted: """
                        CREATE TABLE kept (
                            number \(dialect.integer), words \(dialect.text), raw \(dialect.bytes)
                        ) \(dialect.table)
                        """))
            return try await body(database)
        }
    }

    @Test("integers come back as they were", arguments: TestDatabase.engines)
    func integers(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            let numbers: [Int64] = [.min, .min + 1, -1, 0, 1, 1 << 53, .max - 1, .max]
            for number in numbers { try await database.run("INSERT INTO kept (number) VALUES (\(number))") }

            let read = try await database.integers("SELECT number FROM kept ORDER BY number")

            #expect(read == numbers)
        }
    }

    @Test("texts come back byte by byte as they were", arguments: TestDatabase.engines)
    func texts(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            for (number, text) in Self.texts.enumerated() {
                try await database.run("INSERT INTO kept (number, words) VALUES (\(number), \(text))")
            }

            let read = try await database.texts("SELECT words FROM kept ORDER BY number")

            #expect(read.map { Array($0.utf8) } == Self.texts.map { Array($0.utf8) })
        }
    }

    @Test("texts compare by their bytes: two spellings of one letter are two texts", arguments: TestDatabase.engines)
    func comparison(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            for text in ["a", "B", "\u{E9}", "e\u{301}"] {
                try await database.run("INSERT INTO kept (words) VALUES (\(text))")
            }

            let equal = try await database.texts("SELECT words FROM kept WHERE words = \("\u{E9}")")
            let ordered = try await database.texts("SELECT words FROM kept ORDER BY words")

            #expect(equal.map { Array($0.utf8) } == [[0xC3, 0xA9]])
            #expect(ordered.map { Array($0.utf8) } == [[0x42], [0x61], [0x65, 0xCC, 0x81], [0xC3, 0xA9]])
        }
    }

    @Test("bytes come back as they were, none too", arguments: TestDatabase.engines)
    func bytes(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            let values: [[UInt8]] = [[], [0], [0, 0, 1], Array(0...255)]
            for (number, value) in values.enumerated() {
                try await database.run("INSERT INTO kept (number, raw) VALUES (\(number), \(value))")
            }

            let read = try await database.read { connection in
                try connection.all("SELECT raw FROM kept ORDER BY number") { try $0.bytes(0) }
            }

            #expect(read == values)
        }
    }

    @Test("NULL is nil for who expects it and an error for who does not", arguments: TestDatabase.engines)
    func null(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            try await database.run("INSERT INTO kept (number) VALUES (\(nil as Int64?))")

            let isNull = try await database.read { connection in
                try connection.first("SELECT number, words, raw FROM kept") { row in
                    try row.optionalInteger(0) == nil && row.optionalText(1) == nil && row.optionalBytes(2) == nil
                        && row.optionalInstant(0) == nil
                }
            }

            #expect(isNull == true)
            for read in [{ _ = try $0.integer(0) }, { _ = try $0.text(1) }, { _ = try $0.bytes(2) }]
                as [@Sendable (any Row) throws -> Void]
            {
                let error = await #expect(throws: StoreError.self) {
                    try await database.read { try $0.forEachRow("SELECT number, words, raw FROM kept", read) }
                }
                #expect(error?.code == .corrupt)
            }
        }
    }

    @Test("a value of another kind than expected is reported, not converted", arguments: TestDatabase.engines)
    func otherKind(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            try await database.run("INSERT INTO kept (number, words, raw) VALUES (7, '7', \([7] as [UInt8]))")

            for read in [
                { _ = try $0.optionalInteger(1) }, { _ = try $0.optionalInteger(2) }, { _ = try $0.optionalText(0) },
                { _ = try $0.optionalText(2) }, { _ = try $0.optionalBytes(0) }, { _ = try $0.optionalBytes(1) },
                { _ = try $0.optionalInteger(3) }, { _ = try $0.optionalText(3) },
            ] as [@Sendable (any Row) throws -> Void] {
                let error = await #expect(throws: StoreError.self) {
                    try await database.read { try $0.forEachRow("SELECT number, words, raw, 0.5 FROM kept", read) }
                }
                #expect(error?.code == .corrupt)
            }
        }
    }

    @Test("amounts, instants and days are read from integers", arguments: TestDatabase.engines)
    func domainValues(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            try await database.read { connection in
                try connection.forEachRow("SELECT 115000, 1795428000000, 20780, -719162") { (row) throws in
                    #expect(try row.amount(0) == Amount(tenThousandths: 115_000))
                    #expect(try row.instant(1) == .t0)
                    #expect(try row.optionalInstant(1) == .t0)
                    #expect(try row.day(2) == .d0)
                    #expect(try row.day(3) == .first)
                }
            }
        }
    }

    @Test(
        "a number that is no day is corrupt", arguments: TestDatabase.engines, [Int64.min, -719_163, 2_932_897, .max])
    func noDay(engine: TestDatabase.Engine, number: Int64) async throws {
        try await withTable(engine) { database in
            let error = await #expect(throws: StoreError.self) {
                try await database.read { connection in
                    try connection.forEachRow("SELECT \(number)") { _ = try $0.day(0) }
                }
            }

            #expect(error?.code == .corrupt)
        }
    }

    @Test("one statement runs for each row of values, and not at all without rows", arguments: TestDatabase.engines)
    func forEach(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            try await database.write { connection in
                try connection.execute(
                    "INSERT INTO kept (words, number) VALUES (?2, ?1)",
                    forEach: [[.integer(1), .text("one")], [.integer(2), .null], [.integer(3), .text("three")]])
                try connection.execute("INSERT INTO no_such_table VALUES (?1)", forEach: [])
            }

            let read = try await database.texts(
                "SELECT number || COALESCE(words, '-') FROM kept ORDER BY number")

            #expect(read == ["1one", "2-", "3three"])
        }
    }

    @Test("a statement says how many rows it changed", arguments: TestDatabase.engines)
    func changes(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            let counts = try await database.write { connection in
                [
                    try connection.execute("INSERT INTO kept (number) VALUES (1), (2), (3)"),
                    try connection.execute("UPDATE kept SET number = number + 10 WHERE number > \(1)"),
                    try connection.execute("UPDATE kept SET number = 0 WHERE number = \(99)"),
                    try connection.execute("DELETE FROM kept"),
                ]
            }

            #expect(counts == [3, 2, 0, 3])
        }
    }

    @Test("the first row is one value, no row is nil", arguments: TestDatabase.engines)
    func first(engine: TestDatabase.Engine) async throws {
        try await withTable(engine) { database in
            try await database.run("INSERT INTO kept (number) VALUES (2), (1)")

            let first = try await database.read { connection in
                try connection.first("SELECT number FROM kept ORDER BY number") { try $0.integer(0) }
            }
            let none = try await database.read { connection in
                try connection.first("SELECT number FROM kept WHERE number > 5") { try $0.integer(0) }
            }

            #expect(first == 1)
            #expect(none == nil)
        }
    }
}
