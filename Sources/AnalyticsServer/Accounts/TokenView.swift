import AnalyticsCore
import AnalyticsStore

/// A token as its owner sees it.
struct TokenView: JSONView {
    private enum Secret {
        /// The token was made before, and has no such field.
        case past
        /// The token is new; nil where an earlier answer showed it.
        case new(TokenSecret?)
    }

    private let token: AccessToken
    private let lastUsedAt: Instant?
    private let secret: Secret

    /// A token of a list.
    init(used: UsedToken) {
        token = used.token
        lastUsedAt = used.lastUsedAt
        secret = .past
    }

    /// A token that was just made.
    ///
    /// - Parameter showsSecret: False in an answer that is kept.
    init(issued: IssuedToken, showsSecret: Bool) {
        token = issued.token
        lastUsedAt = nil
        secret = .new(showsSecret ? issued.secret : nil)
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", token.id)
            json.member("name", token.name)
            json.list("scopes", token.scopes.names) { $0.string($1) }
            json.member("last_used_at", lastUsedAt?.description)
            json.member("expires_at", token.expiresAt?.description)
            json.member("created_at", token.createdAt.description)
            if case .new(let secret) = secret { json.member("token", secret?.text) }
        }
    }
}
