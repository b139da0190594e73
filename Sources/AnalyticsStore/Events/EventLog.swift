import AnalyticsCore

extension Connection {
    /// Adds events to the log of a workspace, numbered in the order of their commits.
    func logEvents(_ events: [AlertEvent], workspaceID: Int64, now: Instant) throws {
        guard !events.isEmpty else { return }
        let numbers = try takeNumbers(events.count, of: .events, workspaceID: workspaceID)
        let rows = try zip(numbers, events).map { number, event -> [SQLValue] in
            [
                workspaceID.sqlValue, .integer(number), now.sqlValue,
                event.kind.eventKind.rawValue.sqlValue, try StoredJSON.text(of: event.alert).sqlValue,
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
