/// A person (or program) that may use one workspace.
public struct User: Sendable, Equatable {
    /// The number of the account.
    public let id: Int64
    /// The workspace that it belongs to.
    public let workspaceID: Int64
    /// What the person is called, 2 to 100 characters.
    public var name: String
    /// How the person logs in; no two accounts of a server have the same.
    public var email: EmailAddress
    /// What the person may do.
    public var role: Role
    /// When the account was made.
    public let createdAt: Instant

    /// A user of the given parts.
    public init(id: Int64, workspaceID: Int64, name: String, email: EmailAddress, role: Role, createdAt: Instant) {
        self.id = id
        self.workspaceID = workspaceID
        self.name = name
        self.email = email
        self.role = role
        self.createdAt = createdAt
    }

    /// How long a name may be.
    public static let nameLength = 2...100
    /// How short a password may be.
    public static let shortestPassword = 8
}
