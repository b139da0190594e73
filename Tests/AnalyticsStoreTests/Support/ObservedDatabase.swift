import Synchronization

@testable import AnalyticsStore

/// A real database that counts its transactions, can hold them back, and tells how it looked for rows.
final class ObservedDatabase: Database {
    private struct State {
        var commits = 0
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
        var expecting: [CheckedContinuation<Void, Never>] = []
        var plans: [String] = []
        var statements = 0
    }

    private let base: any Database
    private let state = Mutex(State())

    init(_ base: any Database) {
        self.base = base
    }

    /// How many transactions were committed.
    var commits: Int { state.withLock { $0.commits } }

    /// The number of statements so far; one that is run for many rows or keys counts as one.
    var statements: Int { state.withLock { $0.statements } }

    /// The steps of the plans of all statements so far, such as `SEARCH data_point USING PRIMARY KEY (…)`.
    var plans: [String] { state.withLock { $0.plans } }

    /// Holds back every transaction from now on.
    func hold() {
        state.withLock { $0.isHolding = true }
    }

    /// Waits until a transaction is held back.
    func untilHeld() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.held.isEmpty { state.expecting.append(continuation) }
                return !state.held.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }

    /// Lets the transactions that were held back go, and all later ones.
    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    var dialect: Dialect { base.dialect }

    var versions: DataVersions { base.versions }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await base.read { [self] in try body(ObservedConnection(base: $0, note: note, count: count)) }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        await pass()
        let value = try await base.write { [self] in try body(ObservedConnection(base: $0, note: note, count: count)) }
        state.withLock { $0.commits += 1 }
        return value
    }

    func close() async throws {
        try await base.close()
    }

    @Sendable private func count() {
        state.withLock { $0.statements += 1 }
    }

    @Sendable private func note(_ step: String) {
        state.withLock { $0.plans.append(step) }
    }

    private func pass() async {
        await withCheckedContinuation { continuation in
            let (isHeld, expecting) = state.withLock { state in
                guard state.isHolding else { return (false, [CheckedContinuation<Void, Never>]()) }
                state.held.append(continuation)
                defer { state.expecting = [] }
                return (true, state.expecting)
            }
            if !isHeld { continuation.resume() }
            for waiting in expecting { waiting.resume() }
        }
    }
}

private struct ObservedConnection: Connection {
    let base: any Connection
    let note: @Sendable (String) -> Void
    let count: @Sendable () -> Void

    var dialect: Dialect { base.dialect }

    var keyring: SecretKeyring { base.keyring }

    func execute(_ sql: SQL) throws -> Int {
        try explain(sql)
        return try base.execute(sql)
    }

    func insert(_ count: Int, _ insertion: Insertion, row: (Int, any RowWriter) -> Void) throws {
        self.count()
        try base.insert(count, insertion, row: row)
    }

    func ask(_ questions: [Question], _ answer: (Int, Int, any Row) throws -> Void) throws {
        for question in questions {
            count()
            switch question {
            case .statement(let sql): try explain(sql)
            // The plan is the same for every key.
            case .lookup(let lookup, _): try explain(SQL(trusted: lookup.rowStatement.replacing(/\?\d+/, with: "NULL")))
            }
        }
        try base.ask(questions, answer)
    }

    func execute(_ text: StaticString, forEach rows: [[SQLValue]]) throws {
        count()
        try base.execute(text, forEach: rows)
    }

    func forEachRow(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        try explain(sql)
        try base.forEachRow(sql, body)
    }

    func note(_ change: CommittedChange, in workspaceID: Int64) { base.note(change, in: workspaceID) }

    func liftTimeLimit() throws {
        try base.liftTimeLimit()
    }

    func lockSchema() throws {
        try base.lockSchema()
    }

    private func explain(_ sql: SQL) throws {
        count()
        guard dialect == .sqlite else { return }
        try base.forEachRow("EXPLAIN QUERY PLAN \(sql)") { note(try $0.text(3)) }
    }
}

extension Database {
    /// Runs the transactions of a source by ``write(_:)``, which is what databases of tests look at.
    func run(_ source: any WriteSource) {
        Task {
            while let write = source.next() {
                do {
                    try await self.write { try write.run(in: $0) }
                    write.end(with: nil)
                } catch {
                    write.end(with: error)
                }
            }
        }
    }
}
