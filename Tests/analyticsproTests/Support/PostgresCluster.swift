import AnalyticsTesting
import Foundation

/// A PostgreSQL server of a test's own, which it may stop and start.
final class PostgresCluster: Sendable {
    /// Whether one can be made here.
    static let isPossible = (try? ChildProcess.output(of: [script, "find"])) != nil

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
            let cluster = PostgresCluster(
                folder: folder + "/cluster", url: try await start(folder + "/cluster"))
            do {
                let value = try await body(cluster)
                try? await cluster.stop(.immediate)
                return value
            } catch {
                try? await cluster.stop(.immediate)
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

    func stop(_ how: Stop) async throws {
        _ = try await Self.run(["stop", folder, how.rawValue])
    }

    func start() async throws {
        _ = try await Self.start(folder)
    }

    /// Starts a server, which is stopped at the latest when a process ends, however that ends.
    ///
    /// - Returns: The URL of its superuser.
    static func start(
        _ folder: String, untilExitOf process: pid_t = ProcessInfo.processInfo.processIdentifier
    ) async throws -> String {
        try await run(["start", "--until-exit-of", String(process), folder])
    }

    private static let script = URL(filePath: #filePath).appending(path: "../../../../Scripts/postgres").standardized
        .path

    /// Runs the script on a thread of its own: a start takes a while.
    private static func run(_ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try ChildProcess.output(of: [script] + arguments).trimmingCharacters(in: .newlines)
                    })
            }
        }
    }
}
