import AnalyticsCore

extension Connection {
    /// Adds events to the log of a workspace, numbered in the order of their commits.
    func logEvents(
        _ events: [(kind: EventKind, subject: EventSubject)], workspaceID: Int64, now: Instant
    ) throws {
        guard !events.isEmpty else { return }
        let numbers = try takeNumbers(events.count, of: .events, workspaceID: workspaceID)
        let rows = try zip(numbers, events).map { number, event -> [SQLValue] in
            [
                workspaceID.sqlValue, .integer(number), now.sqlValue,
                event.kind.rawValue.sqlValue, try event.subject.stored.sqlValue,
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

extension EventSubject {
    /// As it is kept.
    fileprivate var stored: String {
        get throws {
            switch self {
            case .alert(let alert): try StoredJSON.text(of: alert)
            case .report(let report): try StoredJSON.text(of: report)
            }
        }
    }

    /// What was kept of an event.
    init(of kind: EventKind, stored text: String) throws {
        switch kind {
        case .alertTriggered, .alertUpdated, .alertResolved:
            self = .alert(try StoredJSON.value(of: "an alert", in: text))
        case .reportUpdated, .reportCompleted:
            self = .report(try StoredJSON.value(of: "a report", in: text))
        case .dataIngested: throw StoreError(.corrupt, "an event of a kind that is never kept")
        }
    }
}
