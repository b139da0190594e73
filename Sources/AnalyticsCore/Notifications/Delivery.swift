/// One notice on its way to one channel, with what became of it.
public struct Delivery: Sendable, Equatable {
    /// How far it is.
    public enum Status: String, Sendable, CaseIterable {
        /// It will be tried, for the first time or again.
        case pending
        /// It arrived.
        case delivered
        /// It did not, and is not tried any more.
        case failed
    }

    /// One try.
    public struct Attempt: Sendable, Equatable {
        /// When it began.
        public let at: Instant
        /// How long it took.
        public let milliseconds: Int64
        /// The status of the answer; nil where there was none, and for mail.
        public let statusCode: Int?
        /// What went wrong; nil where nothing did.
        public let error: String?

        /// A try of the given parts.
        public init(at: Instant, milliseconds: Int64, statusCode: Int?, error: String?) {
            self.at = at
            self.milliseconds = milliseconds
            self.statusCode = statusCode
            self.error = error
        }
    }

    /// Its number.
    public let id: Int64
    /// The channel.
    public let channelID: Int64
    /// What it tells of.
    public let event: Notice.Event
    /// By what a receiver knows a repetition: the header `webhook-id`.
    public let messageID: String
    /// How far it is.
    public let status: Status
    /// How often it was tried.
    public let attemptCount: Int
    /// The latest tries, the last first.
    public let attempts: [Attempt]
    /// When it is tried next; nil where it is not.
    public let nextAttemptAt: Instant?
    /// When it was made.
    public let createdAt: Instant
    /// When it arrived or was given up; nil while it is pending.
    public let finishedAt: Instant?

    /// A delivery of the given parts.
    public init(
        id: Int64, channelID: Int64, event: Notice.Event, messageID: String, status: Status, attemptCount: Int,
        attempts: [Attempt], nextAttemptAt: Instant?, createdAt: Instant, finishedAt: Instant?
    ) {
        self.id = id
        self.channelID = channelID
        self.event = event
        self.messageID = messageID
        self.status = status
        self.attemptCount = attemptCount
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.createdAt = createdAt
        self.finishedAt = finishedAt
    }

    /// How many tries are kept of each.
    public static let attemptsKept = 20
    /// How many characters are kept of what went wrong.
    public static let errorLength = 300
    /// How long a finished one is kept: 30 days, in seconds.
    public static let lifetimeSeconds: Int64 = 30 * 86_400
}
