import AnalyticsTesting
import Foundation

/// A PostgreSQL server of a test's own, which it may stop and start.
final class PostgresCluster: Sendable {
    /// Whether one can be made here.
    static let isPossible: Bool = {
        let find = process(["find"])
        find.standardOutput = FileHandle.nullDevice
        do {
            try find.run()
            find.waitUntilExit()
            return find.terminationStatus == 0
        } catch {
            return false
        }
    }()

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
                folder: folder + "/cluster", url: try await run(["start", folder + "/cluster"]))
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
        _ = try await Self.run(["start", folder])
    }

    private struct Failed: Error {
        let output: String
    }

    private static func run(_ arguments: [String]) async throws -> String {
        let process = process(arguments)
        let pipe = Pipe()
        process.standardOutput = pipe
        let output = Gathered(pipe)
        try process.run()
        await process.ended()
        let text = output.text.trimmingCharacters(in: .newlines)
        guard process.terminationStatus == 0 else { throw Failed(output: text) }
        return await output.all().trimmingCharacters(in: .newlines)
    }

    private static func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: #filePath).appending(path: "../../../../Scripts/postgres").standardized
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }
}
