import Foundation

/// The socket on which the process that works with a database takes the operator's commands.
final class OperatorSocket: Sendable {
    /// A path short enough for the system, which names at most 107 bytes.
    let path: String
    private let folder: Int32?

    /// The one beside a SQLite file.
    ///
    /// - Parameter path: The file's; its folder must be there.
    /// - Throws: ``CommandFailure`` where the folder cannot be opened.
    convenience init(besideDatabaseAt path: String) throws {
        try self.init(path: path + ".socket")
    }

    private init(path: String) throws {
        let url = URL(fileURLWithPath: path)
        guard url.path.utf8.count > 100 else {
            folder = nil
            self.path = url.path
            return
        }
        // Linux has a short name for the folder of every file descriptor.
        let descriptor = open(url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("The folder of \(url.path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        folder = descriptor
        self.path = "/proc/self/fd/\(descriptor)/\(url.lastPathComponent)"
    }

    /// Runs a closure with a socket that nobody else knows of, in a folder that only this user can enter.
    static func withPrivate<Value>(_ body: (OperatorSocket) async throws -> Value) async throws -> Value {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appendingPathComponent("analyticspro-\(UUID().uuidString)")
        do {
            try manager.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure("The folder \(folder.path) cannot be made: \(error.localizedDescription)")
        }
        defer { try? manager.removeItem(at: folder) }
        return try await body(try OperatorSocket(path: folder.appendingPathComponent("command").path))
    }

    deinit {
        if let folder { close(folder) }
    }
}
