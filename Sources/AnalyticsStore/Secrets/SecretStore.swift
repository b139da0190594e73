public import AnalyticsCore

/// The secrets of all workspaces, for what is done to them together: sealing and forgetting.
public struct SecretStore: Sendable {
    private let database: any Database
    private let keyring: SecretKeyring

    /// The number of rows that one transaction seals at most.
    private static let step = 200

    /// The secrets of a database.
    ///
    /// - Parameters:
    ///   - database: A database that was opened with the same keys.
    ///   - keyring: The keys; the first one is what everything is to be sealed with.
    public init(database: any Database, keyring: SecretKeyring) {
        self.database = database
        self.keyring = keyring
    }

    /// A secret in its row.
    private struct Place {
        let workspaceID: Int64
        let id: Int64
        let stored: String
    }

    /// The columns that hold secrets.
    private enum Column: CaseIterable {
        case target, secret, formerSecret, embedKey

        /// The rows whose column has a secret, behind a row.
        func rows(after workspaceID: Int64, _ id: Int64, limit: Int) -> SQL {
            let behind: SQL = "(workspace_id, id) > (\(workspaceID), \(id)) ORDER BY workspace_id, id LIMIT \(limit)"
            return switch self {
            case .target: "SELECT workspace_id, id, target FROM channel WHERE kind = 'slack' AND \(behind)"
            case .secret: "SELECT workspace_id, id, secret FROM channel WHERE secret IS NOT NULL AND \(behind)"
            case .formerSecret:
                "SELECT workspace_id, id, former_secret FROM channel WHERE former_secret IS NOT NULL AND \(behind)"
            case .embedKey: "SELECT workspace_id, id, sealed_key, signing_key FROM embed WHERE \(behind)"
            }
        }

        func owner(_ workspaceID: Int64, _ id: Int64) -> String {
            switch self {
            case .target: SecretOwner.target(ofChannel: id, workspaceID: workspaceID)
            case .secret, .formerSecret: SecretOwner.secret(ofChannel: id, workspaceID: workspaceID)
            case .embedKey: SecretOwner.key(ofEmbed: id, workspaceID: workspaceID)
            }
        }

        var update: StaticString {
            switch self {
            case .target: "UPDATE channel SET target = ?3 WHERE workspace_id = ?1 AND id = ?2"
            case .secret: "UPDATE channel SET secret = ?3 WHERE workspace_id = ?1 AND id = ?2"
            case .formerSecret: "UPDATE channel SET former_secret = ?3 WHERE workspace_id = ?1 AND id = ?2"
            case .embedKey:
                "UPDATE embed SET sealed_key = ?3, signing_key = ?4 WHERE workspace_id = ?1 AND id = ?2"
            }
        }
    }

    /// Seals everything with the current key that is not: what was kept before there was a key, or with a former one.
    ///
    /// It works in short transactions, and may be broken off and repeated.
    ///
    /// - Returns: The number of secrets that were sealed, and those that no key here opens.
    public func sealAll() async throws -> (sealed: Int, unreadable: [SealedSecret]) {
        guard keyring.canSeal else { return (0, try await unreadable()) }
        var sealed = 0
        var unreadable: [SealedSecret] = []
        for column in Column.allCases {
            var last: (workspaceID: Int64, id: Int64)? = (0, 0)
            while let place = last {
                let step = try await database.write { connection in
                    try seal(column, after: place, in: connection)
                }
                sealed += step.sealed
                unreadable += step.unreadable
                last = step.last
            }
        }
        return (sealed, unreadable)
    }

    private func seal(
        _ column: Column, after place: (workspaceID: Int64, id: Int64), in connection: any Connection
    ) throws -> (sealed: Int, unreadable: [SealedSecret], last: (workspaceID: Int64, id: Int64)?) {
        let places = try places(column, after: place, in: connection)
        var rows: [[SQLValue]] = []
        var unreadable: [SealedSecret] = []
        for place in places where !keyring.isCurrent(place.stored) {
            let owner = column.owner(place.workspaceID, place.id)
            do {
                let text = try keyring.seal(try keyring.open(place.stored, of: owner), of: owner)
                let row = [place.workspaceID.sqlValue, place.id.sqlValue, text.sqlValue]
                rows.append(column == .embedKey ? row + [ChartEmbed.randomKey().sqlValue] : row)
            } catch let secret as SealedSecret {
                unreadable.append(secret)
            }
        }
        if !rows.isEmpty { try connection.execute(column.update, forEach: rows) }
        let last = places.count == Self.step ? places.last.map { ($0.workspaceID, $0.id) } : nil
        return (rows.count, unreadable, last)
    }

    private func places(
        _ column: Column, after place: (workspaceID: Int64, id: Int64), in connection: any Connection
    ) throws -> [Place] {
        try connection.all(column.rows(after: place.workspaceID, place.id, limit: Self.step)) { row in
            let stored =
                column == .embedKey ? try row.optionalText(2) ?? (try row.bytes(3)).base64 : try row.text(2)
            return Place(workspaceID: try row.integer(0), id: try row.integer(1), stored: stored)
        }
    }

    /// The secrets that no key here opens.
    private func unreadable() async throws -> [SealedSecret] {
        try await database.read { connection in
            var found: [SealedSecret] = []
            for column in Column.allCases {
                var last: (workspaceID: Int64, id: Int64)? = (0, 0)
                while let place = last {
                    let places = try places(column, after: place, in: connection)
                    for place in places {
                        do {
                            _ = try keyring.open(place.stored, of: column.owner(place.workspaceID, place.id))
                        } catch let secret as SealedSecret {
                            found.append(secret)
                        }
                    }
                    last = places.count == Self.step ? places.last.map { ($0.workspaceID, $0.id) } : nil
                }
            }
            return found
        }
    }

    /// Whether any secret is sealed; false for a database that has no schema yet, or an earlier one.
    public func hasSealed() async throws -> Bool {
        guard try await Migrator(database: database).version() >= Migration.sealedSecrets.version else { return false }
        return try await database.read { connection in
            try Column.allCases.contains { column in
                var last: (workspaceID: Int64, id: Int64)? = (0, 0)
                while let place = last {
                    let places = try places(column, after: place, in: connection)
                    if places.contains(where: { SecretKeyring.isSealed($0.stored) }) { return true }
                    last = places.count == Self.step ? places.last.map { ($0.workspaceID, $0.id) } : nil
                }
                return false
            }
        }
    }

    /// Removes the former secrets of webhooks that are not used any more.
    public func forgetFormer(now: Instant) async throws {
        _ = try await database.write { connection in
            try connection.execute(
                """
                UPDATE channel
                SET former_secret = NULL, former_secret_until = NULL
                WHERE former_secret_until <= \(now)
                """)
        }
    }
}
