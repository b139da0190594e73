import AnalyticsCore

/// A channel or a user, and of which alerts it is told.
struct NoticeReceiver {
    let target: DeliveryTarget
    /// What a limit on deliveries at the same time counts together.
    let lane: Int64
    let severities: [Severity]
}

/// The minute of one receiver, with the digest that is filled in it.
private struct ReceiverWindow {
    var window: NoticeWindow
    /// The digest's delivery; nil while nothing was gathered.
    var digestID: Int64?
    /// How many notices the digest holds.
    var digestSize = 0
    /// Whether it must be stored.
    var isChanged = false

    /// How many more the digest holds before it only counts them.
    var room: Int { max(0, Notice.mostInDigest - digestSize) }
}

extension Connection {
    /// Puts notices about alerts into the outbox: singly, or in a receiver's digest where there are many.
    ///
    /// A notice that is gathered costs a small row for each digest that holds it, and nothing for one that is full. So what a
    /// transaction writes is bounded by its notices and by its receivers, and not by their product.
    func tell(_ receivers: [NoticeReceiver], _ notices: [Notice], workspaceID: Int64, now: Instant) throws {
        var windows = try noticeWindows(of: receivers, workspaceID: workspaceID, now: now)
        var singles: [(notice: Notice, targets: [(target: DeliveryTarget, lane: Int64)])] = []
        /// The numbers of the notices that each receiver's digest gets, by the receiver's number.
        var gathered: [Int: [Int]] = [:]
        for (number, notice) in notices.enumerated() {
            guard case .alert(let alert) = notice.subject else { continue }
            var targets: [(target: DeliveryTarget, lane: Int64)] = []
            for (index, receiver) in receivers.enumerated() where receiver.severities.contains(alert.severity) {
                windows[index].isChanged = true
                switch windows[index].window.add(alert.severity) {
                case .singly: targets.append((receiver.target, receiver.lane))
                case .gathered: gathered[index, default: []].append(number)
                }
            }
            singles.append((notice, targets))
        }
        try gather(gathered, of: notices, for: receivers, &windows, workspaceID: workspaceID, now: now)
        try queue(singles, workspaceID: workspaceID, now: now)
        try store(windows, of: receivers, workspaceID: workspaceID)
    }

    /// The minutes of some receivers, one for each, begun anew where they are over.
    private func noticeWindows(
        of receivers: [NoticeReceiver], workspaceID: Int64, now: Instant
    ) throws -> [ReceiverWindow] {
        var windows = [ReceiverWindow](
            repeating: ReceiverWindow(window: NoticeWindow(openedAt: now)), count: receivers.count)
        let keys = receivers.map { [workspaceID.sqlValue, ($0.target.windowKey ?? 0).sqlValue] }
        try ask([.lookup(.noticeWindow, keys: keys)]) { _, receiver, row in
            let window = NoticeWindow(
                openedAt: try row.instant(0), count: Int(try row.integer(1)), criticalCount: Int(try row.integer(2)))
            guard window.contains(now) else { return }
            windows[receiver] = ReceiverWindow(
                window: window, digestID: try row.optionalInteger(3), digestSize: Int(try row.integer(4)))
        }
        return windows
    }

