public import AnalyticsCore

@testable public import AnalyticsStore

extension AlertEvent {
    /// Something that those who are notified are to be told.
    public static func notifying(
        _ kind: Kind = .triggered, severity: Severity = .warning, name: String = "Low revenue"
    ) -> AlertEvent {
        let alert = Alert(
            id: 7, rule: .init(id: 3, name: name), metric: .revenue, condition: .value, comparison: .below,
            threshold: Amount(tenThousandths: 1_000_000), severity: severity,
            breach: Breach(value: Amount(tenThousandths: 805_000), day: .d0, recordID: 12),
            message: "\(name): revenue on 2026-11-23 was 80.5 USD, which is below 100 USD.", occurrences: 1,
            triggeredAt: .t0, lastTriggeredAt: .t0)
        return AlertEvent(kind, alert, notifies: true)
    }
}

extension NewAlertChannel {
    /// A channel of which a test says only what it is about.
    public static func fixture(
        name: String = "ops", url: String = "https://example.com/hook", severities: [Severity] = Severity.allCases,
        isActive: Bool = true
    ) throws -> NewAlertChannel {
        NewAlertChannel(name: name, target: .webhook(try WebhookURL(url)), severities: severities, isActive: isActive)
    }
}

extension ChannelStore {
    /// Makes a channel of which a test says only what it is about.
    public func fixture(
        _ channel: NewAlertChannel? = nil, workspaceID: Int64 = 1, now: Instant = .t0
    ) async throws -> Issued {
        let made = try await create(try channel ?? .fixture(), workspaceID: workspaceID, by: .operator, now: now)
        return try FixtureFault.unwrap(made.value, "a channel without a key was made before")
    }
}

extension DeliveryStore {
    /// The deliveries of a channel, newest first.
    public func all(channelID: Int64 = 1, workspaceID: Int64 = 1) async throws -> [Delivery] {
        try await list(ListSlice(.offset(0), limit: 100), channelID: channelID, workspaceID: workspaceID).items
    }
}

extension DeliveryQueue {
    /// Takes at most so many deliveries of a workspace, where `underWay` are of each lane.
    public func take(
        _ limit: Int, mostInLane: Int, underWay: [Int64: Int], workspaceID: Int64 = 1, now: Instant
    ) async throws -> [TakenDelivery] {
        // A workspace has webhooks as long as they are less than a quarter of the free places: a fifth of all.
        let busy = underWay.values.reduce(0, +)
        var load = DeliveryLoad(mostWebhooks: (limit + busy) * 5, mostInLane: mostInLane, mostMails: limit + busy)
        for (lane, count) in underWay {
            for _ in 0..<count { load.begin(lane, of: workspaceID) }
        }
        return try await take(load, now: now)
    }
}

extension MailRecipientStore {
    /// Confirms every address that waits for it, as if its link had been opened.
    public static func confirmAll(in database: any Database, now: Instant = .t0) async throws {
        _ = try await database.write { connection in
            try connection.execute("UPDATE mail_recipient SET confirmed_at = \(now), ask_at = NULL")
        }
    }
}

extension MailRecipientStore {
    /// The end of the link by which an address leaves.
    public static func unsubscribeCode(
        of email: EmailAddress, workspaceID: Int64, in database: any Database
    ) async throws -> String {
        let code = try await database.read { connection in
            try connection.mailRecipientCode(.unsubscription, of: email, workspaceID: workspaceID)
        }
        return try FixtureFault.unwrap(code, "\(email.text) is no recipient")
    }
}
