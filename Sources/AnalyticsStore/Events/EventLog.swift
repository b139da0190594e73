import AnalyticsCore

extension Connection {
    /// Adds events to the log of a workspace, numbered in the order of their commits.
    func logEvents(_ events: [AlertEvent], workspaceID: Int64, now: Instant) throws {
        guard !events.isEmpty else { return }
        let last = try first(
            """
            UPDATE workspace
            SET event_count = event_count + \(events.count)
            WHERE id = \(workspaceID)
            RETURNING event_count
            """
        ) { try $0.integer(0) }
        guard let last else { throw StoreError(.corrupt, "there is no workspace \(workspaceID)") }
        let first = last - Int64(events.count) + 1
        let rows = try events.enumerated().map { offset, event -> [SQLValue] in
            [
                workspaceID.sqlValue, .integer(first + Int64(offset)), now.sqlValue,
                event.kind.eventKind.rawValue.sqlValue, try AlertSnapshot.text(of: event.alert).sqlValue,
            ]
        }
        try insert(rows, .events)
        note(.events, in: workspaceID)
    }
}

extension Insertion {
    /// Events of a log.
    fileprivate static let events = Insertion(
        into: "event", ["workspace_id": .integer, "id": .integer, "at": .integer, "kind": .text, "subject": .text])
}
