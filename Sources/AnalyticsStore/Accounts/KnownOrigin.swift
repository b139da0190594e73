public import AnalyticsCore

/// A network or a browser from which a user has logged in, of which only a hash is kept.
///
/// From there a user is let in while strangers guess the password.
public struct KnownOrigin: Sendable, Hashable {
    let hash: [UInt8]

    /// How many a user has at most; those that were not seen for longest are forgotten.
    static let mostOfUser = 20

    private init(_ text: String) {
        hash = SecretHash.of(text)
    }

    /// A network, by the address that stands for it.
    public static func network(_ address: NetworkAddress) -> KnownOrigin {
        KnownOrigin("network \(address.subscriber)")
    }

    /// A browser, by a secret that it was given.
    public static func browser(secret: String) -> KnownOrigin {
        KnownOrigin("browser \(secret)")
    }
}

extension AccountStore {
    /// Those of the given origins from which a user has logged in.
    public func known(_ origins: [KnownOrigin], of user: User) async throws -> Set<KnownOrigin> {
        try await database.read { connection in
            try origins.reduce(into: []) { known, origin in
                let isKnown = try connection.first(
                    """
                    SELECT 1
                    FROM known_origin
                    WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id)
                        AND origin_hash = \(origin.hash)
                    """
                ) { try $0.integer(0) }
                if isKnown != nil { known.insert(origin) }
            }
        }
    }
}

extension Connection {
    /// Notes that a user has logged in from some origins.
    func remember(_ origins: [KnownOrigin], of user: User, now: Instant) throws {
        guard !origins.isEmpty else { return }
        try execute(
            """
            INSERT INTO known_origin (workspace_id, user_id, origin_hash, seen_at)
            VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (workspace_id, user_id, origin_hash) DO UPDATE SET seen_at = excluded.seen_at
            """,
            forEach: origins.map { [user.workspaceID.sqlValue, user.id.sqlValue, $0.hash.sqlValue, now.sqlValue] })
        try execute(
            """
            DELETE FROM known_origin
            WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id) AND origin_hash NOT IN (
                SELECT latest.origin_hash
                FROM known_origin AS latest
                WHERE latest.workspace_id = \(user.workspaceID) AND latest.user_id = \(user.id)
                ORDER BY latest.seen_at DESC, latest.origin_hash
                LIMIT \(KnownOrigin.mostOfUser)
            )
            """)
    }

    /// Forgets from where a user has logged in.
    func forgetOrigins(of user: User) throws {
        try execute("DELETE FROM known_origin WHERE workspace_id = \(user.workspaceID) AND user_id = \(user.id)")
    }
}
