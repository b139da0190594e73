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

    /// Takes deliveries that are due, the earliest first.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - mostInLane: How many of a lane may be under way at a time.
    ///   - underWay: How many of each lane are.
    ///   - now: When.
    public func take(
        _ limit: Int, mostInLane: Int, underWay: [Int64: Int], now: Instant
    ) async throws -> [TakenDelivery] {
        guard limit > 0 else { return [] }
        let full = underWay.filter { $0.value >= mostInLane }.map(\.key).sorted()
        // Most looks find nothing, and a look is no reason to write.
        guard try await database.read({ try !$0.dueDeliveries(1, exceptLanes: full, now: now).isEmpty }) else {
            return []
        }
        return try await database.write { connection in
            var underWay = underWay
            var taken: [TakenDelivery] = []
            while taken.count < limit {
                let full = underWay.filter { $0.value >= mostInLane }.map(\.key).sorted()
                let due = try connection.dueDeliveries(limit - taken.count, exceptLanes: full, now: now)
                let count = taken.count
                for delivery in due where underWay[delivery.lane, default: 0] < mostInLane {
                    guard try connection.claim(delivery, now: now),
                        let claimed = try connection.takenDelivery(
                            delivery.id, workspaceID: delivery.workspaceID, now: now)
                    else { continue }
                    underWay[delivery.lane, default: 0] += 1
                    taken.append(claimed)
                }
                if taken.count == count { break }
            }
            return taken
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

/// A delivery that may be taken.
private struct DueDelivery {
    let workspaceID: Int64
    let id: Int64
    let lane: Int64
    let fence: Int64
}

extension Connection {
    fileprivate func dueDeliveries(_ limit: Int, exceptLanes full: [Int64], now: Instant) throws -> [DueDelivery] {
        var sql: SQL = "SELECT workspace_id, id, lane, fence FROM delivery WHERE due_at <= \(now)"
        if !full.isEmpty {
            sql.append(" AND lane NOT IN (" + SQL.joined(full.map { "\($0)" }, separator: ", ") + ")")
        }
        return try all(sql + " ORDER BY due_at, id LIMIT \(limit)") { row in
            DueDelivery(
                workspaceID: try row.integer(0), id: try row.integer(1), lane: try row.integer(2),
                fence: try row.integer(3))
        }
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
