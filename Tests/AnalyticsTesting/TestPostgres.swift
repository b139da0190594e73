import Dispatch
import Foundation

@testable import AnalyticsStore

/// The PostgreSQL server that `ANALYTICSPRO_TEST_POSTGRES` names, and the databases that are made there for tests.
///
/// Each test has one of its own, copied from a template with the current schema. A few lie ready, so that no test waits
/// for the copying.
final class TestPostgres: @unchecked Sendable {
    static let url = ProcessInfo.processInfo.environment["ANALYTICSPRO_TEST_POSTGRES"].flatMap {
        $0.isEmpty ? nil : $0
    }
    static let shared = TestPostgres()

    private static let readyAhead = 3

    private let dropping = DispatchQueue(label: "dropping test databases", attributes: .concurrent)

    // Everything below is touched on the queue only.
    private let queue = DispatchQueue(label: "test databases")
    private var session: PostgresSession?
    private var ready: [String] = []
    private let run = String(Int64.random(in: 0...Int64.max), radix: 36)
    private var count = 0

    /// Runs a closure with the URL of a database, which is dropped afterwards.
    ///
    /// - Parameter isEmpty: Whether it has not even a schema.
    func withDatabase<Value>(isEmpty: Bool = false, _ body: (String) async throws -> Value) async throws -> Value {
        let template = try await self.templateName()
        let name = try await onQueue { isEmpty ? try self.make(from: "template0") : try self.take(template) }
        do {
            let value = try await body(try Self.url(of: name))
            await drop(name)
            return value
        } catch {
            await drop(name)
            throw error
        }
    }

    private func drop(_ name: String) async {
        await withCheckedContinuation { continuation in
            dropping.async {
                // What stays behind is in the way of nobody.
                _ = try? PostgresSession(Self.serverURL()).run("DROP DATABASE \(name) WITH (FORCE)")
                continuation.resume()
            }
        }
    }

    // MARK: - On the queue

    private func take(_ template: String) throws -> String {
        let name = ready.isEmpty ? try make(from: template) : ready.removeFirst()
        queue.async { [self] in
            // What cannot be made ahead is made when it is wanted, which tells why it cannot.
            while ready.count < Self.readyAhead, let name = try? make(from: template) { ready.append(name) }
        }
        return name
    }

    private func make(from template: String) throws -> String {
        count += 1
        let name = "analyticspro_test_\(run)_\(count)"
        try open().run("CREATE DATABASE \(name) TEMPLATE \(template) ENCODING 'UTF8' STRATEGY wal_log")
        return name
    }

    private func open() throws -> PostgresSession {
        if let session, !session.isBroken { return session }
        let new = try PostgresSession(Self.serverURL())
        session = new
        return new
    }

    private static func serverURL() throws -> PostgresURL {
        try PostgresURL(FixtureFault.unwrap(url, TestDatabase.noPostgres))
    }

    private func onQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    // MARK: - The template

    private let template = MadeOnce<String>()

    private func templateName() async throws -> String {
        try await template.value { [self] in
            let name = try await onQueue { try self.make(from: "template0") }
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
