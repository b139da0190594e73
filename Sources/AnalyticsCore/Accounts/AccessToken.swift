/// Something that stands in for its user's password until it is revoked.
public struct AccessToken: Sendable, Equatable {
    /// Its number, the part of its text before `|`.
    public let id: Int64
    /// What its maker calls it, 1 to 100 characters.
    public let name: String
    /// What it may be used for, within what its user may do.
    public let scopes: TokenScopes
    /// From when on it is refused; nil is never.
    public let expiresAt: Instant?
    /// When it was made.
    public let createdAt: Instant

    /// A token of the given parts.
    public init(id: Int64, name: String, scopes: TokenScopes, expiresAt: Instant? = nil, createdAt: Instant) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.createdAt = createdAt
    }

    /// How long a name may be.
    public static let nameLength = 1...100
}
