import Foundation

/// A server that takes mail, as `Tests/Notifications/smtp_server.py` says.
public struct MailServer: Sendable {
    /// A mail that it took.
    public struct Mail: Decodable, Sendable {
        /// Whom it is from by its envelope.
        public let from: String
        /// Whom it is for by its envelope.
        public let to: [String]
        /// Its fields, each with its name first.
        public let headers: [[String]]
        /// What it says as plain text.
        public let text: String
        /// The same as HTML.
        public let html: String
        /// Name, media type and SHA-256 of each file that came with it.
        public let attachments: [[String]]
        /// What is wrong with its form.
        public let defects: [String]
        /// How many bytes its longest line has.
        public let longestLine: Int
        /// Whether all of its bytes are ASCII.
        public let isASCII: Bool
        /// What the sender called itself.
        public let hello: String
        /// Whether it came over TLS.
        public let tls: Bool

        /// The first field of that name.
        public func header(_ name: String) -> String? { headers.first { $0[0] == name }?[1] }
    }

    private let script: PythonScript
    /// Where it listens on this machine.
    public let port: String

    /// It did not come to listen.
    struct NotListening: Error {}

    /// Runs a closure with a server, and ends it.
    public static func with<Value>(
        _ arguments: [String] = [], _ body: (MailServer) async throws -> Value
    ) async throws -> Value {
        let script = try PythonScript("smtp_server.py", arguments)
        defer { script.stop() }
        guard let port = try await script.nextLine() else { throw NotListening() }
        return try await body(MailServer(script: script, port: port))
    }

    /// The next mail that it takes, nil where it has ended; waits until the test's time is up.
    public func next() async throws -> Mail? {
        try await script.nextLine().map { try JSONDecoder().decode(Mail.self, from: Data($0.utf8)) }
    }
}
