/// Why the database did not do what it was asked.
public struct StoreError: Error, Sendable {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The schema refused: a value exists already, or something that is referred to does not.
        case conflict
        /// It cannot be done now (disk full, input or output error, too much waiting); nothing was acknowledged and a
        /// later try may succeed.
        case unavailable
        /// The connection broke while the transaction was being committed, and the database could not be asked since, or
        /// the disk failed to confirm the commit: it is stored, or it is not. It must not be tried again as if it were
        /// not.
        case outcomeUnknown
        /// What was read is not what can have been written.
        case corrupt
        /// The database cannot be used by this program: made by a newer one, not a database, no right to open it.
        case unusable
        /// A statement of ours is wrong.
        case programming
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, for the log and the operator; never for a client.
    public let reason: String

    /// A failure.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    static func unexpectedNull(column: Int) -> StoreError {
        StoreError(.corrupt, "column \(column) is NULL")
    }

    static func unexpected(value: String, column: Int) -> StoreError {
        StoreError(.corrupt, "column \(column) holds \(value)")
    }
}

extension StoreError: CustomStringConvertible {
    /// The reason.
    public var description: String { reason }
}
