public import AnalyticsCore

/// The outbox as those see it who deliver what is in it, on one node or on several.
///
/// Whoever takes a delivery has it for a time. If nothing is heard of it by then it is due again, so a crash repeats it.
/// A fencing number sees to it that of two who have it by then only the later one can say what became of it.
public struct DeliveryQueue: Sendable {
    private let database: any Database

    /// The outbox of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// For how long a delivery is taken, in seconds; no try takes as long.
    public static let leaseSeconds: Int64 = 60

    /// Tells each time something was put in: at once what this process did, and soon after what others did.
    public func arrivals() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        database.versions.observe { news in
            switch news {
            case .committed(let changes): if !changes[.deliveries].isEmpty { continuation.yield() }
            case .anything: continuation.yield()
            }
        }
        return stream
    }

    /// Takes deliveries that are due, the earliest of each lane first.
    ///
    /// Workspaces take turns with their mail with reports, however much of it one has.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - mostInLane: How many of a lane may be under way at a time, and how many of all lanes of reports together.
    ///   - underWay: How many of each lane are.
    ///   - lastReportLane: The lane of reports that had its turn last; 0 where none had.
    ///   - now: When.
    public func take(
        _ limit: Int, mostInLane: Int, underWay: [Int64: Int], lastReportLane: Int64 = 0, now: Instant
    ) async throws -> [TakenDelivery] {
        let room = Room(limit: limit, mostInLane: mostInLane, underWay: underWay)
        guard limit > 0 else { return [] }
        while true {
            // Most looks find nothing, and a look is no reason to write.
            let due = try await database.read { connection in
                try connection.dueDeliveries(room, lastReportLane: lastReportLane, now: now)
            }
            guard !due.isEmpty else { return [] }
            let taken = try await database.write { connection in
                try due.compactMap { delivery in
                    guard try connection.claim(delivery, now: now) else { return nil as TakenDelivery? }
                    return try connection.takenDelivery(delivery.id, workspaceID: delivery.workspaceID, now: now)
                }
            }
            // Where others took all of it there may be more.
            if !taken.isEmpty { return taken }
        }
    }

    /// Writes down what became of a delivery.
    ///
    /// - Parameters:
    ///   - delivery: What was taken.
    ///   - result: What became of it.
    ///   - startedAt: When the try began.
    ///   - chance: From 0 to 1, see ``AnalyticsCore/RetrySchedule``.
    ///   - now: When it ended.
    /// - Returns: How far the delivery is now; nil where this does not count, because somebody else has it by now or it is
    ///   gone.
    @discardableResult
    public func finish(
        _ delivery: TakenDelivery, _ result: DeliveryResult, startedAt: Instant, chance: Double, now: Instant
    ) async throws -> Delivery.Status? {
        try await database.write { connection in
            let attempts = delivery.formerAttempts + 1
            var outcome = Delivery.Status.failed
            var next: Instant?
            switch result {
            case .delivered: outcome = .delivered
            case .gone, .refused: break
            case .failed(_, _, let retryAfter):
                next = RetrySchedule.next(
                    afterAttempts: attempts, at: now, since: delivery.since, retryAfterSeconds: retryAfter,
                    chance: chance)
                if next != nil { outcome = .pending }
            }
            let status = outcome
            let recorded = try connection.execute(
                """
                UPDATE delivery
                SET status = \(status.rawValue), attempt_count = \(attempts), due_at = \(next),
                    finished_at = \(next == nil ? now : nil), fence = fence + 1
                WHERE workspace_id = \(delivery.workspaceID) AND id = \(delivery.id) AND fence = \(delivery.fence)
                    AND status = 'pending'
                """)
            guard recorded == 1 else { return nil }
            try connection.record(delivery, attempts, result, startedAt: startedAt, now: now)
            if case .gone = result, let channelID = delivery.channelID {
                try connection.disable(
                    channelID, workspaceID: delivery.workspaceID, reason: "The receiver answered 410 Gone.", now: now)
            }
            return status
        }
    }

    /// Removes deliveries that were finished 30 days ago.
    ///
    /// - Returns: How many were removed, at most `limit`.
    public func prune(limit: Int = 500, now: Instant) async throws -> Int {
        try await database.write { connection in
            let rows = try connection.all(
                """
                SELECT workspace_id, id, channel_id
                FROM delivery
                WHERE finished_at <= \(now.advanced(bySeconds: -Delivery.lifetimeSeconds))
                ORDER BY finished_at
                LIMIT \(limit)
                """
            ) { (try $0.integer(0), try $0.integer(1), try $0.optionalInteger(2)) }
            try connection.execute(
                "DELETE FROM delivery WHERE workspace_id = ?1 AND id = ?2",
                forEach: rows.map { [$0.0.sqlValue, $0.1.sqlValue] })
            try connection.execute(
                "UPDATE channel SET delivery_count = delivery_count - 1 WHERE workspace_id = ?1 AND id = ?2",
                forEach: rows.compactMap { row in row.2.map { [row.0.sqlValue, $0.sqlValue] } })
            return rows.count
        }
    }
}

/// How many deliveries may be taken.
private struct Room: Sendable {
    let limit: Int
    let mostInLane: Int
    let underWay: [Int64: Int]

    func inLane(_ lane: Int64) -> Int { mostInLane - (underWay[lane] ?? 0) }

    /// In all lanes of reports together.
    var forReports: Int {
        mostInLane - underWay.filter { Outbox.isOfReports($0.key) }.reduce(0) { $0 + $1.value }
    }
}

