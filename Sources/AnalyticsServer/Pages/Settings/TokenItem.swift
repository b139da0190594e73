import AnalyticsCore
import AnalyticsStore

/// A token in the list of its owner.
struct TokenItem: Sendable {
    let id: Int64
    let name: String
    /// What it may be used for; empty where that is everything.
    let scopes: [String]
    let mayEverything: Bool
    let createdAt: PageWords.Time
    /// Nil where it was never used.
    let lastUsedAt: PageWords.Time?
    /// When it ends; nil for never.
    let expiresAt: PageWords.Time?
    let isExpired: Bool
    /// Whether it is the session that looks at the page.
    let isCurrent: Bool

    init(_ used: UsedToken, current: AccessToken, words: PageWords) {
        let token = used.token
        id = token.id
        name = token.name
        mayEverything = token.scopes == .all
        scopes = mayEverything ? [] : token.scopes.names
        createdAt = words.time(token.createdAt)
        lastUsedAt = used.lastUsedAt.map(words.time)
        expiresAt = token.expiresAt.map(words.time)
        isExpired = token.expiresAt.map { $0 <= words.now } ?? false
        isCurrent = token.id == current.id
    }
}
