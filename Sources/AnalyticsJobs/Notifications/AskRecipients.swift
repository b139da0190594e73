public import AnalyticsCore
public import AnalyticsStore

/// Asks addresses that channels and reports name for the first time whether they want mail; it is for servers with mail.
public struct AskRecipients: Job {
    private let recipients: MailRecipientStore
    private let now: @Sendable () -> Instant

    /// A job that asks by a clock.
    public init(recipients: MailRecipientStore, now: @escaping @Sendable () -> Instant) {
        self.recipients = recipients
        self.now = now
    }

    /// "ask recipients".
    public var name: String { "ask recipients" }

    /// Every second: whoever named the address waits for its answer.
    public var schedule: JobSchedule { .every(.seconds(1)) }

    /// Asks all whose time has come, in short transactions.
    public func run() async throws {
        try await untilShutdown {
            while try await recipients.askDue(now: now()) > 0 { try Task.checkCancellation() }
        }
    }
}
