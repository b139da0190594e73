/// A transaction on a session: begun with its first statement, in the same way to the server and back.
///
/// It must not outlive the closure that it was made for.
final class PostgresTransaction: Connection {
    /// What a transaction may do, and what it sees.
    enum Mode {
        /// A snapshot.
        case read
        /// As if it were alone: where that is not so it fails and is run again.
        case write

        fileprivate var begin: PostgresSession.Command {
            switch self {
            case .read: .init(text: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            case .write: .init(text: "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE")
            }
        }
    }

    private let session: PostgresSession
    private let mode: Mode
    let keyring: SecretKeyring
    private var hasBegun = false
    /// Why the first statement failed that did: the transaction can only be rolled back then.
    private(set) var failure: PostgresFailure?
    private(set) var changes = CommittedChanges()
    /// What was asked for and has no result that anybody waits for: it goes with what is sent next.
    private var pending: [PostgresSession.Command] = []

    init(session: PostgresSession, mode: Mode, keyring: SecretKeyring) {
        self.keyring = keyring
        self.session = session
        self.mode = mode
    }

    // MARK: - Connection

    var dialect: Dialect { .postgres }

    func execute(_ sql: SQL) throws -> Int {
        try run([Self.command(sql)]).last?.affectedRows ?? 0
    }

    func execute(_ text: StaticString, forEach rows: [[SQLValue]]) throws {
        guard !rows.isEmpty else { return }
        let text = "\(text)".replacing("?", with: "$")
        pending += rows.map { .init(text: text, values: $0.map(PostgresSession.Parameter.init)) }
    }

    /// From how many rows on `COPY` is faster than one statement with arrays (docs/decisions/0007-postgresql.md).
    private static let rowsWorthCopying = 500
    /// How many rows one statement takes, which bounds its memory on both sides.
    private static let mostRowsInStatement = 10_000

    func insert(_ count: Int, _ insertion: Insertion, row: (Int, any RowWriter) -> Void) throws {
        if insertion.onConflict.isEmpty, count >= Self.rowsWorthCopying {
            return try copy(count, insertion, row: row)
        }
        for start in stride(from: 0, to: count, by: Self.mostRowsInStatement) {
            let columns = PostgresColumns(insertion.kinds)
            for index in start..<min(start + Self.mostRowsInStatement, count) { row(index, columns) }
            pending.append(.init(text: insertion.arrayStatement, values: columns.arrays))
        }
    }

    func ask(_ questions: [Question], _ answer: (Int, Int, any Row) throws -> Void) throws {
        let asked = questions.enumerated().compactMap { number, question -> (Int, Int?, PostgresSession.Command)? in
            switch question {
            case .statement(let sql): (number, nil, Self.command(sql))
            case .lookup(let lookup, let keys):
                keys.isEmpty ? nil : (number, lookup.columnCount, Self.command(lookup, keys))
            }
        }
        guard !asked.isEmpty else { return }
        let results = try run(asked.map(\.2))
        for ((number, keyColumn, _), result) in zip(asked, results) {
            for index in 0..<result.count {
                let row = result.row(index)
                let key = try keyColumn.map { Int(try row.integer($0)) - 1 } ?? 0
                try answer(number, key, row)
            }
        }
    }

    private func copy(_ count: Int, _ insertion: Insertion, row: (Int, any RowWriter) -> Void) throws {
        // COPY cannot go with others.
        try run([])
        try failing {
            try session.copy(
                "COPY \(insertion.table) (\(insertion.names.joined(separator: ", "))) FROM STDIN (FORMAT binary)",
                columns: insertion.names.count, rows: count, row: row)
        }
    }

    func forEachRow(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        guard let result = try run([Self.command(sql)]).last else { return }
        for index in 0..<result.count { try body(result.row(index)) }
    }

    func note(_ change: CommittedChange, in workspaceID: Int64) {
        changes.note(change, in: workspaceID)
    }

    func liftTimeLimit() throws {
        session.patience = nil
        try run([.init(text: "SET LOCAL statement_timeout = 0", isPrepared: false)])
    }

    func lockSchema() throws {
        try run([
            .init(text: "SET LOCAL lock_timeout = 0", isPrepared: false),
            .init(text: "LOCK TABLE schema_migration IN SHARE ROW EXCLUSIVE MODE", isPrepared: false),
        ])
    }

    // MARK: - Its end

    /// Whether it has nothing to commit.
    var isEmpty: Bool { !hasBegun && pending.isEmpty }

    /// Commits, and does further things in the same transaction and the same way to the server and back.
    ///
    /// - Throws: ``PostgresFailure``; where that is the loss of the connection the transaction may be committed.
    func commit(after last: [PostgresSession.Command] = []) throws {
        guard !isEmpty else { return }
        let before = beginning + pending
        hasBegun = true
        pending = []
        let results = try session.run(before + last + [.init(text: "COMMIT")])
        guard results.last?.command == "COMMIT" else {
            throw PostgresFailure(state: "25P02", reason: "the transaction had failed before its commit")
        }
    }

    /// Undoes it, where the session still can.
    func rollback() {
        guard hasBegun, !session.isBroken else { return }
        session.forgetPlanning()
        do {
            try session.run("ROLLBACK")
        } catch {
            session.abandon()
        }
    }

    /// What begins the transaction, with the session's planning before it where that was another; nothing later on.
    private var beginning: [PostgresSession.Command] {
        if hasBegun { return [] }
        return session.planning(forWrites: mode == .write) + [mode.begin]
    }

    /// Sends commands together with what is pending.
    ///
    /// - Returns: The results of the given ones.
    @discardableResult
    private func run(_ commands: [PostgresSession.Command]) throws -> [PostgresResult] {
        let before = beginning + pending
        hasBegun = true
        pending = []
        return Array(try failing { try session.run(before + commands) }.suffix(commands.count))
    }

    /// Notes the first failure and throws it on as what stores know.
    private func failing<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as PostgresFailure {
            failure = failure ?? error
            throw error.storeError
        }
    }

    /// A query with an array of each part of some keys.
    private static func command(_ lookup: Lookup, _ keys: [[SQLValue]]) -> PostgresSession.Command {
        let columns = PostgresColumns(lookup.kinds)
        for key in keys {
            for part in key { columns.append(part) }
        }
        return .init(text: lookup.arrayStatement, values: columns.arrays)
    }

    private static func command(_ sql: SQL) -> PostgresSession.Command {
        .init(text: sql.text(parameterMark: "$"), values: sql.values.map(PostgresSession.Parameter.init))
    }
}
