/// Where a workspace's alerts are told.
public struct AlertChannel: Sendable, Equatable {
    /// Its number.
    public let id: Int64
    /// The workspace whose alerts it is told of.
    public let workspaceID: Int64
    /// What was asked for.
    public var definition: NewAlertChannel
    /// Why the server stopped using it; nil where it is used, or a person stopped it.
    public var disabledReason: String?
    /// When it was made.
    public let createdAt: Instant
    /// When it was last changed.
    public var updatedAt: Instant
    /// Those of its addresses that get no mail yet, because they have not confirmed.
    public var unconfirmed: [EmailAddress]

    /// A channel of the given parts.
    public init(
        id: Int64, workspaceID: Int64, definition: NewAlertChannel, disabledReason: String? = nil, createdAt: Instant,
        updatedAt: Instant, unconfirmed: [EmailAddress] = []
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.definition = definition
        self.disabledReason = disabledReason
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.unconfirmed = unconfirmed
    }

    /// How many channels a workspace may have.
    public static let mostOfWorkspace = 20
}

/// A channel as somebody asks for it.
public struct NewAlertChannel: Sendable, Equatable {
    /// How long its name may be.
    public static let nameLength = 1...100
    /// To how many addresses one channel may send mail.
    public static let recipientCount = 1...20

    /// What it is called.
    public var name: String
    /// Where it leads.
    public var target: ChannelTarget
    /// Of alerts of which severities it is told, in the order of ``Severity``.
    public var severities: [Severity]
    /// Whether it is told of alerts at all.
    public var isActive: Bool

    /// A channel of the given parts.
    public init(
        name: String, target: ChannelTarget, severities: [Severity] = Severity.allCases, isActive: Bool = true
    ) {
        self.name = name
        self.target = target
        self.severities = severities
        self.isActive = isActive
    }
}

/// Where a channel leads.
public enum ChannelTarget: Sendable, Equatable {
    /// What it is, by the name in the API.
    public enum Kind: String, Sendable, CaseIterable {
        case webhook, slack, email
    }

    /// A program that takes signed JSON.
    case webhook(WebhookURL)
    /// What takes Slack's incoming webhooks; the URL is a secret.
    case slack(WebhookURL)
    /// People, by mail.
    case email([EmailAddress])

    /// What it is.
    public var kind: Kind {
        switch self {
        case .webhook: .webhook
        case .slack: .slack
        case .email: .email
        }
    }

    /// What may be known by those who need not know secrets: scheme and host of a URL, or the addresses.
    public var summary: String {
        switch self {
        case .webhook(let url), .slack(let url): url.origin
        case .email(let addresses): addresses.map(\.text).joined(separator: ", ")
        }
    }

    /// The addresses that mail goes to; none for what is no mail.
    public var addresses: [EmailAddress] {
        if case .email(let addresses) = self { addresses } else { [] }
    }

    /// The URL that it leads to; nil for mail.
    public var url: WebhookURL? {
        switch self {
        case .webhook(let url), .slack(let url): url
        case .email: nil
        }
    }
}
