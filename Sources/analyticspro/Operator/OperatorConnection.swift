import AnalyticsServer
import AnalyticsStore
import AsyncHTTPClient
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

/// The way of a command that writes: to the server that holds the SQLite file or, where none does, to one of its own that
/// lives as long as the command.
///
/// A PostgreSQL database is nobody's alone, so there it is always one of its own. Either way the same code does the work, and no second process opens the file.
enum OperatorConnection {
    /// Runs a closure with a client of the process that holds the database.
    ///
    /// - Throws: ``CommandFailure`` where another process holds the database and does not answer.
    static func use<Value: Sendable>(
        _ settings: CommonSettings, _ body: @Sendable @escaping (OperatorClient) async throws -> Value
    ) async throws -> Value {
        do {
            let opened = try await OpenDatabase(settings.database, keyring: settings.secrets.keyring())
            switch settings.database {
            case .sqlite(let path):
                let socket = try OperatorSocket(besideDatabaseAt: path)
                guard let opened else { return try await withClient(socket, body) }
                return try await withServer(settings, opened, socket: socket) { try await withClient(socket, body) }
            case .postgres:
                guard let opened else { throw CommandFailure("The database \(settings.database) is in use.") }
                return try await OperatorSocket.withPrivate { socket in
                    try await withServer(settings, opened, socket: socket) { try await withClient(socket, body) }
                }
            }
        } catch {
            throw Self.failure(error, location: settings.database)
        }
    }

    /// Runs a closure with a client, whose connections are closed when this returns.
    private static func withClient<Value: Sendable>(
        _ socket: OperatorSocket, _ body: (OperatorClient) async throws -> Value
    ) async throws -> Value {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let value = try await body(OperatorClient(client: client, socket: socket))
            try await client.shutdown()
            return value
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    /// Serves the socket while a closure runs.
    private static func withServer<Value: Sendable>(
        _ settings: CommonSettings, _ opened: OpenDatabase, socket: OperatorSocket,
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        let logger = settings.logger(default: .critical)
        let composition = try await Composition(
            opened, publicURL: PublicURL("http://localhost"), passwordCost: settings.passwordCost, logger: logger)
        let (running, isRunning) = AsyncStream.makeStream(of: Void.self)
        let application = composition.api.operatorApplication(
            address: .unixDomainSocket(path: socket.path), logger: logger
        ) { _ in isRunning.finish() }
        // Interrupted, it drops what is in flight: an import is then discarded and not waited for.
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: application)], cancellationSignals: [.sigterm, .sigint], logger: logger))
        let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { isRunning.finish() }
                try await group.run()
            }
            for await _ in running {}
            let result: Result<Value, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            do {
                try await tasks.waitForAll()
            } catch is CancellationError {
                throw CommandFailure("The command was interrupted. What it had not finished was not stored.")
            }
            return result
        }
        try await opened.close()
        return try result.get()
    }

    private static func failure(_ error: any Error, location: DatabaseLocation) -> any Error {
        switch error {
        case let error as HTTPClientError:
            CommandFailure(
                "The database \(location) is in use by another process, which does not answer on its socket "
                    + "(\(error.shortDescription)). Is a server just starting or stopping?")
        case let error as StoreError:
            CommandFailure(sentence: error.reason)
        default:
            error
        }
    }
}
