/// Something that somebody did and that others may have to find out about later.
public struct AuditEntry: Sendable, Equatable {
    /// Its number within the workspace, counted from 1 without a gap.
    public let id: Int64
    /// When it was done.
    public let at: Instant
    /// Who did it, and how.
    public let author: Author
    /// What was done.
    public let action: AuditAction
    /// The number of what it was done to; nil where that has none.
    public let objectID: Int64?
    /// What it changed.
    public let changes: [AuditChange]

    /// An entry of the given parts.
    public init(
        id: Int64, at: Instant, author: Author, action: AuditAction, objectID: Int64?, changes: [AuditChange]
    ) {
        self.id = id
        self.at = at
        self.author = author
        self.action = action
        self.objectID = objectID
        self.changes = changes
    }
}

/// What goes into the audit log, each with the kind of thing it is done to before the dot.
public enum AuditAction: String, Sendable, CaseIterable {
    case userRegistered = "user.registered"
    case userJoined = "user.joined"
    case userLoggedIn = "user.logged_in"
    case userLoginFailed = "user.login_failed"
    case userPasswordFailed = "user.password_failed"
    case userRoleChanged = "user.role_changed"
    case userPasswordChanged = "user.password_changed"
    case userPasswordReset = "user.password_reset"
    case userAlertEmailsChanged = "user.alert_emails_changed"
    case userRemoved = "user.removed"
    case invitationCreated = "invitation.created"
    case invitationRevoked = "invitation.revoked"
    case tokenCreated = "token.created"
    case tokenRevoked = "token.revoked"
    case workspaceUpdated = "workspace.updated"
    case recordCorrected = "record.corrected"
    case recordDeleted = "record.deleted"
    case importCreated = "import.created"
    case importCompleted = "import.completed"
    case importUndone = "import.undone"
    case importDeleted = "import.deleted"
    case channelCreated = "channel.created"
    case channelUpdated = "channel.updated"
    case channelDeleted = "channel.deleted"
    case channelTested = "channel.tested"
    case channelSecretRotated = "channel.secret_rotated"
    case channelDisabled = "channel.disabled"
    case deliveryReplayed = "delivery.replayed"
    case ruleCreated = "rule.created"
    case ruleUpdated = "rule.updated"
    case ruleSnoozed = "rule.snoozed"
    case ruleDeleted = "rule.deleted"
    case alertResolved = "alert.resolved"
    case reportCreated = "report.created"
    case reportDeleted = "report.deleted"
    case reportScheduleCreated = "report_schedule.created"
    case reportScheduleUpdated = "report_schedule.updated"
    case reportScheduleDeleted = "report_schedule.deleted"
    case reportScheduleRun = "report_schedule.run"
    case embedCreated = "embed.created"
    case embedDeleted = "embed.deleted"

    /// What kind of thing it is done to: `user`, `invitation`, `token`, `workspace`, `record`, `import`, `rule`,
    /// `alert`, `channel`, `delivery`, `report`, `report_schedule` or `embed`.
    public var objectKind: String { String(rawValue.prefix { $0 != "." }) }
}

/// One value that was changed.
///
/// Amounts stand as their decimals, so that none goes through a binary float.
public struct AuditChange: Sendable, Equatable, Codable {
    /// The field's name, as the API has it.
    public let name: String
    /// What it was; nil where there was nothing.
    public let from: String?
    /// What it is now; nil where there is nothing.
    public let to: String?

    /// A change of one value.
    public init(_ name: String, from: String?, to: String?) {
        self.name = name
        self.from = from
        self.to = to
    }
}

/// Who does something, as the audit log keeps it.
public struct Author: Sendable, Equatable {
    /// The person as of then, who may have been renamed or removed since.
    public struct Person: Sendable, Equatable {
        /// The account's number.
        public let id: Int64
        /// What the person was called.
        public let name: String
        /// The address that the person logged in with.
        public let email: EmailAddress

        /// A person of the given parts.
        public init(id: Int64, name: String, email: EmailAddress) {
            self.id = id
            self.name = name
            self.email = email
        }

        /// The person that a user is.
        public init(_ user: User) {
            self.init(id: user.id, name: user.name, email: user.email)
        }
    }

    /// Who; nil for the operator's commands.
    public var person: Person?
    /// The token that the request came with; nil where there was none.
    public var tokenID: Int64?
    /// The client's address; nil where it is not known.
    public var address: String?

    /// An author of the given parts.
    public init(person: Person? = nil, tokenID: Int64? = nil, address: String? = nil) {
        self.person = person
        self.tokenID = tokenID
        self.address = address
    }

    /// Whoever may run the operator's commands.
    public static let `operator` = Author()
}
