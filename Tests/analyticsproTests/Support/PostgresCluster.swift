import AnalyticsTesting
import Foundation

/// A PostgreSQL server of a test's own, which it may stop and start.
final class PostgresCluster: Sendable {
    /// Whether one can be made here.
    static let isPossible = (try? run(["find"])) != nil

    /// The URL of its superuser.
    let url: String
    private let folder: String

    private init(folder: String, url: String) {
        self.folder = folder
        self.url = url
    }

    /// Runs a closure with a server that is stopped afterwards.
    ///
    /// It syncs its disk as a real one does.
    static func with<Value>(_ body: (PostgresCluster) async throws -> Value) async throws -> Value {
        try await withTemporaryFolder { folder in
            // Another user must be able to enter what lies in between.
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            let cluster = PostgresCluster(folder: folder + "/cluster", url: try run(["start", folder + "/cluster"]))
            do {
                let value = try await body(cluster)
                _ = try? cluster.stop(.immediate)
                return value
            } catch {
                _ = try? cluster.stop(.immediate)
                throw error
            }
        }
    }

    /// How a server is stopped.
    enum Stop: String {
        /// As by an operator: sessions are ended.
        case fast
        /// As by a crash.
        case immediate
    }

    func stop(_ how: Stop) throws {
        _ = try Self.run(["stop", folder, how.rawValue])
    }

    func start() throws {
        _ = try Self.run(["start", folder])
    }

    private struct Failed: Error {
        let output: String
    }

    private static func run(_ arguments: [String]) throws -> String {
        let script = URL(filePath: #filePath).appending(path: "../../../../Scripts/postgres").standardized
        let process = Process()
        process.executableURL = script
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
        guard process.terminationStatus == 0 else { throw Failed(output: text) }
        return text
    }
}
