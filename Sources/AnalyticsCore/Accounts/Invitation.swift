/// An offer to join a workspace, bound to one e-mail address and good for one account.
///
/// What proves it is a code of which only the SHA-256 is kept.
public struct Invitation: Sendable, Equatable {
    /// Its number.
    public let id: Int64
    /// The workspace that it leads to.
    public let workspaceID: Int64
    /// Who may accept it.
    public let email: EmailAddress
    /// What the person will be.
    public let role: Role
    /// From when on it is refused.
    public let expiresAt: Instant
    /// When it was made.
    public let createdAt: Instant

    /// An invitation of the given parts.
    public init(
        id: Int64, workspaceID: Int64, email: EmailAddress, role: Role, expiresAt: Instant, createdAt: Instant
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.email = email
        self.role = role
        self.expiresAt = expiresAt
        self.createdAt = createdAt
    }

    /// How long an invitation holds: seven days, in seconds.
    public static let lifetimeSeconds: Int64 = 7 * 86_400

    /// A new code: 40 letters and digits.
    ///
    /// - Parameter generator: The source of chance; pass the system's.
    public static func makeCode(using generator: inout some RandomNumberGenerator) -> String {
        RandomText.lettersAndDigits(40, using: &generator)
    }
}
