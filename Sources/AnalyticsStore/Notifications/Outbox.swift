import AnalyticsCore

/// What is on its way to channels, users and the recipients of reports.
///
/// A lane is what a limit on deliveries at the same time counts together. Webhooks and Slack have the number of their
/// channel as lane, mail has two lanes below zero for each workspace: alerts keep clear of reports, which are large.
enum Outbox {
    /// What a lane is for; workspaces take turns within each kind.
    enum Kind: CaseIterable {
        case reportMail
        case alertMail
        case webhook
    }

    /// The lane of a workspace's mail about alerts.
    static func mailLane(of workspaceID: Int64) -> Int64 { -2 * workspaceID - 1 }

    /// The lane of a workspace's mail with reports.
    static func reportLane(of workspaceID: Int64) -> Int64 { -2 * workspaceID }

    /// What a lane is for.
    static func kind(of lane: Int64) -> Kind {
        if lane > 0 { return .webhook }
        return lane.isMultiple(of: 2) ? .reportMail : .alertMail
    }
}

/// Whom a delivery is for.
enum DeliveryTarget: Equatable {
    case channel(Int64)
    case user(Int64)
    case address(EmailAddress)

    /// By what the minute of a channel or a user is known; nil for an address, whose notices are not counted.
    var windowKey: Int64? {
        switch self {
        case .channel(let id): id
        case .user(let id): -id
        case .address: nil
        }
    }

    fileprivate var channelID: Int64? { if case .channel(let id) = self { id } else { nil } }
    fileprivate var userID: Int64? { if case .user(let id) = self { id } else { nil } }
    fileprivate var address: String? { if case .address(let address) = self { address.text } else { nil } }
}

/// Something to put into the outbox.
struct QueuedDelivery {
    let id: Int64
    let target: DeliveryTarget
    /// What a limit on deliveries at the same time counts together.
    let lane: Int64
    let event: Notice.Event
    let payload: String
    /// When it is due; nil for at once.
    var dueAt: Instant?
    /// How many notices a digest counts beyond those that it holds.
    var omittedCount = 0
}

extension Connection {
    /// Puts into the outbox what each channel, and each user who wants mail, is to be told of events.
    ///
    /// Whoever calls it holds the row of the workspace that orders its points, so that nobody else counts notices meanwhile.
    func queueDeliveries(of events: [AlertEvent], workspaceID: Int64, now: Instant) throws {
        guard !events.isEmpty else { return }
        let channels = try channels("WHERE workspace_id = \(workspaceID) AND is_active = 1 ORDER BY id")
        let users = try all(
            """
            SELECT id, role, alert_severities
            FROM user_account
            WHERE workspace_id = \(workspaceID) AND alert_severities <> '' AND email_confirmed_at IS NOT NULL
            ORDER BY id
            """
        ) { row in (id: try row.integer(0), role: try row.role(1), severities: try row.severities(2)) }
        let readers = users.filter { $0.role.permissions.contains(.manageAlerts) }
        guard !channels.isEmpty || !readers.isEmpty, let workspace = try workspaceName(workspaceID) else { return }
        let receivers =
            channels.map {
                NoticeReceiver(target: .channel($0.id), lane: $0.lane, severities: $0.definition.severities)
            }
            + readers.map {
                NoticeReceiver(
                    target: .user($0.id), lane: Outbox.mailLane(of: workspaceID), severities: $0.severities)
            }
        try tell(
            receivers,
            events.map { event in
                Notice(event: Notice.Event(event.kind), at: now, workspace: workspace, subject: .alert(event.alert))
            }, workspaceID: workspaceID, now: now)
    }

    /// Puts into the outbox what each recipient of a report is to be sent, and each webhook is to be told.
    func queueDeliveries(of report: Report, _ digest: ReportDigest, workspaceID: Int64, now: Instant) throws {
        guard let workspace = try workspaceName(workspaceID) else { return }
        let webhooks = try channels(
            "WHERE workspace_id = \(workspaceID) AND is_active = 1 AND kind = 'webhook' ORDER BY id")
        let notice = Notice(event: .reportCompleted, at: now, workspace: workspace, subject: .report(report, digest))
        let targets =
            report.recipients.map { (DeliveryTarget.address($0), Outbox.reportLane(of: workspaceID)) }
            + webhooks.map { (.channel($0.id), $0.lane) }
        try queue([(notice, targets)], workspaceID: workspaceID, now: now)
    }

    /// Puts notices into the outbox, each for all whom it is for.
    func queue(
        _ notices: [(notice: Notice, targets: [(target: DeliveryTarget, lane: Int64)])], workspaceID: Int64,
        now: Instant
    ) throws {
        let count = notices.reduce(0) { $0 + $1.targets.count }
        guard count > 0 else { return }
        var ids = try nextIDs(of: .delivery, count: count).makeIterator()
        var deliveries: [QueuedDelivery] = []
        deliveries.reserveCapacity(count)
        for (notice, targets) in notices where !targets.isEmpty {
            let payload = try StoredJSON.text(of: notice)
            for (target, lane) in targets {
                guard let id = ids.next() else { break }
                deliveries.append(
                    QueuedDelivery(id: id, target: target, lane: lane, event: notice.event, payload: payload))
            }
        }
        try queue(deliveries, workspaceID: workspaceID, now: now)
    }

    /// Puts deliveries into the outbox, due at once.
    func queue(_ deliveries: [QueuedDelivery], workspaceID: Int64, now: Instant) throws {
        var generator = SystemRandomNumberGenerator()
        try insert(
            deliveries.map { delivery in
                [
                    workspaceID.sqlValue, delivery.id.sqlValue, delivery.target.channelID?.sqlValue ?? .null,
                    delivery.target.userID?.sqlValue ?? .null, delivery.target.address?.sqlValue ?? .null,
                    delivery.lane.sqlValue, delivery.event.rawValue.sqlValue, delivery.payload.sqlValue,
                    "msg_\(RandomText.lettersAndDigits(24, using: &generator))".sqlValue,
                    Delivery.Status.pending.rawValue.sqlValue, (delivery.dueAt ?? now).sqlValue,
                    (delivery.dueAt ?? now).sqlValue, now.sqlValue, delivery.omittedCount.sqlValue,
                ]
            }, .deliveries)
        var counts: [Int64: Int] = [:]
        for case let id? in deliveries.map(\.target.channelID) { counts[id, default: 0] += 1 }
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
    var lane: Int64 { definition.target.kind == .email ? Outbox.mailLane(of: workspaceID) : id }
}

extension Insertion {
    fileprivate static let deliveries = Insertion(
        into: "delivery",
        [
            "workspace_id": .integer, "id": .integer, "channel_id": .integer, "user_id": .integer, "address": .text,
            "lane": .integer, "event": .text, "payload": .text, "message_id": .text, "status": .text, "since": .integer,
            "due_at": .integer, "created_at": .integer, "omitted_count": .integer,
        ])
}
