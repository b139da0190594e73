import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The right to open a database file for writing, held by at most one process.
///
/// It is an advisory lock of the operating system (`flock`) on a file beside the database, so it ends with the process
/// that holds it, however that ends. The lock's file stays: removing it would let two processes lock two files.
public final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or answers nil where another process holds it.
    ///
    /// - Parameter path: Where the database is; its folder must exist.
    /// - Throws: ``StoreError`` of code `unusable` where the lock's file cannot be made.
    public init?(databaseAt path: String) throws {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unusable, "cannot open \(lockPath): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            close(descriptor)
            if cause == EWOULDBLOCK { return nil }
            throw StoreError(.unusable, "cannot lock \(lockPath): \(String(cString: strerror(cause)))")
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
