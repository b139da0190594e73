public import AnalyticsCore

/// What was sent through channels, as the admins of a workspace see it.
public struct DeliveryStore: Sendable {
    private let database: any Database
    private let limits: MailLimits

    /// The deliveries of a database.
    public init(database: any Database, limits: MailLimits = MailLimits()) {
        self.database = database
        self.limits = limits
    }

    /// A part of a channel's deliveries, newest first.
    public func list(_ slice: ListSlice, channelID: Int64, workspaceID: Int64) async throws -> ListPage<Delivery> {
        try await database.read { connection in
            let deliveries = try connection.deliveries(
                """
                WHERE workspace_id = \(workspaceID) AND channel_id = \(channelID) AND id < \(slice.bound)
                ORDER BY id DESC
                LIMIT \(slice.probe) OFFSET \(slice.offset)
                """, workspaceID: workspaceID)
            let total = try connection.first(
                "SELECT delivery_count FROM channel WHERE workspace_id = \(workspaceID) AND id = \(channelID)"
            ) { try $0.integer(0) }
            return ListPage(deliveries, of: slice, total: Int(total ?? 0))
        }
    }

    /// Sends a test through a channel, also through one that is not active.
    ///
    /// - Throws: ``StoreError`` of code `conflict` where the workspace has no such channel any more, ``ValidationError``
    ///   where it is mail and the workspace has had as much as it may have in a day.
    public func test(
        channelID: Int64, workspaceID: Int64, once request: KeyedRequest<Delivery>? = nil, by author: Author,
        now: Instant
    ) async throws -> Outcome<Delivery> {
        try await database.write(once: request, now: now) { connection in
            guard let channel = try connection.channel(channelID, workspaceID: workspaceID),
                let workspace = try connection.workspaceName(workspaceID)
            else { throw StoreError(.conflict, "a channel was deleted meanwhile") }
            // It is counted when it is sent; here only what could not be sent is refused.
            try connection.refuseTooMuchMail(
                channel.definition.target.addresses.count, of: limits, workspaceID: workspaceID, now: now)
            let id = try connection.nextID(of: .delivery)
            let notice = Notice(event: .test, at: now, workspace: workspace, subject: .nothing)
            try connection.queue(
                [
                    QueuedDelivery(
                        id: id, target: .channel(channelID), lane: channel.lane, event: .test,
                        payload: try StoredJSON.text(of: notice))
                ], workspaceID: workspaceID, now: now)
            try connection.audit(.channelTested, of: channelID, by: author, workspaceID: workspaceID, now: now)
            guard let delivery = try connection.delivery(id, workspaceID: workspaceID) else {
                throw StoreError(.corrupt, "a delivery that was just stored is not there")
            }
            return delivery
        }
    }

    /// Sends a delivery once more, with the same message id: from now on it is tried for three days again.
    ///
    /// - Returns: The delivery as it is now; nil where no channel of the workspace has such a one.
    public func replay(_ id: Int64, workspaceID: Int64, by author: Author, now: Instant) async throws -> Delivery? {
        try await database.write { connection in
            guard try connection.delivery(id, workspaceID: workspaceID) != nil else { return nil }
            try connection.execute(
                """
                UPDATE delivery
                SET status = 'pending', since = \(now), due_at = \(now), finished_at = NULL, fence = fence + 1
                WHERE workspace_id = \(workspaceID) AND id = \(id)
                """)
            connection.note(.deliveries, in: workspaceID)
            try connection.audit(.deliveryReplayed, of: id, by: author, workspaceID: workspaceID, now: now)
            return try connection.delivery(id, workspaceID: workspaceID)
        }
    }
}

extension Connection {
    /// The delivery of that id to a channel, or nil.
    fileprivate func delivery(_ id: Int64, workspaceID: Int64) throws -> Delivery? {
        try deliveries(
            "WHERE workspace_id = \(workspaceID) AND id = \(id) AND channel_id IS NOT NULL", workspaceID: workspaceID
        ).first
    }

    /// The deliveries to channels that a condition names, with their latest tries.
    fileprivate func deliveries(_ condition: SQL, workspaceID: Int64) throws -> [Delivery] {
        let rows = try all(
            """
            SELECT id, channel_id, event, message_id, status, attempt_count, due_at, created_at, finished_at
            FROM delivery
            """ + " " + condition
        ) { row in
            (
                id: try row.integer(0), channelID: try row.integer(1), event: try row.named(2) as Notice.Event,
                messageID: try row.text(3), status: try row.named(4) as Delivery.Status,
                attemptCount: Int(try row.integer(5)), dueAt: try row.optionalInstant(6),
                createdAt: try row.instant(7), finishedAt: try row.optionalInstant(8)
            )
        }
        return try rows.map { row in
            let attempts = try all(
                """
                SELECT at, milliseconds, status_code, error
                FROM delivery_attempt
                WHERE workspace_id = \(workspaceID) AND delivery_id = \(row.id)
                ORDER BY number DESC
                LIMIT \(Delivery.attemptsKept)
                """
            ) { attempt in
                Delivery.Attempt(
                    at: try attempt.instant(0), milliseconds: try attempt.integer(1),
                    statusCode: try attempt.optionalInteger(2).map { Int($0) }, error: try attempt.optionalText(3))
            }
            return Delivery(
                id: row.id, channelID: row.channelID, event: row.event, messageID: row.messageID, status: row.status,
                attemptCount: row.attemptCount, attempts: attempts, nextAttemptAt: row.dueAt,
                createdAt: row.createdAt, finishedAt: row.finishedAt)
        }
    }

    /// Gives up what waits for a channel that is no longer active.
    func giveUpDeliveries(ofChannel channelID: Int64, workspaceID: Int64, now: Instant) throws {
        try execute(
            """
            UPDATE delivery
            SET status = 'failed', due_at = NULL, finished_at = \(now), fence = fence + 1
            WHERE workspace_id = \(workspaceID) AND channel_id = \(channelID) AND status = 'pending'
            """)
    }
}
