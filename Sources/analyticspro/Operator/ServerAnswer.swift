import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// What a server answered to a command.
enum ServerAnswer {
    /// What stands under `data` in an answer.
    ///
    /// - Throws: ``CommandFailure`` with the texts of the answer where it is an error.
    static func data(of response: HTTPClientResponse) async throws -> [String: Any] {
        let bytes = try await response.body.collect(upTo: 4_194_304)
        let object = try? JSONSerialization.jsonObject(with: Data(buffer: bytes))
        guard let answer = object as? [String: Any] else {
            throw CommandFailure("The server gave no answer that this program knows (status \(response.status.code)).")
        }
        if (200..<300).contains(response.status.code), let data = answer["data"] as? [String: Any] { return data }
        throw CommandFailure(description(of: answer))
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
