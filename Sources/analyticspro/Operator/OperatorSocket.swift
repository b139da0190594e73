import Foundation

/// The socket beside a database on which the process that holds it takes the operator's commands.
final class OperatorSocket: Sendable {
    /// A path short enough for the system, which names at most 107 bytes.
    let path: String
    private let folder: Int32?

    /// - Parameter location: Whose database; its folder must be there.
    /// - Throws: ``CommandFailure`` where the folder cannot be opened.
    init(beside location: DatabaseLocation) throws {
        let url = URL(fileURLWithPath: location.path + ".socket")
        guard url.path.utf8.count > 100 else {
            folder = nil
            path = url.path
            return
        }
        // Linux has a short name for the folder of every file descriptor.
        let descriptor = open(url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("The folder of \(url.path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        folder = descriptor
        path = "/proc/self/fd/\(descriptor)/\(url.lastPathComponent)"
    }

    deinit {
        if let folder { close(folder) }
    }
}
