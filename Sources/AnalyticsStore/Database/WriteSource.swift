/// Something that has transactions to run, one after the other.
///
/// It is asked on the thread that writes, and must not wait there.
public protocol WriteSource: Sendable {
    /// The next transaction, or nil where there is none.
    func next() -> (any PendingWrite)?
}

/// A transaction that is to be run.
public protocol PendingWrite: Sendable {
    /// Does what is to be done in it; perhaps more than once, because of a conflict with another transaction.
    func run(in connection: any Connection) throws

    /// Is told that it is over, on the thread that writes: it must not wait.
    ///
    /// - Parameter error: What ``Database/write(_:)`` would have thrown; nil where it was committed and is on disk.
    func end(with error: (any Error)?)
}

extension WriteSource {
    /// Runs transactions one after the other, until there is none or others are to come to write: after 10 ms.
    ///
    /// - Parameter commit: Runs one and commits it.
    /// - Returns: Whether it must be asked again.
    func takeTurn(_ commit: (any PendingWrite) throws -> Void) -> Bool {
        let end = ContinuousClock.now + .milliseconds(10)
        repeat {
            guard let write = next() else { return false }
            do {
                try commit(write)
                write.end(with: nil)
            } catch {
                write.end(with: error)
            }
        } while ContinuousClock.now < end
        return true
    }
}
