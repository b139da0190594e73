import AnalyticsCore
public import AnalyticsStore
import Foundation
public import HTTPTypes
import Hummingbird
import HummingbirdTesting
public import Logging
import NIOCore

@testable public import AnalyticsServer

/// The API on a real database, asked through its router.
public struct TestAPI: Sendable {
    /// The database under it.
    public let database: any Database
    /// The clock that it goes by.
    public let clock: TestClock
    let client: any TestClientProtocol
    /// Whether it is the server of the operator's commands, which no document describes.
    var isOperator = false
    var readStreams: @Sendable () -> Int = { 0 }
    var readConnections: @Sendable () -> Int = { 0 }

    /// The port on this machine where it listens; nil where requests go to the router without a network.
    public var port: Int? { client.port }

    /// How many streams of events it has open.
    public var streamCount: Int { readStreams() }

    /// The number of its open connections, with the one that requests of tests go over.
    public var connectionCount: Int { readConnections() }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: From the root, with its query.
    ///   - token: What goes behind `Bearer`, if anything.
    ///   - json: The body, sent as `application/json` unless `headers` say another type.
    ///   - headers: Further header fields.
    public func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, json: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await send(method, path, token: token, body: json.map { Array($0.utf8) }, headers: headers)
    }

    /// Sends a request with a body of any bytes.
    ///
    /// - Throws: ``AnswerContract/Violation`` where the answer is not what the API's document says.
    public func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, body: [UInt8]?, headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if let body {
            if headers[.contentType] == nil { headers[.contentType] = "application/json" }
            headers[.contentLength] = String(body.count)
        }
        let response = try await client.executeRequest(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        let answer = Answer(
            status: response.status, headers: response.headers, bytes: Array(buffer: response.body))
        if !isOperator {
            let contract = try await AnswerContract.current {
                String(
                    buffer: try await client.executeRequest(
                        uri: "/api/v1/openapi.json", method: .get, headers: [:], body: nil
                    ).body)
            }
            try contract.check(method, path, answer)
        }
        return answer
    }

    /// Registers a user with a workspace of the user's own.
    ///
    /// - Returns: The token.
    public func register(email: String = "ada@example.com", name: String = "Ada Lovelace") async throws -> String {
        let answer = try await send(
            .post, "/api/v1/auth/register",
            json: """
                {"name": "\(name)", "email": "\(email)", "password": "correct horse", \
                "password_confirmation": "correct horse"}
                """)
        return try FixtureFault.unwrap(answer["data.token"] as? String, "not registered: \(answer.text)")
    }
}

/// What the API said.
public struct Answer: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields.
    public let headers: HTTPFields
    /// The body.
    public let bytes: [UInt8]
    /// The body as text.
    public let text: String

    /// An answer of the given parts.
    public init(status: HTTPResponse.Status, headers: HTTPFields, bytes: [UInt8]) {
        self.status = status
        self.headers = headers
        self.bytes = bytes
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// What stands at a dotted path in the body, such as `data.user.email` or `data.0.id`; nil where nothing does.
    ///
    /// Numbers go through `Double`: compare amounts by ``text``.
    public subscript(_ path: String) -> Any? {
        let root = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        return path.split(separator: ".").reduce(root) { value, key in
            if let object = value as? [String: Any] { return object[String(key)] }
            if let list = value as? [Any], let index = Int(key), list.indices.contains(index) { return list[index] }
            return nil
        }
    }
}

/// Runs a closure with an API on an empty database.
///
/// - Parameters:
///   - engine: What the database is.
///   - clock: The clock that it goes by.
///   - isRegistrationOpen: Whether anyone may register.
///   - isOperator: Whether it is the server of the operator's commands instead.
///   - isListening: Whether it listens on a port.
///   - settings: What the operator decided; without limits unless a test says so.
///   - notifications: What reaches others; no mail unless a test says so.
///   - logger: What it logs with; a silent one unless a test says so.
///   - publicURL: What links begin with.
///   - passwords: What hashes them; at almost no cost unless a test says so.
public func withAPI<Value: Sendable>(
    _ engine: TestDatabase.Engine = TestDatabase.engine, clock: TestClock = TestClock(),
    isRegistrationOpen: Bool = true,
    isOperator: Bool = false, isListening: Bool = false, settings: API.Settings? = nil,
    notifications: NotificationServices = .init(), logger: Logger? = nil, publicURL: String = "http://localhost",
    passwords: PasswordHasher? = nil, _ body: @escaping @Sendable (TestAPI) async throws -> Value
) async throws -> Value {
    try await withDatabase(engine) { database in
        try await withAPI(
            on: database, clock: clock, isOperator: isOperator, isListening: isListening,
            settings: settings ?? .unlimited(isRegistrationOpen: isRegistrationOpen), notifications: notifications,
            logger: logger, publicURL: publicURL, passwords: passwords, body)
    }
}