    /// Adds notices to digests, and makes those that are not there yet.
    private func gather(
        _ gathered: [Int: [Int]], of notices: [Notice], for receivers: [NoticeReceiver],
        _ windows: inout [ReceiverWindow], workspaceID: Int64, now: Instant
    ) throws {
        guard !gathered.isEmpty else { return }
        let order = gathered.keys.sorted()
        for index in order {
            guard let digestID = windows[index].digestID else { continue }
            let omitted = max(0, (gathered[index]?.count ?? 0) - windows[index].room)
            // One that somebody took, as after a replay, is closed. The row stays locked until the commit.
            let extended = try execute(
                """
                UPDATE delivery
                SET omitted_count = omitted_count + \(omitted)
                WHERE workspace_id = \(workspaceID) AND id = \(digestID) AND status = 'pending' AND fence = 0
                """)
            if extended == 0 {
                windows[index].digestID = nil
                windows[index].digestSize = 0
            }
        }
        try addDigests(order, gathered, of: notices, for: receivers, &windows, workspaceID: workspaceID, now: now)
        let kept = Set(order.flatMap { index in (gathered[index] ?? []).prefix(windows[index].room) }).sorted()
        guard let firstID = try kept.isEmpty ? nil : nextIDs(of: .digestNotice, count: kept.count).lowerBound else {
            return
        }
        let ids = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, firstID + Int64($0)) })
        try insert(
            kept.compactMap { number in
                ids[number].map { id in (id, notices[number]) }
            }.map { id, notice in
                [workspaceID.sqlValue, id.sqlValue, now.sqlValue, try StoredJSON.text(of: notice).sqlValue]
            }, .digestNotices)
        var items: [[SQLValue]] = []
        for index in order {
            guard let digestID = windows[index].digestID else { continue }
            let held = (gathered[index] ?? []).prefix(windows[index].room).compactMap { ids[$0] }
            items += held.map { [workspaceID.sqlValue, digestID.sqlValue, $0.sqlValue] }
            windows[index].digestSize += held.count
        }
        try insert(items, .digestItems)
    }

    /// Puts digests into the outbox that are due when their minute is over.
    private func addDigests(
        _ order: [Int], _ gathered: [Int: [Int]], of notices: [Notice], for receivers: [NoticeReceiver],
        _ windows: inout [ReceiverWindow], workspaceID: Int64, now: Instant
    ) throws {
        let missing = order.filter { windows[$0].digestID == nil }
        guard !missing.isEmpty, let workspace = notices.first?.workspace else { return }
        var digests: [QueuedDelivery] = []
        for (id, index) in zip(try nextIDs(of: .delivery, count: missing.count), missing) {
            let notice = Notice(event: .digest, at: now, workspace: workspace, subject: .nothing)
            windows[index].digestID = id
            windows[index].isChanged = true
            digests.append(
                QueuedDelivery(
                    id: id, target: receivers[index].target, lane: receivers[index].lane, event: .digest,
                    payload: try StoredJSON.text(of: notice), dueAt: windows[index].window.end,
                    omittedCount: max(0, (gathered[index]?.count ?? 0) - windows[index].room)))
        }
        try queue(digests, workspaceID: workspaceID, now: now)
    }

    private func store(_ windows: [ReceiverWindow], of receivers: [NoticeReceiver], workspaceID: Int64) throws {
        try insert(
            zip(windows, receivers).compactMap { window, receiver in
                guard window.isChanged, let key = receiver.target.windowKey else { return nil }
                return [
                    workspaceID.sqlValue, key.sqlValue, window.window.openedAt.sqlValue,
                    window.window.count.sqlValue, window.window.criticalCount.sqlValue,
                    window.digestID?.sqlValue ?? .null, window.digestSize.sqlValue,
                ]
            }, .noticeWindows)
    }

    /// The notices that a digest holds, in the order in which they came.
    func digestNotices(ofDelivery id: Int64, workspaceID: Int64) throws -> [Notice] {
        try all(
            """
            SELECT n.payload
            FROM digest_item AS i
            JOIN digest_notice AS n ON n.workspace_id = i.workspace_id AND n.id = i.notice_id
            WHERE i.workspace_id = \(workspaceID) AND i.delivery_id = \(id)
            ORDER BY i.notice_id
            LIMIT \(Notice.mostInDigest)
            """
        ) { try StoredJSON.value(of: "a notice", in: try $0.text(0)) }
    }

    /// Forgets the minute of a channel or a user that is removed.
    func deleteNoticeWindow(of target: DeliveryTarget, workspaceID: Int64) throws {
        guard let key = target.windowKey else { return }
        try execute("DELETE FROM notice_window WHERE workspace_id = \(workspaceID) AND target = \(key)")
    }

    /// Removes notices that were gathered by a time and that no digest holds any more.
    ///
    /// - Returns: How many were removed, at most `limit`.
    func pruneDigestNotices(gatheredBy end: Instant, limit: Int) throws -> Int {
        let rows = try all(
            """
            SELECT n.workspace_id, n.id
            FROM digest_notice AS n
            WHERE n.at <= \(end) AND NOT EXISTS (
                SELECT 1
                FROM digest_item AS i
                WHERE i.workspace_id = n.workspace_id AND i.notice_id = n.id
            )
            ORDER BY n.at
            LIMIT \(limit)
            """
        ) { [try $0.integer(0).sqlValue, try $0.integer(1).sqlValue] }
        try execute("DELETE FROM digest_notice WHERE workspace_id = ?1 AND id = ?2", forEach: rows)
        return rows.count
    }
}

extension Lookup {
    fileprivate static let noticeWindow = Lookup(
        ["w.opened_at", "w.notice_count", "w.critical_count", "w.digest_id", "w.digest_size"],
        "FROM notice_window AS w WHERE w.workspace_id = :workspace_id AND w.target = :target",
        by: ["workspace_id": .integer, "target": .integer])
}

extension Insertion {
    fileprivate static let noticeWindows = Insertion(
        into: "notice_window",
        [
            "workspace_id": .integer, "target": .integer, "opened_at": .integer, "notice_count": .integer,
            "critical_count": .integer, "digest_id": .integer, "digest_size": .integer,
        ],
        onConflict: """
            ON CONFLICT (workspace_id, target) DO UPDATE SET opened_at = excluded.opened_at, \
            notice_count = excluded.notice_count, critical_count = excluded.critical_count, \
            digest_id = excluded.digest_id, digest_size = excluded.digest_size
            """)

    fileprivate static let digestNotices = Insertion(
        into: "digest_notice", ["workspace_id": .integer, "id": .integer, "at": .integer, "payload": .text])

    fileprivate static let digestItems = Insertion(
        into: "digest_item", ["workspace_id": .integer, "delivery_id": .integer, "notice_id": .integer])
}
