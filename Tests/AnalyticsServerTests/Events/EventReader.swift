import AnalyticsTesting
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// A client of the stream of events, over a connection of its own.
final class EventReader {
    /// One event as it came.
    struct Event: Equatable {
        var id: Int?
        var type = ""
        var data = ""
    }

    /// The answer's status.
    let status: UInt
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var lines: [String] = []
    private var rest = ""

    /// Connects.
    ///
    /// - Parameter lastID: The last event that was seen before.
    init(_ api: TestAPI, token: String, lastID: String? = nil) async throws {
        let port = try #require(api.port)
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/events")
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let lastID { request.headers.add(name: "Last-Event-ID", value: lastID) }
        let response = try await HTTPClient.shared.execute(request, timeout: TimeAmount(Patience.seconds(120)))
        status = response.status.code
        body = response.body.makeAsyncIterator()
    }

    /// The next line; nil where the stream has ended.
    func line() async throws -> String? {
        while lines.isEmpty {
            guard let piece = try await body.next() else { return nil }
            rest += String(buffer: piece)
            var parts = rest.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            rest = parts.removeLast()
            lines += parts
        }
        return lines.removeFirst()
    }

    /// The next event; nil where the stream has ended.
    func event() async throws -> Event? {
        var event = Event()
        while let line = try await line() {
            if line.isEmpty {
                if !event.type.isEmpty { return event }
            } else if line.hasPrefix("id: ") {
                event.id = Int(line.dropFirst(4))
            } else if line.hasPrefix("event: ") {
                event.type = String(line.dropFirst(7))
            } else if line.hasPrefix("data: ") {
                event.data = String(line.dropFirst(6))
            }
        }
        return nil
    }

    /// The next so many events with a number.
    func numbered(_ count: Int) async throws -> [Event] {
        var found: [Event] = []
        while found.count < count, let event = try await event() {
            if event.id != nil { found.append(event) }
        }
        return found
    }
}