/// Runs a closure with an API on a database that is there; of one database there may be several.
public func withAPI<Value: Sendable>(
    on database: any Database, clock: TestClock = TestClock(), isOperator: Bool = false, isListening: Bool = false,
    settings: API.Settings = .unlimited(), notifications: NotificationServices = .init(), logger: Logger? = nil,
    publicURL: String = "http://localhost", passwords: PasswordHasher? = nil,
    _ body: @escaping @Sendable (TestAPI) async throws -> Value
) async throws -> Value {
    let api = API(
        testing: database, clock: clock, settings: settings, notifications: notifications, publicURL: publicURL,
        passwords: passwords)
    return try await withAPI(
        api, on: database, clock: clock, isOperator: isOperator, isListening: isListening, logger: logger, body)
}

/// Runs a closure with an API that is there.
public func withAPI<Value: Sendable>(
    _ api: API, on database: any Database, clock: TestClock = TestClock(), isOperator: Bool = false,
    isListening: Bool = false, logger: Logger? = nil, _ body: @escaping @Sendable (TestAPI) async throws -> Value
) async throws -> Value {
    let application =
        isOperator
        ? api.operatorApplication(address: .hostname(port: 0), logger: logger ?? .quiet)
        : api.application(address: .hostname(port: 0), logger: logger ?? .quiet)
    return try await application.test(isListening ? .live : .router) { client in
        try await body(
            TestAPI(
                database: database, clock: clock, client: client, isOperator: isOperator,
                readStreams: { api.streamCount }, readConnections: { api.openConnections }))
    }
}

/// Runs a closure with the server for clients and the one of the operator's commands, as the program runs them: on one
/// database, which is empty.
public func withBothAPIs<Value: Sendable>(
    _ engine: TestDatabase.Engine = TestDatabase.engine, clock: TestClock = TestClock(),
    _ body: @escaping @Sendable (_ clients: TestAPI, _ commands: TestAPI) async throws -> Value
) async throws -> Value {
    try await withDatabase(engine) { database in
        let api = API(testing: database, clock: clock, settings: .unlimited())
        let clients = api.application(address: .hostname(port: 0), logger: .quiet)
        let commands = api.operatorApplication(address: .hostname(port: 0), logger: .quiet)
        return try await clients.test(.router) { client in
            try await commands.test(.router) { commandClient in
                try await body(
                    TestAPI(database: database, clock: clock, client: client),
                    TestAPI(database: database, clock: clock, client: commandClient, isOperator: true))
            }
        }
    }
}

extension Logger {
    /// A logger that is silent unless the worst happens.
    fileprivate static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}

extension API {
    /// One for all, because a hasher keeps its threads for as long as the process runs.
    ///
    /// As many tests wait for it as run at once.
    private static let cheapPasswords = PasswordHasher(cost: .negligible, mostWaiting: 100_000)

    /// An API on a database, with passwords that cost almost nothing.
    public init(
        testing database: any Database, clock: TestClock, settings: Settings,
        notifications: NotificationServices = .init(), publicURL: String = "http://localhost",
        passwords: PasswordHasher? = nil, failedSignIns: FailedSignInLog? = nil
    ) {
        let now: @Sendable () -> Instant = { clock.now }
        self.init(
            stores: .init(
                database: database, imports: ImportStore(database: database, quotas: settings.quotas),
                ingest: IngestQueue(database: database, quotas: settings.quotas, now: now),
                tokenUses: TokenUseLog(tokens: TokenStore(database: database)),
                failedSignIns: failedSignIns ?? FailedSignInLog(database: database)),
            settings: settings, passwords: passwords ?? Self.cheapPasswords,
            publicURL: PublicURL(publicURL), notifications: notifications, now: now)
    }
}

extension API.Settings {
    /// Without limits, in whose way tests of other things would come.
    public static func unlimited(isRegistrationOpen: Bool = true) -> API.Settings {
        var settings = API.Settings()
        settings.limits = .none
        settings.isRegistrationOpen = isRegistrationOpen
        return settings
    }
}
