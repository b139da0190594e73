public import AnalyticsCore

/// The outbox as those see it who deliver what is in it, on one node or on several.
///
/// Whoever takes a delivery has it for a time. If nothing is heard of it by then it is due again, so a crash repeats it.
/// A fencing number sees to it that of two who have it by then only the later one can say what became of it.
public struct DeliveryQueue: Sendable {
    private let database: any Database
    private let limits: MailLimits

    /// The outbox of a database.
    public init(database: any Database, limits: MailLimits = MailLimits()) {
        self.database = database
        self.limits = limits
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

    /// Takes deliveries that are due, the earliest of each lane first; workspaces take turns.
    ///
    /// - Parameters:
    ///   - load: What this process has under way; what is taken is not added to it.
    ///   - now: When.
    public func take(_ load: DeliveryLoad, now: Instant) async throws -> [TakenDelivery] {
        while true {
            // Most looks find nothing, and a look is no reason to write.
            let due = try await database.read { try $0.dueDeliveries(load, now: now) }
            guard !due.isEmpty else { return [] }
            let taken = try await database.write { connection in
                let taken = try due.compactMap { delivery in
                    guard try connection.claim(delivery, now: now) else { return nil as TakenDelivery? }
                    return try connection.takenDelivery(delivery.id, workspaceID: delivery.workspaceID, now: now)
                }
                return try connection.countingMail(taken, limits, now: now)
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
            if status != .delivered {
                try connection.countMail(-delivery.countedMails, workspaceID: delivery.workspaceID, now: now)
            }
            try connection.record(delivery, attempts, result, startedAt: startedAt, now: now)
            if case .gone = result, let channelID = delivery.channelID {
                try connection.disable(
                    channelID, workspaceID: delivery.workspaceID, reason: "The receiver answered 410 Gone.", now: now)
            }
            return status
        }
    }

    /// Removes deliveries that were finished 30 days ago, and what was gathered for digests that are gone.
    ///
    /// - Returns: How many were removed, at most `limit` of each.
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
            let notices = try connection.pruneDigestNotices(
                gatheredBy: now.advanced(bySeconds: -Delivery.lifetimeSeconds), limit: limit)
            return rows.count + notices
        }
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
    /// What may be taken, in the order of turns.
    fileprivate func dueDeliveries(_ load: DeliveryLoad, now: Instant) throws -> [DueDelivery] {
        guard try first("SELECT 1 FROM delivery WHERE due_at <= \(now) LIMIT 1", { try $0.integer(0) }) != nil else {
            return []
        }
        let turns = load.turns(among: try dueLanes(now: now))
        let counts: [Int64: Int] = turns.reduce(into: [:]) { counts, lane in counts[lane.number, default: 0] += 1 }
        var waiting = try earliest(inLanes: counts, now: now)
        return turns.compactMap { lane in waiting[lane.number]?.popFirst() }
    }

    /// The lanes in which something is due, the one with the earliest first.
    ///
    /// From each lane to the next it is one step, however many deliveries wait in it.
    private func dueLanes(now: Instant) throws -> [DeliveryLoad.Lane] {
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
            SELECT lane, (
                    SELECT d.workspace_id
                    FROM delivery AS d
                    WHERE d.due_at IS NOT NULL AND d.lane = earliest.lane
                    ORDER BY d.due_at, d.id
                    LIMIT 1
                ) AS workspace_id
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
        ) { DeliveryLoad.Lane(number: try $0.integer(0), workspaceID: try $0.integer(1)) }
    }

    /// The earliest deliveries of each of some lanes, as many as are wanted of it.
    private func earliest(
        inLanes counts: [Int64: Int], now: Instant
    ) throws -> [Int64: ArraySlice<DueDelivery>] {
        guard !counts.isEmpty else { return [:] }
        var due: [Int64: [DueDelivery]] = [:]
        let questions = counts.sorted { $0.key < $1.key }.map { lane, count in
            Question.statement(
                """
                SELECT workspace_id, id, lane, fence, due_at
                FROM delivery
                WHERE lane = \(lane) AND due_at <= \(now)
                ORDER BY due_at, id
                LIMIT \(count)
                """)
        }
        try ask(questions) { _, _, row in
            let delivery = DueDelivery(
                workspaceID: try row.integer(0), id: try row.integer(1), lane: try row.integer(2),
                fence: try row.integer(3), dueAt: try row.instant(4))
            due[delivery.lane, default: []].append(delivery)
        }
        return due.mapValues { $0.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }[...] }
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

    /// Counts the mail among some deliveries, and puts off what is more than its workspace may have in the day.
    ///
    /// Mail with reports was counted when the report was asked for. The rows of workspaces are locked in their order, and the
    /// one of the day last.
    fileprivate func countingMail(
        _ deliveries: [TakenDelivery], _ limits: MailLimits, now: Instant
    ) throws -> [TakenDelivery] {
        var deliveries = deliveries
        let mails = deliveries.indices.filter { index in
            guard case .email = deliveries[index].recipient else { return false }
            return Outbox.kind(of: deliveries[index].lane) == .alertMail
        }
        var total = 0
        for (workspaceID, indices) in Dictionary(grouping: mails, by: { deliveries[$0].workspaceID }).sorted(by: {
            $0.key < $1.key
        }) {
            let most = try mailLeft(of: limits, workspaceID: workspaceID, now: now)
            var used = 0
            for index in indices {
                guard case .email(let addresses) = deliveries[index].recipient else { continue }
                if addresses.count <= most - used {
                    used += addresses.count
                    deliveries[index].countedMails = addresses.count
                } else {
                    let pause = MailLimits.nextDay(after: now).milliseconds - now.milliseconds
                    deliveries[index].recipient = .later(
                        "The workspace has had as much mail as it may have in a day (UTC).", seconds: pause / 1_000 + 1)
                }
            }
            if used > 0 { try countWorkspaceMail(used, workspaceID: workspaceID, now: now) }
            total += used
        }
        if total > 0 { try countServerMail(total, now: now) }
        return deliveries
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
