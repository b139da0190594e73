/// Something that stands in for its user's password until it is revoked.
public struct AccessToken: Sendable, Equatable {
    /// The way a token came to be.
    public enum Kind: String, Sendable, CaseIterable {
        /// By a registration or a login of a program.
        case login
        /// By a registration or a login of a browser, which keeps it in a cookie.
        case browser
        /// By a request with another token, or by the operator.
        case made
    }

    /// Its number, the part of its text before `|`.
    public let id: Int64
    /// How it came to be.
    public let kind: Kind
    /// What its maker calls it, 1 to 100 characters.
    public let name: String
    /// What it may be used for, within what its user may do.
    public let scopes: TokenScopes
    /// From when on it is refused; nil is never.
    public let expiresAt: Instant?
    /// When it was made.
    public let createdAt: Instant

    /// A token of the given parts.
    public init(
        id: Int64, kind: Kind, name: String, scopes: TokenScopes, expiresAt: Instant? = nil, createdAt: Instant
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.createdAt = createdAt
    }

    /// How long a name may be.
    public static let nameLength = 1...100

    /// How many tokens that were made with others a user may have, unless the operator says otherwise.
    public static let mostMade = 50
}
