/// What one process has under way of the outbox, and whose turn it is.
///
/// Webhooks have ``mostWebhooks`` places. A workspace that has some gets another while it has fewer than a quarter of the
/// free ones, so a single one gets 13 of 64, and however many hang there is a place for who has none. Mail about alerts has
/// ``mostMails`` places, mail with reports as many: the two never wait for each other. Within each kind workspaces take turns,
/// and a workspace's lanes do.
public struct DeliveryLoad: Sendable, Equatable {
    /// The number of webhooks at a time.
    public var mostWebhooks: Int
    /// The number of deliveries of a lane at a time.
    public var mostInLane: Int
    /// The number of mails about alerts at a time, and of mails with reports.
    public var mostMails: Int
    private var lanes: [Int64: Int] = [:]
    /// By kind and workspace.
    private var workspaces: [Outbox.Kind: [Int64: Int]] = [:]
    /// The workspace of each kind that had its turn last.
    private var last: [Outbox.Kind: Int64] = [:]

    /// Nothing is under way.
    public init(mostWebhooks: Int = 64, mostInLane: Int = 2, mostMails: Int = 2) {
        self.mostWebhooks = mostWebhooks
        self.mostInLane = mostInLane
        self.mostMails = mostMails
    }

    /// Notes that a delivery was begun.
    public mutating func begin(_ delivery: TakenDelivery) { begin(delivery.lane, of: delivery.workspaceID) }

    /// Notes that a delivery has ended, however.
    public mutating func end(_ delivery: TakenDelivery) {
        Self.count(-1, delivery.lane, in: &lanes)
        Self.count(-1, delivery.workspaceID, in: &workspaces[Outbox.kind(of: delivery.lane), default: [:]])
    }

    mutating func begin(_ lane: Int64, of workspaceID: Int64) {
        let kind = Outbox.kind(of: lane)
        Self.count(1, lane, in: &lanes)
        Self.count(1, workspaceID, in: &workspaces[kind, default: [:]])
        last[kind] = workspaceID
    }

    private static func count(_ change: Int, _ key: Int64, in counts: inout [Int64: Int]) {
        let count = (counts[key] ?? 0) + change
        counts[key] = count > 0 ? count : nil
    }

    /// A lane in which something is due.
    struct Lane: Sendable, Equatable {
        let number: Int64
        let workspaceID: Int64
    }

    /// The lanes to take from next, in the order of turns; one comes as often as deliveries of it may be taken.
    ///
    /// - Parameter due: The lanes in which something is due, those that have waited longest first.
    func turns(among due: [Lane]) -> [Lane] {
        var load = self
        return Outbox.Kind.allCases.flatMap { kind in load.turns(of: kind, among: due) }
    }

    private mutating func turns(of kind: Outbox.Kind, among due: [Lane]) -> [Lane] {
        var waiting = Dictionary(grouping: due.filter { Outbox.kind(of: $0.number) == kind }, by: \.workspaceID)
        let lastWorkspace = last[kind] ?? 0
        // Who comes behind the last one, then from the beginning.
        let order = waiting.keys.sorted { left, right in
            (left > lastWorkspace ? 0 : 1, left) < (right > lastWorkspace ? 0 : 1, right)
        }
        var turns: [Lane] = []
        var wasTaken = true
        while wasTaken {
            wasTaken = false
            for workspaceID in order where hasPlace(for: workspaceID, kind) {
                guard let lane = nextLane(of: &waiting[workspaceID, default: []]) else { continue }
                begin(lane.number, of: workspaceID)
                turns.append(lane)
                wasTaken = true
            }
        }
        return turns
    }

    private func hasPlace(for workspaceID: Int64, _ kind: Outbox.Kind) -> Bool {
        let counts = workspaces[kind] ?? [:]
        let free = (kind == .webhook ? mostWebhooks : mostMails) - counts.values.reduce(0, +)
        guard free > 0 else { return false }
        guard kind == .webhook, let own = counts[workspaceID] else { return true }
        return own * 4 < free
    }

    /// The first lane that has room, which goes to the end.
    private func nextLane(of waiting: inout [Lane]) -> Lane? {
        guard let index = waiting.firstIndex(where: { (lanes[$0.number] ?? 0) < mostInLane }) else { return nil }
        let lane = waiting.remove(at: index)
        waiting.append(lane)
        return lane
    }
}
