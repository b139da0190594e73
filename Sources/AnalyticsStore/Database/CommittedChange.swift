/// What processes learn of when a transaction is committed.
public enum CommittedChange: Sendable, Hashable, CaseIterable {
    /// A workspace's data is no longer what it was.
    case data
    /// A workspace's log has more events.
    case events
    /// A workspace's outbox has more to deliver.
    case deliveries
    /// What requests are let in by is no longer what it was: tokens, users or the settings of a workspace.
    case sessions
}

/// What one transaction changes, by workspace.
public struct CommittedChanges: Sendable, Equatable {
    /// The workspaces of each kind of change.
    public private(set) var workspaceIDs: [CommittedChange: Set<Int64>] = [:]

    /// No change.
    public init() {}

    /// Whether there is none.
    public var isEmpty: Bool { workspaceIDs.isEmpty }

    /// The workspaces that have a change of a kind.
    public subscript(_ change: CommittedChange) -> Set<Int64> { workspaceIDs[change] ?? [] }

    /// Adds a change.
    mutating func note(_ change: CommittedChange, in workspaceID: Int64) {
        workspaceIDs[change, default: []].insert(workspaceID)
    }
}

extension CommittedChanges {
    /// As processes tell each other: `12,13,e12`, a letter before the workspace where it is not its data.
    var text: String {
        CommittedChange.allCases.flatMap { change in
            self[change].sorted().map { change.letter + String($0) }
        }.joined(separator: ",")
    }

    /// What another process told; what cannot be read is passed over.
    init(text: some StringProtocol) {
        for word in text.split(separator: ",") {
            for change in CommittedChange.allCases where word.hasPrefix(change.letter) {
                if let workspaceID = Int64(word.dropFirst(change.letter.count)) { note(change, in: workspaceID) }
            }
        }
    }

    /// How many words ``text`` has.
    var count: Int { workspaceIDs.values.reduce(0) { $0 + $1.count } }
}

extension CommittedChange {
    fileprivate var letter: String {
        switch self {
        case .data: ""
        case .events: "e"
        case .deliveries: "d"
        case .sessions: "s"
        }
    }
}
