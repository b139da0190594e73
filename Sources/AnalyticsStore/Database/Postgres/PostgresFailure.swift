/// Why PostgreSQL did not do what a statement asked.
struct PostgresFailure: Error {
    /// What kind of failure it is, by the codes of PostgreSQL's manual, appendix A; nil where the connection broke.
    let state: String?
    /// What happened, without the values of the statement, which may be secrets.
    let reason: String

    /// Whether the transaction lost against another one and may do better when it is run again.
    var isSerialization: Bool { state == "40001" || state == "40P01" }

    /// Whether a row of the same key came in between.
    var isUniqueViolation: Bool { state == "23505" }

    /// Whether the session knows statements that are no longer what they were, so that a new one would do.
    var isStaleSession: Bool { state == "0A000" || state == "26000" }

    /// Whether the connection is of no use any more: broken, being ended by the server, or to one that takes no writes.
    var isConnectionLoss: Bool {
        guard let state else { return true }
        return state.hasPrefix("08") || state.hasPrefix("57P") || state == "25P03" || state == "25P04"
    }

    /// The same for stores.
    var storeError: StoreError {
        let advice = code == .unusable ? ". \(Self.rightsAdvice)" : ""
        return StoreError(code, "PostgreSQL \(state ?? "connection"): \(reason)\(advice)")
    }

    /// What to do where the database's user lacks a right.
    static let rightsAdvice =
        "Give the user the right, with GRANT CREATE ON SCHEMA public TO user, or make it the owner of the database."

    private var code: StoreError.Code {
        guard let state else { return .unavailable }
        return switch state.prefix(2) {
        // A value that a column cannot hold, or that a constraint refuses.
        case "22", "23": .conflict
        // Lost connections, retries used up, no room, locks, timeouts, shutdowns, the system's own errors.
        case "08", "40", "53", "54", "55", "57", "58": .unavailable
        // A standby takes no writes, and the server ends a transaction that was idle or lasted too long.
        case "25": ["25006", "25P03", "25P04"].contains(state) ? .unavailable : .programming
        // The server forgot a prepared statement in one session after another: a connection pooler in transaction mode.
        case "26": .unavailable
        case "28", "3D": .unusable
        case "XX": .corrupt
        default: state == "42501" ? .unusable : .programming
        }
    }
}
