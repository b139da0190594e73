import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Talks to a server over the network, through the routes and with the rights that every client has.
struct RemoteServer {
    private let client: HTTPClient
    /// What its addresses begin with.
    private let base: String
    private let token: String

    /// Runs a closure with a server, the connections to which are closed when this returns.
    ///
    /// - Parameters:
    ///   - url: Where it is: `http://HOST:PORT`.
    ///   - token: By which it knows who asks.
    /// - Throws: ``CommandFailure`` where the URL is none or the server cannot be reached.
    static func use<Value>(
        url: String, token: String, _ body: (RemoteServer) async throws -> Value
    ) async throws -> Value {
        guard let address = URL(string: url), ["http", "https"].contains(address.scheme), address.host != nil else {
            throw CommandFailure("The URL must be one of a server, such as http://127.0.0.1:8080, not \"\(url)\".")
        }
        // A token goes nowhere but where it was meant to go.
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
        let server = RemoteServer(
            client: client, base: String(url.reversed().drop { $0 == "/" }.reversed()), token: token)
        do {
            let value = try await body(server)
            try await client.shutdown()
            return value
        } catch {
            try await client.shutdown()
            throw failure(error, url: url)
        }
    }

    /// Asks for something.
    ///
    /// - Returns: What stands under `data` in the answer.
    /// - Throws: ``CommandFailure`` with the texts of the answer where it is an error.
    func get(_ path: String) async throws -> [String: Any] {
        try await send(request(path), timeout: .minutes(5))
    }

    /// Sends a JSON object.
    func post(_ path: String, _ body: [String: Any]) async throws -> [String: Any] {
        var request = request(path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(data: try JSONSerialization.data(withJSONObject: body)))
        return try await send(request, timeout: .minutes(5))
    }

    /// Sends a file piece by piece.
    ///
    /// - Parameters:
    ///   - path: Where to, with its query.
    ///   - pieces: The file.
    ///   - length: How many bytes there are; nil where that is not known.
    func put<Pieces: AsyncSequence & Sendable>(
        _ path: String, _ pieces: Pieces, length: Int64?
    ) async throws -> [String: Any] where Pieces.Element == ByteBuffer {
        var request = request(path)
        request.method = .PUT
        request.body = .stream(pieces, length: length.map { .known($0) } ?? .unknown)
        return try await send(request, timeout: .hours(240))
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + path)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        return request
    }

    private func send(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> [String: Any] {
        try await ServerAnswer.data(of: try await client.execute(request, timeout: timeout))
    }

    private static func failure(_ error: any Error, url: String) -> any Error {
        switch error {
        case let error as HTTPClientError:
            CommandFailure("The server \(url) gave no answer (\(error.shortDescription)).")
        case is CommandFailure:
            error
        case is CancellationError:
            CommandFailure("The command was interrupted. What it had not finished was not stored.")
        default:
            CommandFailure("The server \(url) cannot be reached: \(error)")
        }
    }
}
