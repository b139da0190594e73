import GRDB
import GRDBSQLite

/// A statement that is run again and again with other values, through SQLite's own functions.
///
/// Points go in by the ten thousand, and what GRDB does around each run takes as long as SQLite takes for it. The
/// statement is GRDB's, out of its cache, and lives as long as this does.
final class SQLiteRun {
    private let statement: Statement
    private let pointer: OpaquePointer
    private let database: GRDB.Database
    /// The parameter that is bound next, from 1.
    private var parameter: Int32 = 1
    /// What binding a value said first that was no success.
    private var fault = SQLITE_OK

    /// - Parameter text: With the parameters `?1`, `?2`, ….
    init(_ text: String, of database: GRDB.Database) throws {
        statement = try database.cachedStatement(sql: text)
        pointer = statement.sqliteStatement
        self.database = database
        // It comes from a cache, and may have been left in the middle.
        sqlite3_reset(pointer)
    }

    deinit {
        // What is bound takes up memory.
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    /// Runs it with the values that were written, to its end.
    func execute() throws {
        try forEachRow { _ in }
    }

    /// Runs it with the values that were written, and hands over its rows.
    ///
    /// A row is valid only inside the closure.
    func forEachRow(_ body: (any Row) throws -> Void) throws {
        defer {
            sqlite3_reset(pointer)
            parameter = 1
        }
        guard fault == SQLITE_OK else { throw failure(fault) }
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_DONE: return
            case SQLITE_ROW: try body(SQLiteRunRow(pointer: pointer))
            case let code: throw failure(code)
            }
        }
    }

    private func failure(_ code: Int32) -> StoreError {
        let message = database.sqliteConnection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        return StoreError(DatabaseError(resultCode: ResultCode(rawValue: code), message: message))
    }

    private func note(_ code: Int32) {
        if code != SQLITE_OK, fault == SQLITE_OK { fault = code }
        parameter += 1
    }
}

extension SQLiteRun: RowWriter {
    /// SQLite takes a copy of what it is given.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func null() {
        note(sqlite3_bind_null(pointer, parameter))
    }

    func integer(_ value: Int64) {
        note(sqlite3_bind_int64(pointer, parameter, value))
    }

    func text(_ value: String) {
        var value = value
        value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                // A pointer to nothing would bind NULL.
                let code =
                    if let start = text.baseAddress {
                        sqlite3_bind_text(
                            pointer, parameter, start, Int32(truncatingIfNeeded: text.count), Self.transient)
                    } else {
                        sqlite3_bind_text(pointer, parameter, "", 0, Self.transient)
                    }
                note(code)
            }
        }
    }

    func bytes(_ value: [UInt8]) {
        guard !value.isEmpty else { return note(sqlite3_bind_zeroblob(pointer, parameter, 0)) }
        value.withUnsafeBytes { memory in
            note(
                sqlite3_bind_blob(
                    pointer, parameter, memory.baseAddress, Int32(truncatingIfNeeded: memory.count), Self.transient))
        }
    }
}

/// The row that a statement stands on.
private struct SQLiteRunRow: Row {
    let pointer: OpaquePointer

    func optionalInteger(_ column: Int) throws -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let value): return value
        default: throw StoreError.unexpected(value: "no integer", column: column)
        }
    }

    func optionalText(_ column: Int) throws -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let value): return value
        default: throw StoreError.unexpected(value: "no text", column: column)
        }
    }

    func optionalBytes(_ column: Int) throws -> [UInt8]? {
        switch try value(column) {
        case .null: return nil
        case .bytes(let value): return value
        default: throw StoreError.unexpected(value: "no bytes", column: column)
        }
    }

    func value(_ column: Int) throws -> SQLValue {
        guard let column = Int32(exactly: column) else { throw StoreError.unexpectedNull(column: column) }
        switch sqlite3_column_type(pointer, column) {
        case SQLITE_NULL:
            return .null
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(pointer, column))
        case SQLITE_TEXT:
            let text = sqlite3_column_text(pointer, column)
            return .text(String(decoding: bytes(at: text, column), as: UTF8.self))
        case SQLITE_BLOB:
            let blob = sqlite3_column_blob(pointer, column)?.assumingMemoryBound(to: UInt8.self)
            return .bytes(Array(bytes(at: blob, column)))
        default:
            throw StoreError.unexpected(value: "a floating-point number", column: Int(column))
        }
    }

    private func bytes(at start: UnsafePointer<UInt8>?, _ column: Int32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(pointer, column)))
    }
}
