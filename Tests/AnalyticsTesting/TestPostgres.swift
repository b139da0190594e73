import Dispatch
import Foundation
import Synchronization

@testable import AnalyticsStore

/// The PostgreSQL server that `ANALYTICSPRO_TEST_POSTGRES` names, and the databases that are made there for tests.
///
/// Each test has one of its own, copied from a template with the current schema. To copy takes a tenth of a second, so
/// several sessions do it at once, some databases lie ready, and no test waits until its own is dropped.
final class TestPostgres: Sendable {
    static let url = ProcessInfo.processInfo.environment["ANALYTICSPRO_TEST_POSTGRES"].flatMap {
        $0.isEmpty ? nil : $0
    }
    static let shared = TestPostgres()

    private static let readyAhead = 6
    private static let mostToDrop = 16

    private struct State {
        var ready: [String] = []
        /// The number of databases that are being made ahead of tests.
        var inMaking = 0
        var count = 0
    }

    private let state = Mutex(State())
    private let sessions = (0..<3).map { ServerSession(label: "test databases \($0)") }
    private let droppings = ServerSession(label: "dropping test databases")
    private let template = MadeOnce<String>()
    private let run = String(Int64.random(in: 0...Int64.max), radix: 36)

    private init() {
        // What was not dropped yet.
        atexit { TestPostgres.shared.droppings.finish() }
    }

    /// Runs a closure with the URL of a database, which is dropped afterwards.
    ///
    /// - Parameter isEmpty: Whether it has not even a schema.
    func withDatabase<Value>(isEmpty: Bool = false, _ body: (String) async throws -> Value) async throws -> Value {
        let template = try await templateName()
        let name = isEmpty ? try await make(from: "template0") : try await take(template)
        do {
            let value = try await body(try Self.url(of: name))
            await drop(name)
            return value
        } catch {
            await drop(name)
            throw error
        }
    }

    /// Has a database dropped, and waits for that only where many wait for it.
    private func drop(_ name: String) async {
        let statement = "DROP DATABASE \(name) WITH (FORCE)"
        if droppings.waitingCount < Self.mostToDrop {
            droppings.begin(statement)
        } else {
            // A database that is left behind is in no test's way.
            try? await droppings.run(statement)
        }
    }

    private func take(_ template: String) async throws -> String {
        let (name, missing) = state.withLock { state -> (String?, Int) in
            let name = state.ready.popLast()
            let missing = Self.readyAhead - state.ready.count - state.inMaking
            state.inMaking += missing
            return (name, missing)
        }
        for _ in 0..<missing {
            Task {
                // What cannot be made ahead is made when it is wanted, which tells why it cannot.
                let name = try? await make(from: template)
                state.withLock { state in
                    state.inMaking -= 1
                    if let name { state.ready.append(name) }
                }
            }
        }
        if let name { return name }
        return try await make(from: template)
    }

    private func make(from template: String) async throws -> String {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        let name = "analyticspro_test_\(run)_\(number)"
        try await sessions[number % sessions.count].run(
            "CREATE DATABASE \(name) TEMPLATE \(template) ENCODING 'UTF8' STRATEGY wal_log")
        return name
    }

    private func templateName() async throws -> String {
        try await template.value { [self] in
            let name = try await make(from: "template0")
            let database = try await PostgresDatabase.open(
                PostgresURL(try Self.url(of: name)), connections: 1, limits: .patient)
            try await Migrator(database: database).migrate(now: .t0)
            await database.close()
            return name
        }
    }

    /// The URL of another database on the same server.
    private static func url(of name: String) throws -> String {
        let url = try FixtureFault.unwrap(url, TestDatabase.noPostgres)
        guard var parts = URLComponents(string: url) else { throw FixtureFault("\(url) is no URL") }
        parts.path = "/" + name
        return parts.string ?? url
    }
}

/// A session on the server, whose statements are run one after the other on a thread of its own.
private final class ServerSession: @unchecked Sendable {
    private let queue: DispatchQueue
    // Touched on the queue only.
    private var session: PostgresSession?
    private let waiting = Atomic(0)

    /// The number of statements that have not ended.
    var waitingCount: Int { waiting.load(ordering: .relaxed) }

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func run(_ statement: String) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result { try self.open().run(statement) }) }
        }
    }

    /// Begins a statement, whatever comes of it.
    func begin(_ statement: String) {
        waiting.add(1, ordering: .relaxed)
        queue.async { [self] in
            _ = try? open().run(statement)
            waiting.subtract(1, ordering: .relaxed)
        }
    }

    /// Waits for what was begun.
    func finish() {
        queue.sync {}
    }

    private func open() throws -> PostgresSession {
        if let session, !session.isBroken { return session }
        let new = try PostgresSession(PostgresURL(FixtureFault.unwrap(TestPostgres.url, TestDatabase.noPostgres)))
        session = new
        return new
    }
}
