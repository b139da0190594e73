import AnalyticsServer
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Talks to the process that holds the database.
struct OperatorClient {
    private let client: HTTPClient
    private let socket: OperatorSocket

    init(client: HTTPClient, socket: OperatorSocket) {
        self.client = client
        self.socket = socket
    }

    /// Sends a JSON object.
    ///
    /// - Returns: What stands under `data` in the answer.
    /// - Throws: ``CommandFailure`` with the texts of the answer where it is an error.
    func post(_ path: String, _ body: [String: String]) async throws -> [String: Any] {
        var request = try request(path)
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
        var request = try request(path)
        request.method = .PUT
        request.body = .stream(pieces, length: length.map { .known($0) } ?? .unknown)
        return try await send(request, timeout: .hours(240))
    }

    private func request(_ path: String) throws -> HTTPClientRequest {
        guard let url = URL(httpURLWithSocketPath: socket.path, uri: path) else {
            throw CommandFailure("The socket \(socket.path) has no address.")
        }
        return HTTPClientRequest(url: url.absoluteString)
    }

    private func send(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> [String: Any] {
        try await ServerAnswer.data(of: try await client.execute(request, timeout: timeout))
    }
}
