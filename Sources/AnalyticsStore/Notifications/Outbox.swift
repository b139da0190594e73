import AnalyticsCore

/// What is on its way to channels and users.
enum Outbox {
    /// The lane of all mail.
    static let mailLane: Int64 = 0
}

/// Something to put into the outbox.
struct QueuedDelivery {
    let id: Int64
    /// The channel; nil where it is for a user.
    let channelID: Int64?
    /// The user; nil where it is for a channel.
    var userID: Int64?
    /// What a limit on deliveries at the same time counts together.
    let lane: Int64
    let event: Notice.Event
    let payload: String
}

extension Connection {
    /// Puts into the outbox what each channel, and each user who wants mail, is to be told of events.
    func queueDeliveries(of events: [AlertEvent], workspaceID: Int64, now: Instant) throws {
        guard !events.isEmpty else { return }
        let channels = try channels("WHERE workspace_id = \(workspaceID) AND is_active = 1 ORDER BY id")
        let users = try all(
            """
            SELECT id, role, alert_severities
            FROM user_account
            WHERE workspace_id = \(workspaceID) AND alert_severities <> ''
            ORDER BY id
            """
        ) { row in (id: try row.integer(0), role: try row.role(1), severities: try row.severities(2)) }
        let readers = users.filter { $0.role.permissions.contains(.manageAlerts) }
        guard !channels.isEmpty || !readers.isEmpty, let workspace = try workspaceName(workspaceID) else { return }

        var rows: [(channel: AlertChannel?, userID: Int64?, event: Notice.Event, payload: String)] = []
        for event in events {
            let notice = Notice(event: Notice.Event(event.kind), at: now, workspace: workspace, alert: event.alert)
            let payload = try StoredJSON.text(of: notice)
            for channel in channels where channel.definition.severities.contains(event.alert.severity) {
                rows.append((channel, nil, notice.event, payload))
            }
            for user in readers where user.severities.contains(event.alert.severity) {
                rows.append((nil, user.id, notice.event, payload))
            }
        }
        guard !rows.isEmpty else { return }
        let ids = try nextIDs(of: .delivery, count: rows.count)
        try queue(
            zip(ids, rows).map { id, row in
                QueuedDelivery(
                    id: id, channelID: row.channel?.id, userID: row.userID,
                    lane: row.channel?.lane ?? Outbox.mailLane, event: row.event, payload: row.payload)
            }, workspaceID: workspaceID, now: now)
    }

    /// Puts deliveries into the outbox, due at once.
    func queue(_ deliveries: [QueuedDelivery], workspaceID: Int64, now: Instant) throws {
        var generator = SystemRandomNumberGenerator()
        try insert(
            deliveries.map { delivery in
                [
                    workspaceID.sqlValue, delivery.id.sqlValue, delivery.channelID?.sqlValue ?? .null,
                    delivery.userID?.sqlValue ?? .null, delivery.lane.sqlValue, delivery.event.rawValue.sqlValue,
                    delivery.payload.sqlValue,
                    "msg_\(RandomText.lettersAndDigits(24, using: &generator))".sqlValue,
                    Delivery.Status.pending.rawValue.sqlValue, now.sqlValue, now.sqlValue, now.sqlValue,
                ]
            }, .deliveries)
        var counts: [Int64: Int] = [:]
        for case let id? in deliveries.map(\.channelID) { counts[id, default: 0] += 1 }
        try execute(
            "UPDATE channel SET delivery_count = delivery_count + ?3 WHERE workspace_id = ?1 AND id = ?2",
            forEach: counts.sorted { $0.key < $1.key }.map { id, count in
                [workspaceID.sqlValue, id.sqlValue, count.sqlValue]
            })
        note(.deliveries, in: workspaceID)
    }

    /// What a workspace is called.
    func workspaceName(_ id: Int64) throws -> String? {
        try first("SELECT name FROM workspace WHERE id = \(id)") { try $0.text(0) }
    }
}

extension AlertChannel {
    /// What a limit on deliveries at the same time counts together.
    var lane: Int64 { definition.target.kind == .email ? Outbox.mailLane : id }
}

extension Insertion {
    fileprivate static let deliveries = Insertion(
        into: "delivery",
        [
            "workspace_id": .integer, "id": .integer, "channel_id": .integer, "user_id": .integer, "lane": .integer,
            "event": .text, "payload": .text, "message_id": .text, "status": .text, "since": .integer,
            "due_at": .integer, "created_at": .integer,
        ])
}
