import AnalyticsCore
import Foundation
import GRDB

/// A SQLite file: one connection for all writes and checkpoints, several for reads.
///
/// The file is in WAL mode with `synchronous=FULL`: a transaction is on disk when its write returns. Only the process
/// that holds the ``DatabaseLock`` may open one.
public final class SQLiteDatabase: Database {
    private let pool: DatabasePool
    private let keyring: SecretKeyring

    /// Opens the file, which is made where there is none.
    ///
    /// - Parameters:
    ///   - path: Where the file is; its folder must exist.
    ///   - readers: How many connections read at the same time.
    ///   - keyring: The keys that secrets are sealed with; without any they are kept as they are.
    /// - Throws: ``StoreError`` of code `unusable` with a reason that names the file.
    public init(path: String, readers: Int = 4, keyring: SecretKeyring = .empty) throws {
        self.keyring = keyring
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase { database in
            // 16 MiB for each connection.
            try database.execute(sql: "PRAGMA cache_size = -16384")
            // Holds for a file that has no table yet; in another it has no effect.
            if !database.configuration.readonly { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // The pool chose NORMAL, under which a power cut may take back the last transactions.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch let error as DatabaseError {
            throw StoreError(.unusable, "cannot open the database \(path): \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// SQLite's.
    public var dialect: Dialect { .sqlite }

    /// How often each workspace's data has changed; no other process changes it.
    public let versions = DataVersions()

    /// Runs a closure on a snapshot.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.read { [keyring] in try body(SQLiteConnection(database: $0, keyring: keyring)) }
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    /// Runs a closure in a transaction, which takes the lock for writing at its start.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        do {
            let (value, changed) = try await pool.write { [keyring] database in
                let connection = SQLiteConnection(database: database, keyring: keyring)
                return (try body(connection), connection.changes)
            }
            versions.learn(of: changed)
            return value
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    /// Runs the transactions of a source on one thread, as many as fit into a turn, and then the rest after what waits.
    public func run(_ source: any WriteSource) {
        pool.asyncWriteWithoutTransaction { [self] database in
            let hasMore = source.takeTurn { write in
                let connection = SQLiteConnection(database: database, keyring: keyring)
                do {
                    try database.inTransaction {
                        try write.run(in: connection)
                        return .commit
                    }
                } catch let error as DatabaseError {
                    throw StoreError(error)
                }
                versions.learn(of: connection.changes)
            }
            if hasMore { run(source) }
        }
    }

    /// The number of free pages that stay in the file for what is written next: 8 MiB.
    private static let keptPages = 2_048

    /// Gives the disk back free pages of the file; those of a file that an earlier version made stay, until
    /// `migrate --compact` has written it anew.
    public func giveBackSpace(pages: Int) async throws -> Bool {
        do {
            return try await pool.writeWithoutTransaction { database in
                guard try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") == 2 else { return false }
                let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
                guard free > Self.keptPages else { return false }
                let step = min(pages, free - Self.keptPages)
                // Each page is a row of its result.
                _ = try GRDB.Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(step))")
                return free - step > Self.keptPages
            }
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    /// Writes the file anew without free pages, from then on able to give back space; nothing else may use it meanwhile.
    ///
    /// It needs as much free disk as the file has bytes.
    public func compact() async throws {
        do {
            try await pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                try database.execute(sql: "VACUUM")
            }
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    /// Waits for what is running, moves the WAL into the file and closes it.
    public func close() async throws {
        do {
            // Behind a barrier, because a read that is under way keeps the WAL from being moved.
            _ = try await pool.barrierWriteWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }
}

private final class SQLiteConnection: Connection {
    private let database: GRDB.Database
    private(set) var changes = CommittedChanges()
    let keyring: SecretKeyring

    init(database: GRDB.Database, keyring: SecretKeyring) {
        self.database = database
        self.keyring = keyring
    }

    var dialect: Dialect { .sqlite }

    func execute(_ sql: SQL) throws -> Int {
        let statement = try database.cachedStatement(sql: sql.text)
        try statement.execute(arguments: StatementArguments(sql.values.map(\.databaseValue)))
        return database.changesCount
    }

    func insert(_ count: Int, _ insertion: Insertion, row: (Int, any RowWriter) -> Void) throws {
        var index = 0
        func insert(_ statement: String, rows: Int) throws {
            guard count - index >= rows else { return }
            let run = try SQLiteRun(statement, of: database)
            while count - index >= rows {
                for number in index..<index + rows { row(number, run) }
                try run.execute()
                index += rows
            }
        }
        try insert(insertion.rowsStatement, rows: Insertion.rowsInStatement)
        try insert(insertion.rowStatement, rows: 1)
    }

    func ask(_ questions: [Question], _ answer: (Int, Int, any Row) throws -> Void) throws {
        for (number, question) in questions.enumerated() {
            switch question {
            case .statement(let sql):
                try forEachRow(sql) { try answer(number, 0, $0) }
            case .lookup(let lookup, let keys):
                guard !keys.isEmpty else { continue }
                let run = try SQLiteRun(lookup.rowStatement, of: database)
                for (index, key) in keys.enumerated() {
                    for part in key { run.append(part) }
                    try run.forEachRow { try answer(number, index, $0) }
                }
            }
        }
    }

    func execute(_ text: StaticString, forEach rows: [[SQLValue]]) throws {
        guard !rows.isEmpty else { return }
        let run = try SQLiteRun("\(text)", of: database)
        for values in rows {
            for value in values { run.append(value) }
            try run.execute()
        }
    }

    func forEachRow(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        let statement = try database.cachedStatement(sql: sql.text)
        let cursor = try GRDB.Row.fetchCursor(statement, arguments: StatementArguments(sql.values.map(\.databaseValue)))
        while let row = try cursor.next() {
            try body(SQLiteRow(row: row))
        }
    }

    func note(_ change: CommittedChange, in workspaceID: Int64) {
        changes.note(change, in: workspaceID)
    }

    func liftTimeLimit() {}

    /// Nothing to do: only one process has the file, and a write has it alone.
    func lockSchema() {}
}

private struct SQLiteRow: Row {
    let row: GRDB.Row

    func optionalInteger(_ column: Int) throws -> Int64? {
        switch content(column).storage {
        case .null: return nil
        case .int64(let integer): return integer
        case .double, .string, .blob: throw StoreError.unexpected(value: "no integer", column: column)
        }
    }

    func optionalText(_ column: Int) throws -> String? {
        switch content(column).storage {
        case .null: return nil
        case .string(let text): return text
        case .double, .int64, .blob: throw StoreError.unexpected(value: "no text", column: column)
        }
    }

    func optionalBytes(_ column: Int) throws -> [UInt8]? {
        switch content(column).storage {
        case .null: return nil
        case .blob(let data): return [UInt8](data)
        case .double, .int64, .string: throw StoreError.unexpected(value: "no bytes", column: column)
        }
    }

    func value(_ column: Int) throws -> SQLValue {
        switch content(column).storage {
        case .null: return .null
        case .int64(let integer): return .integer(integer)
        case .string(let text): return .text(text)
        case .blob(let data): return .bytes([UInt8](data))
        case .double: throw StoreError.unexpected(value: "a floating-point number", column: column)
        }
    }

    private func content(_ column: Int) -> DatabaseValue { row[column] }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .bytes(let value): Data(value).databaseValue
        }
    }
}

extension StoreError {
    init(_ error: DatabaseError) {
        let code: Code =
            switch error.resultCode {
            // The sync of a commit: the log has the transaction, and if the process dies before anything else is written
            // there, the next start finds it whole.
            case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_FSYNC: .outcomeUnknown
            case .SQLITE_CONSTRAINT: .conflict
            // SQLITE_PROTOCOL: a reader could not lock the WAL after many retries.
            case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_NOMEM, .SQLITE_READONLY,
                .SQLITE_CANTOPEN, .SQLITE_INTERRUPT, .SQLITE_ABORT, .SQLITE_MISUSE, .SQLITE_PROTOCOL:
                .unavailable
            case .SQLITE_PERM, .SQLITE_AUTH: .unusable
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
            default: .programming
            }
        // The description of a database error holds the statement but not the values, which may be secrets.
        self.init(code, "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")")
    }
}
