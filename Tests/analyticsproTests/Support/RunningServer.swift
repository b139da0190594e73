import AnalyticsTesting
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Testing

/// `analyticspro serve` on a port of its own.
final class RunningServer: Sendable {
    /// Where it listens.
    let url: String
    private let process: Process
    private let output: Gathered
    private let errors: Gathered

    private init(url: String, process: Process, output: Gathered, errors: Gathered) {
        self.url = url
        self.process = process
        self.output = output
        self.errors = errors
    }

    /// Starts a server and waits until it listens.
    ///
    /// The database is one as `--database` takes it. It has no rate limits, unless the environment says so: tests of other things would run into them.
    static func start(
        database: String, arguments: [String] = [], environment: [String: String] = [:], wrapper: [String] = []
    ) async throws -> RunningServer {
        var limits = ["RATE_LIMIT_AUTH": "0", "RATE_LIMIT_INGEST": "0", "RATE_LIMIT_OTHER": "0"]
        // With PostgreSQL no key is made, and without one nothing secret is taken.
        if !database.hasPrefix("sqlite:") {
            limits["SECRETS_KEY"] = Data(repeating: 7, count: 32).base64EncodedString()
        }
        let process = Program.makeProcess(
            ["serve", "--port", "0", "--database", database] + arguments,
            environment: limits.merging(environment) { _, asked in asked },
            wrapper: wrapper)
        let pipes = (Pipe(), Pipe())
        process.standardOutput = pipes.0
        process.standardError = pipes.1
        let output = Gathered(pipes.0)
        let errors = Gathered(pipes.1)
        try process.start()
        do {
            let end = ContinuousClock.now + Patience.seconds(60)
            while ContinuousClock.now < end, process.isRunning {
                if output.text.contains("\n"), let line = output.text.split(separator: "\n").first {
                    let url = try #require(line.split(separator: " ").last)
                    return RunningServer(url: String(url), process: process, output: output, errors: errors)
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        } catch {
            Foundation.kill(process.processIdentifier, SIGKILL)
            throw error
        }
        process.terminate()
        await process.ended()
        throw NotListening(errors: await errors.all())
    }

    /// What a server said that did not come to listen.
    struct NotListening: Error {
        let errors: String
    }

    /// What it wrote to standard output so far.
    var outputText: String { output.text }

    /// What it wrote to standard error so far.
    var errorText: String { errors.text }

    /// Asks it to end, which it does once what is in flight is answered.
    func askToEnd() {
        process.terminate()
    }

    /// Waits for its end.
    ///
    /// - Returns: Its exit status.
    func ended() async -> Int32 {
        await process.ended()
        return process.terminationStatus
    }

    /// Ends it without a warning, like a power cut.
    func kill() async {
        Foundation.kill(process.processIdentifier, SIGKILL)
        await process.ended()
    }
}

/// Runs a closure with a server on an empty database in a folder of its own, and ends it.
func withServer<Value>(
    database: String, arguments: [String] = [], environment: [String: String] = [:], wrapper: [String] = [],
    _ body: (RunningServer, Caller) async throws -> Value
) async throws -> Value {
    let server = try await RunningServer.start(
        database: database, arguments: arguments, environment: environment, wrapper: wrapper)
    do {
        let value = try await body(server, Caller(url: server.url))
        server.askToEnd()
        #expect(await server.ended() == 0)
        return value
    } catch {
        await server.kill()
        throw error
    }
}

/// Speaks HTTP to a server.
struct Caller: Sendable {
    let url: String
    var token: String?

    /// How long it waits for an answer.
    static let limit = TimeAmount(Patience.seconds(120))

    init(url: String, token: String? = nil) {
        self.url = url
        self.token = token
    }

    struct Answer: Sendable {
        let status: UInt
        let text: String
        /// After how many seconds to come again, where the answer says so.
        var retryAfter: String?

        /// What stands at a dotted path in the body.
        subscript(_ path: String) -> Any? {
            let root = try? JSONSerialization.jsonObject(with: Data(text.utf8))
            return path.split(separator: ".").reduce(root) { value, key in
                if let list = value as? [Any] { return Int(key).flatMap { list.indices.contains($0) ? list[$0] : nil } }
                return (value as? [String: Any])?[String(key)]
            }
        }
    }

    func get(_ path: String) async throws -> Answer {
        try await send(.GET, path, body: nil)
    }

    func post(_ path: String, _ json: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.POST, path, body: json, headers: headers)
    }

    /// Sends a file of CSV.
    func put(_ path: String, _ csv: String) async throws -> Answer {
        try await send(.PUT, path, body: csv, type: "text/csv")
    }

    func delete(_ path: String) async throws -> Answer {
        try await send(.DELETE, path, body: nil)
    }

    /// Registers a user with a workspace of the user's own.
    ///
    /// - Returns: A caller with that user's token.
    func registered(email: String = "ada@example.com", password: String = "correct horse") async throws -> Caller {
        let answer = try await post(
            "/api/v1/auth/register",
            """
            {"name": "Ada Lovelace", "email": "\(email)", "password": "\(password)", \
            "password_confirmation": "\(password)"}
            """)
        return Caller(url: url, token: try #require(answer["data.token"] as? String))
    }

    private func send(
        _ method: HTTPMethod, _ path: String, body: String?, type: String = "application/json",
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: type)
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: Caller.limit)
        return Answer(
            status: response.status.code, text: String(buffer: try await response.body.collect(upTo: 10_000_000)),
            retryAfter: response.headers.first(name: "Retry-After"))
    }
}
