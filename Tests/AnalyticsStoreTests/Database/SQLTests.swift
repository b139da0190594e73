import AnalyticsCore
import AnalyticsStore
import AnalyticsTesting
import Testing

@Suite struct SQLTests {
    @Test("interpolated values become numbered parameters and never text")
    func values() {
        let name = "'; DROP TABLE workspace; --"
        let sql: SQL = "SELECT \(name), \(7), \(Int64.max), \([0, 255] as [UInt8]) FROM workspace"

        #expect(sql.text == "SELECT ?1, ?2, ?3, ?4 FROM workspace")
        #expect(sql.values == [.text("'; DROP TABLE workspace; --"), .integer(7), .integer(.max), .bytes([0, 255])])
    }

    @Test("amounts, days, instants and labels are held as integers and texts")
    func domainValues() {
        let sql: SQL = "\(Amount(tenThousandths: 115_000)) \(Day.d0) \(Instant.t0) \(Label("EU"))"

        #expect(sql.values == [.integer(115_000), .integer(20_780), .integer(1_795_428_000_000), .text("EU")])
    }

    @Test("nil is NULL")
    func null() {
        let missing: String? = nil
        let present: Int64? = 3
        let sql: SQL = "VALUES (\(missing), \(present))"

        #expect(sql.text == "VALUES (?1, ?2)")
        #expect(sql.values == [.null, .integer(3)])
    }

    @Test("a statement inside another keeps its values, and all are numbered through")
    func nested() {
        let condition: SQL = "a = \(2) AND b = \(3)"
        let sql: SQL = "SELECT \(1) WHERE (\(condition)) OR (\(condition)) LIMIT \(4)"

        #expect(sql.text == "SELECT ?1 WHERE (a = ?2 AND b = ?3) OR (a = ?4 AND b = ?5) LIMIT ?6")
        #expect(sql.values == [.integer(1), .integer(2), .integer(3), .integer(2), .integer(3), .integer(4)])
    }

    @Test("joined statements have the separator between them and nowhere else")
    func joined() {
        let parts: [SQL] = ["a = \(1)", "b", "c = \(2)"]

        #expect(SQL.joined(parts, separator: " AND ").text == "a = ?1 AND b AND c = ?2")
        #expect(SQL.joined(parts, separator: " AND ").values == [.integer(1), .integer(2)])
        #expect(SQL.joined([parts[0]], separator: ", ").text == "a = ?1")
        #expect(SQL.joined([], separator: ", ").text.isEmpty)
    }

    @Test("statements are put one after the other by append and +")
    func appended() {
        var sql: SQL = "SELECT \(1)"
        sql.append(" + \(2)")

        #expect((sql + " + \(3)").text == "SELECT ?1 + ?2 + ?3")
        #expect((sql + " + \(3)").values == [.integer(1), .integer(2), .integer(3)])
        #expect(sql.values == [.integer(1), .integer(2)])
    }

    @Test("a composed statement runs with its values in their places", arguments: TestDatabase.engines)
    func run(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let rows = (1...12).map { number -> SQL in "SELECT \(number) AS number" }
            let sql: SQL = """
                SELECT number
                FROM (\(SQL.joined(rows, separator: " UNION ALL "))) AS twelve
                WHERE number BETWEEN \(4) AND \(11)
                ORDER BY number
                """

            let numbers = try await database.integers(sql)

            #expect(numbers == [4, 5, 6, 7, 8, 9, 10, 11])
        }
    }
}
