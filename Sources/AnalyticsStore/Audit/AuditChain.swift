public import AnalyticsCore

/// What became of checking a workspace's audit log.
public struct AuditVerification: Sendable, Equatable {
    /// The first entry that is not what it was, or not there.
    public struct Fault: Sendable, Equatable {
        /// The entry's number.
        public let entryID: Int64
        /// What is wrong with it, as the end of a sentence.
        public let reason: String
    }

    /// The workspace.
    public let workspaceID: Int64
    /// The number of the last entry that was removed because of its age, 0 for none.
    public let removed: Int64
    /// The number of the last entry that was found to be right, or that was removed.
    public let last: Int64
    /// The hash of that entry.
    ///
    /// Whoever keeps it elsewhere can tell later that nothing before was changed, even by somebody who made the hashes anew.
    public let hash: [UInt8]
    /// What is wrong; nil where all entries are right.
    public let fault: Fault?
}

extension AuditStore {
    /// How many entries are read at a time.
    private static let page = 1_000

    /// Checks all entries of a workspace, in order; nil where there is no such workspace.
    ///
    /// Entries that are added or removed by age meanwhile do no harm.
    public func verify(workspaceID: Int64) async throws -> AuditVerification? {
        var removed: Int64 = 0
        var last: Int64 = 0
        var hash = AuditRecord.origin
        while true {
            let part = try await database.read { [last] connection in
                try connection.auditPart(of: workspaceID, after: last, limit: Self.page)
            }
            guard let part else { return nil }
            if part.log.removed > last {
                (removed, last) = (part.log.removed, part.log.removed)
                hash = part.log.anchor ?? AuditRecord.origin
                continue
            }
            func result(_ entryID: Int64? = nil, _ reason: String = "") -> AuditVerification {
                AuditVerification(
                    workspaceID: workspaceID, removed: removed, last: last, hash: hash,
                    fault: entryID.map { .init(entryID: $0, reason: reason) })
            }
            for (record, chained) in part.entries {
                guard record.id == last + 1 else { return result(last + 1, "is missing") }
                guard let chained else {
                    return result(record.id, "is not chained yet: a server does so within minutes of its start")
                }
                guard record.hash(after: hash) == chained else {
                    return result(record.id, "was changed, or the one before it is not the one that was there")
                }
                (last, hash) = (record.id, chained)
            }
            if part.entries.isEmpty {
                if last < part.log.last { return result(last + 1, "is missing") }
                let isLast = part.log.chained == last && (part.log.hash ?? AuditRecord.origin) == hash
                return isLast && last == part.log.last ? result() : result(last, "is not the last one that was there")
            }
        }
    }

    /// Chains entries that are not chained, those first that came first: entries of before there was a chain.
    ///
    /// - Returns: How many were chained; 0 where all are.
    public func chain(limit: Int = 1_000) async throws -> Int {
        try await database.write { connection in
            let first = try connection.first(
                """
                SELECT workspace_id, id
                FROM audit_entry
                WHERE workspace_id > 0 AND chain_hash IS NULL
                ORDER BY workspace_id, id
                LIMIT 1
                """
            ) { (workspaceID: try $0.integer(0), id: try $0.integer(1)) }
            guard let first else { return 0 }
            // Where the entry before is gone the check says so; the others are chained all the same.
            guard let log = try connection.auditLog(of: first.workspaceID) else { return 0 }
            var hash =
                log.removed == first.id - 1
                ? log.anchor ?? AuditRecord.origin
                : try connection.chainHash(of: first.id - 1, workspaceID: first.workspaceID) ?? AuditRecord.origin
            let records = try connection.all(
                """
                SELECT \(AuditRecord.columns)
                FROM audit_entry
                WHERE workspace_id = \(first.workspaceID) AND id >= \(first.id) AND chain_hash IS NULL
                ORDER BY id
                LIMIT \(limit)
                """
            ) { try AuditRecord(row: $0, workspaceID: first.workspaceID) }
            let seals = AuditSeals()
            var rows: [[SQLValue]] = []
            for var record in records {
                let made = seals.pair(for: record.id)
                if record.personSeal.isEmpty { record.personSeal = made.person }
                if record.changesSeal.isEmpty { record.changesSeal = made.changes }
                guard let next = record.hash(after: hash) else {
                    throw StoreError(
                        .corrupt,
                        "entry \(record.id) of the audit log of workspace \(first.workspaceID) cannot be chained: "
                            + "what was erased from it is there")
                }
                hash = next
                rows.append([
                    first.workspaceID.sqlValue, record.id.sqlValue, record.personSeal.sqlValue,
                    record.changesSeal.sqlValue, hash.sqlValue,
                ])
            }
            try connection.execute(
                """
                UPDATE audit_entry
                SET person_seal = ?3, changes_seal = ?4, chain_hash = ?5
                WHERE workspace_id = ?1 AND id = ?2
                """,
                forEach: rows)
            if let last = records.last?.id, last > log.chained {
                try connection.setChainEnd(last, hash, workspaceID: first.workspaceID)
            }
            return rows.count
        }
    }

