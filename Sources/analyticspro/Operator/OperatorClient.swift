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
        let response = try await client.execute(request, timeout: timeout)
        let bytes = try await response.body.collect(upTo: 4_194_304)
        guard let answer = try JSONSerialization.jsonObject(with: Data(buffer: bytes)) as? [String: Any] else {
            throw CommandFailure("The server gave no answer that this program knows (status \(response.status.code)).")
        }
        if (200..<300).contains(response.status.code), let data = answer["data"] as? [String: Any] { return data }
        throw CommandFailure(Self.description(of: answer))
    }

    /// An error's texts, each fault with its line where it has one.
    private static func description(of answer: [String: Any]) -> String {
        guard let errors = answer["errors"] as? [String: [String]] else {
            return answer["message"] as? String ?? "The server gave no reason."
        }
        let lines = errors.map { field, messages -> (line: Int, text: String) in
            let parts = field.split(separator: ".")
            guard parts.first == "lines", parts.count > 1, let line = Int(parts[1]) else {
                return (.max, messages.joined(separator: " "))
            }
            return (line, "line \(line): " + messages.joined(separator: " "))
        }
        return lines.sorted { ($0.line, $0.text) < ($1.line, $1.text) }.map(\.text).joined(separator: "\n")
    }
}