/// A delivery that may be taken.
private struct DueDelivery: Sendable {
    let workspaceID: Int64
    let id: Int64
    let lane: Int64
    let fence: Int64
    let dueAt: Instant
}

extension Connection {
    /// What may be taken: first mail with reports, of which there is little at a time, then the rest, the earliest first.
    fileprivate func dueDeliveries(_ room: Room, lastReportLane: Int64, now: Instant) throws -> [DueDelivery] {
        guard try first("SELECT 1 FROM delivery WHERE due_at <= \(now) LIMIT 1", { try $0.integer(0) }) != nil else {
            return []
        }
        let lanes = try dueLanes(now: now).filter { room.inLane($0) > 0 }
        let reportLanes = lanes.filter(Outbox.isOfReports).sorted { left, right in
            // Who comes behind the last one, then from the beginning.
            (left < lastReportLane ? 0 : 1, -left) < (right < lastReportLane ? 0 : 1, -right)
        }
        let reports = try earliest(inLanes: reportLanes.prefix(max(room.forReports, 0)), room, now: now)
        let others = try earliest(
            inLanes: lanes.lazy.filter { !Outbox.isOfReports($0) }.prefix(room.limit), room, now: now)
        // The first of each lane, then the second of each.
        let turns = (0..<room.mostInLane).flatMap { turn in reports.compactMap { $0.dropFirst(turn).first } }
        let rest = others.joined().sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
        return Array((turns.prefix(room.forReports) + rest).prefix(room.limit))
    }

    /// The lanes in which something is due, the one with the earliest first.
    ///
    /// From each lane to the next it is one step, however many deliveries wait in it.
    private func dueLanes(now: Instant) throws -> [Int64] {
        try all(
            """
            WITH RECURSIVE pending (lane) AS (
                SELECT MIN(lane)
                FROM delivery
                WHERE due_at IS NOT NULL
                UNION ALL
                SELECT (SELECT MIN(d.lane) FROM delivery AS d WHERE d.due_at IS NOT NULL AND d.lane > pending.lane)
                FROM pending
                WHERE pending.lane IS NOT NULL
            )
            SELECT lane
            FROM (
                SELECT pending.lane, (
                        SELECT MIN(d.due_at)
                        FROM delivery AS d
                        WHERE d.due_at IS NOT NULL AND d.lane = pending.lane
                    ) AS due_at
                FROM pending
                WHERE pending.lane IS NOT NULL
            ) AS earliest
            WHERE due_at <= \(now)
            ORDER BY due_at, lane
            """
        ) { try $0.integer(0) }
    }

    /// The earliest deliveries of each of some lanes, as many as there is room for in it.
    private func earliest(
        inLanes lanes: some Sequence<Int64>, _ room: Room, now: Instant
    ) throws -> [[DueDelivery]] {
        let lanes = Array(lanes)
        guard !lanes.isEmpty else { return [] }
        var due = [[DueDelivery]](repeating: [], count: lanes.count)
        let questions = lanes.map { lane in
            Question.statement(
                """
                SELECT workspace_id, id, lane, fence, due_at
                FROM delivery
                WHERE lane = \(lane) AND due_at <= \(now)
                ORDER BY due_at, id
                LIMIT \(room.inLane(lane))
                """)
        }
        try ask(questions) { question, _, row in
            due[question].append(
                DueDelivery(
                    workspaceID: try row.integer(0), id: try row.integer(1), lane: try row.integer(2),
                    fence: try row.integer(3), dueAt: try row.instant(4)))
        }
        return due.map { $0.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) } }
    }

    /// Has a delivery for a time, unless somebody else was first.
    fileprivate func claim(_ delivery: DueDelivery, now: Instant) throws -> Bool {
        try execute(
            """
            UPDATE delivery
            SET due_at = \(now.advanced(bySeconds: DeliveryQueue.leaseSeconds)), fence = fence + 1
            WHERE workspace_id = \(delivery.workspaceID) AND id = \(delivery.id) AND fence = \(delivery.fence)
                AND due_at <= \(now)
            """) == 1
    }

    /// Adds a try to the log, and removes the one that is too many.
    fileprivate func record(
        _ delivery: TakenDelivery, _ number: Int, _ result: DeliveryResult, startedAt: Instant, now: Instant
    ) throws {
        let error = result.error.map {
            String(String.UnicodeScalarView($0.unicodeScalars.prefix(Delivery.errorLength)))
        }
        try execute(
            """
            INSERT INTO delivery_attempt (workspace_id, delivery_id, number, at, milliseconds, status_code, error)
            VALUES (
                \(delivery.workspaceID), \(delivery.id), \(number), \(startedAt),
                \(max(0, now.milliseconds - startedAt.milliseconds)), \(result.statusCode), \(error)
            )
            """)
        try execute(
            """
            DELETE FROM delivery_attempt
            WHERE workspace_id = \(delivery.workspaceID) AND delivery_id = \(delivery.id)
                AND number <= \(number - Delivery.attemptsKept)
            """)
    }

    /// Stops a channel, and what waits for it.
    fileprivate func disable(_ channelID: Int64, workspaceID: Int64, reason: String, now: Instant) throws {
        let disabled = try execute(
            """
            UPDATE channel
            SET is_active = 0, disabled_reason = \(reason), updated_at = \(now)
            WHERE workspace_id = \(workspaceID) AND id = \(channelID) AND is_active = 1
            """)
        guard disabled == 1 else { return }
        try giveUpDeliveries(ofChannel: channelID, workspaceID: workspaceID, now: now)
        try audit(
            .channelDisabled, of: channelID, [AuditChange("reason", from: nil, to: reason)], by: Author(),
            workspaceID: workspaceID, now: now)
    }
}