    /// Removes entries of one workspace that are older than a moment, the oldest first, and keeps the hash of the last.
    ///
    /// - Parameters:
    ///   - end: Entries of before it are removed, up to the first that is not.
    ///   - workspaceID: Workspaces up to this one are passed over.
    ///   - limit: How many are removed at most.
    /// - Returns: The workspace and how many were removed; nil where no workspace is left.
    public func prune(
        before end: Instant, afterWorkspace workspaceID: Int64, limit: Int = 1_000
    ) async throws -> (workspaceID: Int64, count: Int)? {
        try await database.write { connection in
            let found = try connection.first(
                """
                SELECT w.id, w.audit_removed
                FROM workspace AS w
                JOIN audit_entry AS a ON a.workspace_id = w.id AND a.id = w.audit_removed + 1
                WHERE w.id > \(workspaceID) AND a.at < \(end) AND a.chain_hash IS NOT NULL
                ORDER BY w.id
                LIMIT 1
                """
            ) { (workspaceID: try $0.integer(0), removed: try $0.integer(1)) }
            guard let found else { return nil }
            let entries = try connection.all(
                """
                SELECT id, at, chain_hash
                FROM audit_entry
                WHERE workspace_id = \(found.workspaceID) AND id > \(found.removed)
                ORDER BY id
                LIMIT \(limit)
                """
            ) { (id: try $0.integer(0), at: try $0.instant(1), hash: try $0.optionalBytes(2)) }
            let old = entries.prefix { $0.at < end && $0.hash != nil }
            guard let last = old.last, let hash = last.hash else { return (found.workspaceID, 0) }
            try connection.execute(
                "DELETE FROM audit_entry WHERE workspace_id = \(found.workspaceID) AND id <= \(last.id)")
            try connection.execute(
                """
                UPDATE workspace
                SET audit_removed = \(last.id), audit_anchor = \(hash)
                WHERE id = \(found.workspaceID)
                """)
            return (found.workspaceID, old.count)
        }
    }
}

/// How far a workspace's audit log goes.
struct AuditLog {
    /// The number of the last entry.
    let last: Int64
    /// The number of the last entry that is chained, and its hash.
    let chained: Int64
    let hash: [UInt8]?
    /// The number of the last entry that was removed because of its age, and its hash.
    let removed: Int64
    let anchor: [UInt8]?
}

extension Connection {
    /// How far a workspace's audit log goes; nil where there is no such workspace.
    func auditLog(of workspaceID: Int64) throws -> AuditLog? {
        try first(
            """
            SELECT audit_count, audit_chained, audit_hash, audit_removed, audit_anchor
            FROM workspace
            WHERE id = \(workspaceID)
            """
        ) { row in
            AuditLog(
                last: try row.integer(0), chained: try row.integer(1), hash: try row.optionalBytes(2),
                removed: try row.integer(3), anchor: try row.optionalBytes(4))
        }
    }

    /// Takes the numbers of new entries, at least one, with the hash that they are chained to.
    ///
    /// The row of the workspace stays locked until the commit, so that the chain has one end. The entries themselves are not
    /// read: on PostgreSQL workspaces whose entries lie side by side would be in each other's way.
    ///
    /// - Returns: The numbers, and the hash of the entry before; nil where that is not chained yet. Then the new ones are not
    ///   either, and all of them are chained in their order later.
    func takeAuditNumbers(
        _ count: Int, workspaceID: Int64
    ) throws -> (numbers: ClosedRange<Int64>, hash: [UInt8]?) {
        let log = try first(
            """
            UPDATE workspace
            SET audit_count = audit_count + \(count)
            WHERE id = \(workspaceID)
            RETURNING audit_count, audit_chained, audit_hash
            """
        ) { (last: try $0.integer(0), chained: try $0.integer(1), hash: try $0.optionalBytes(2)) }
        guard let log else { throw StoreError(.corrupt, "there is no workspace \(workspaceID)") }
        let former = log.last - Int64(count)
        return ((former + 1)...log.last, log.chained == former ? log.hash ?? AuditRecord.origin : nil)
    }

    /// Notes the last entry that is chained.
    func setChainEnd(_ id: Int64, _ hash: [UInt8], workspaceID: Int64) throws {
        try execute(
            "UPDATE workspace SET audit_chained = \(id), audit_hash = \(hash) WHERE id = \(workspaceID)")
    }

    /// The hash of an entry; nil where that is not chained, or not there.
    fileprivate func chainHash(of id: Int64, workspaceID: Int64) throws -> [UInt8]? {
        try first(
            "SELECT chain_hash FROM audit_entry WHERE workspace_id = \(workspaceID) AND id = \(id)"
        ) { try $0.optionalBytes(0) } ?? nil
    }

    /// Entries behind one, with how far the log goes; nil where there is no such workspace.
    fileprivate func auditPart(
        of workspaceID: Int64, after id: Int64, limit: Int
    ) throws -> (log: AuditLog, entries: [(record: AuditRecord, chained: [UInt8]?)])? {
        guard let log = try auditLog(of: workspaceID) else { return nil }
        let entries = try all(
            """
            SELECT \(AuditRecord.columns), chain_hash
            FROM audit_entry
            WHERE workspace_id = \(workspaceID) AND id > \(id)
            ORDER BY id
            LIMIT \(limit)
            """
        ) { (try AuditRecord(row: $0, workspaceID: workspaceID), try $0.optionalBytes(12)) }
        return (log, entries)
    }
}
