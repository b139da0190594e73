import AnalyticsCore
import AnalyticsTesting
import Synchronization
import Testing

@testable import AnalyticsStore

@Suite(.timeLimit(.patient)) struct WriteSourceTests {
    @Test("one transaction that fails leaves those before and behind it", arguments: TestDatabase.engines)
    func failing(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let source = ListedWrites(
                { try $0.insert(workspace: 1) },
                { connection in
                    try connection.insert(workspace: 2)
                    throw StoreError(.programming, "on purpose")
                },
                { _ = try $0.execute("SELECT nothing") },
                { try $0.insert(workspace: 4) }
            )

            database.run(source)
            let errors = await source.errors()

            let stored = try await database.integers("SELECT id FROM workspace ORDER BY id")
            #expect(errors.map { ($0 as? StoreError)?.code } == [nil, .programming, .programming, nil])
            #expect(stored == [1, 4])
        }
    }

    @Test("what a transaction changed is known when it ends", arguments: TestDatabase.engines)
    func versions(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let source = ListedWrites(
                { connection in
                    try connection.insert(workspace: 1)
                    connection.noteDataChange(in: 1)
                }
            )

            database.run(source)
            _ = await source.errors()

            #expect(database.versions.current(workspaceID: 1) == 1)
        }
    }

    @Test("others come to write between transactions that never end", arguments: TestDatabase.engines)
    func turns(engine: TestDatabase.Engine) async throws {
        try await withDatabase(engine) { database in
            let source = EndlessWrites()

            database.run(source)
            for _ in 0..<3 {
                _ = try await database.write { try $0.execute("UPDATE workspace SET name = 'x' WHERE id = 1") }
            }

            #expect(source.count > 0)
            await source.stop()
        }
    }

    @Test("a database that is closed refuses every transaction", arguments: TestDatabase.engines)
    func closed(engine: TestDatabase.Engine) async throws {
        try await withDatabaseURL(engine) { url in
            let database = try await openDatabase(url)
            try await database.close()
            let source = ListedWrites({ try $0.insert(workspace: 1) }, { try $0.insert(workspace: 2) })

            database.run(source)
            let errors = await source.errors()

            #expect(errors.map { ($0 as? StoreError)?.code } == [.unavailable, .unavailable])
        }
    }
}

extension Connection {
    fileprivate func insert(workspace id: Int64) throws {
        try execute(
            """
            INSERT INTO workspace (id, name, time_zone, currency, created_at)
            VALUES (\(id), 'Acme', 'UTC', 'USD', 0)
            """)
    }
}

/// Some transactions, and how each ended.
private final class ListedWrites: WriteSource {
    private struct State {
        var rest: [@Sendable (any Connection) throws -> Void]
        var errors: [(any Error)?] = []
    }

    private let state: Mutex<State>
    private let ends: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(_ bodies: @Sendable (any Connection) throws -> Void...) {
        state = Mutex(State(rest: bodies))
        (ends, end) = AsyncStream.makeStream()
    }

    /// How each ended, once all did.
    func errors() async -> [(any Error)?] {
        for await _ in ends {}
        return state.withLock(\.errors)
    }

    func next() -> (any PendingWrite)? {
        let body = state.withLock { $0.rest.isEmpty ? nil : $0.rest.removeFirst() }
        guard let body else {
            end.finish()
            return nil
        }
        return Write(body) { [self] error in state.withLock { $0.errors.append(error) } }
    }
}

/// Transactions without end, until it is told to stop.
private final class EndlessWrites: WriteSource {
    private struct State {
        var count = 0
        var isStopping = false
    }

    private let state = Mutex(State())
    private let ends: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init() {
        (ends, end) = AsyncStream.makeStream()
    }

    var count: Int { state.withLock(\.count) }

    /// Comes back when the last transaction ended.
    func stop() async {
        state.withLock { $0.isStopping = true }
        for await _ in ends {}
    }

    func next() -> (any PendingWrite)? {
        let isOver = state.withLock { state in
            state.count += 1
            return state.isStopping
        }
        guard !isOver else {
            end.finish()
            return nil
        }
        return Write({ _ = try $0.execute("UPDATE workspace SET name = 'y' WHERE id = 2") }, end: { _ in })
    }
}

private struct Write: PendingWrite {
    private let body: @Sendable (any Connection) throws -> Void
    private let ended: @Sendable ((any Error)?) -> Void

    init(
        _ body: @escaping @Sendable (any Connection) throws -> Void, end: @escaping @Sendable ((any Error)?) -> Void
    ) {
        self.body = body
        ended = end
    }

    func run(in connection: any Connection) throws { try body(connection) }

    func end(with error: (any Error)?) { ended(error) }
}
