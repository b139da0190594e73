/// How many of some things a workspace has, or has had: a column of its row, so that no list needs counting.
enum WorkspaceCounter: String {
    case invitations = "invitation_count"
    case imports = "import_count"
    case rules = "rule_count"
    case events = "event_count"
    case channels = "channel_count"

    fileprivate var column: SQL { SQL(trusted: rawValue) }
}

extension Connection {
    /// Notes that there are more of some things, or fewer.
    func count(_ change: Int, _ counter: WorkspaceCounter, workspaceID: Int64) throws {
        try execute("UPDATE workspace SET \(counter.column) = \(counter.column) + \(change) WHERE id = \(workspaceID)")
    }

    /// Notes that there are so many more of some things, at least one.
    ///
    /// The row of the workspace stays locked until the commit, so what is numbered by this is so in the order of the commits.
    ///
    /// - Returns: The numbers of the new ones, counted from 1; the last is how many there are now.
    func takeNumbers(_ count: Int, of counter: WorkspaceCounter, workspaceID: Int64) throws -> ClosedRange<Int64> {
        let last = try first(
            """
            UPDATE workspace
            SET \(counter.column) = \(counter.column) + \(count)
            WHERE id = \(workspaceID)
            RETURNING \(counter.column)
            """
        ) { try $0.integer(0) }
        guard let last else { throw StoreError(.corrupt, "there is no workspace \(workspaceID)") }
        return (last - Int64(count) + 1)...last
    }

    /// How many of some things there are; none in a workspace that is not there.
    func total(_ counter: WorkspaceCounter, workspaceID: Int64) throws -> Int64 {
        try first("SELECT \(counter.column) FROM workspace WHERE id = \(workspaceID)") { try $0.integer(0) } ?? 0
    }
}
