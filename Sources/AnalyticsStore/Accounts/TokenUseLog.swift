public import AnalyticsCore
import Synchronization

/// When tokens were last used, gathered in memory and written now and then, so that no request waits for it.
///
/// What was not written when the process dies is lost; it is a hint for people, not a record.
public final class TokenUseLog: Sendable {
    private let tokens: TokenStore
    private let uses = Mutex<[Int64: (workspaceID: Int64, at: Instant)]>([:])

    /// An empty log.
    ///
    /// - Parameter tokens: Where it is written.
    public init(tokens: TokenStore) {
        self.tokens = tokens
    }

    /// Notes that a token was used.
    public func note(tokenID: Int64, workspaceID: Int64, at now: Instant) {
        uses.withLock { $0[tokenID] = (workspaceID, now) }
    }

    /// Writes what was noted since the last time.
    ///
    /// - Throws: ``StoreError``; what could not be written is noted again by the tokens' next use.
    public func write() async throws {
        let noted = uses.withLock { uses in
            defer { uses = [:] }
            return uses
        }
        guard !noted.isEmpty else { return }
        try await tokens.noteUse(noted)
    }
}
